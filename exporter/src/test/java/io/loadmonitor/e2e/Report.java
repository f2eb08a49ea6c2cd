package io.loadmonitor.e2e;

import com.fasterxml.jackson.databind.JsonNode;

/** An incident as text for the terminal. */
record Report(Exporter exporter) {
    String of(JsonNode incident) {
        StringBuilder text = new StringBuilder("incident ")
                .append(incident.path("id").asText())
                .append(": ")
                .append(incident.path("alertName").asText())
                .append(", ")
                .append(incident.path("state").asText())
                .append(", from ")
                .append(incident.path("startedAt").asText())
                .append(" to ")
                .append(incident.path("endedAt").asText("now"))
                .append('\n')
                .append("  ")
                .append(incident.path("headline").asText())
                .append('\n');
        for (JsonNode summary : incident.path("dumps")) {
            JsonNode dump = exporter.json("/api/v1/dumps/" + summary.path("id").asLong());
            text.append("  dump ")
                    .append(dump.path("id").asText())
                    .append(" taken ")
                    .append(dump.path("takenAt").asText())
                    .append(" by ")
                    .append(dump.path("trigger").asText())
                    .append(", source ")
                    .append(dump.path("source").asText())
                    .append(", ")
                    .append(dump.path("state").asText())
                    .append('\n')
                    .append("    ")
                    .append(dump.path("headline").asText())
                    .append('\n');
            for (JsonNode part : dump.path("breakdown").path("parts")) {
                text.append("    ")
                        .append(String.format(
                                "%4d  %s",
                                part.path("tasks").asInt(), part.path("title").asText()))
                        .append('\n');
            }
            for (JsonNode stack : dump.path("stacks")) {
                text.append("    stack ").append(stack.path("id").asText()).append('\n');
                stack.path("frames")
                        .forEach(frame ->
                                text.append("      ").append(frame.asText()).append('\n'));
            }
        }
        return text.toString();
    }
}
