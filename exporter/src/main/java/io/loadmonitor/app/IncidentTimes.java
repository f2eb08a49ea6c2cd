package io.loadmonitor.app;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/** When an incident of the API was, in words. */
final class IncidentTimes {
    private IncidentTimes() {}

    /** {@code 2 h 5 min}, {@code 40 s}; {@code until now} while it lasts; empty where the times cannot be read. */
    static String lasted(JsonFields incident) {
        String ended = incident.text("endedAt");
        if (ended.isEmpty()) {
            return "until now";
        }
        try {
            return words(Duration.between(Instant.parse(incident.text("startedAt")), Instant.parse(ended)));
        } catch (DateTimeException e) {
            return "";
        }
    }

    private static String words(Duration time) {
        if (time.toHours() > 0) {
            return time.toHours() + " h " + time.toMinutesPart() + " min";
        }
        if (time.toMinutes() > 0) {
            return time.toMinutes() + " min " + time.toSecondsPart() + " s";
        }
        return time.toSeconds() + " s";
    }
}
