package io.loadmonitor.app;

import io.loadmonitor.json.JsonValue;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** One incident: what the load consisted of, its alerts and its dumps. */
@Command(
        name = "show",
        description = "Show one incident in the archive of an exporter that runs: its alerts, its dumps, and what the"
                + " load consisted of in the dump with the most tasks.",
        abbreviateSynopsis = true,
        showDefaultValues = true)
final class ShowCommand extends ServerCommand {
    @Parameters(paramLabel = "N", description = "The incident's number, as incidents lists it.", converter = Id.class)
    long id;

    @Override
    String path() {
        return "/api/v1/incidents/" + id;
    }

    @Override
    void show(JsonValue answer, PrintWriter out, int width) {
        JsonFields incident = new JsonFields(answer);
        List<JsonFields> dumps = incident.objects("dumps");
        out.println("Incident " + incident.text("id") + " of " + PlainLine.of(incident.text("host")) + ", "
                + PlainLine.of(incident.text("state")) + ": since " + PlainLine.of(incident.text("startedAt")) + ", "
                + IncidentTimes.lasted(incident));
        if (!incident.text("headline").isEmpty()) {
            out.println(PlainLine.of(incident.text("headline")));
        }
        print(out, alerts(incident).lines(width));
        print(out, dumps(dumps).lines(width));
        dumps.stream()
                .filter(dump -> !dump.object("breakdown").isEmpty())
                .max((one, other) -> Long.compare(tasks(one), tasks(other)))
                .ifPresent(dump -> parts(out, dump, width));
        String page = incident.object("links").text("page");
        if (!page.isEmpty()) {
            out.println();
            out.println("page: " + PlainLine.of(page.startsWith("/") ? server.url + page : page));
        }
    }

    private static TextTable alerts(JsonFields incident) {
        TextTable table = new TextTable("ALERT", "STATE", "SINCE", "UNTIL", "SUMMARY");
        for (JsonFields alert : incident.objects("alerts")) {
            table.row(
                    alert.text("alertName"),
                    alert.text("state"),
                    alert.text("startsAt"),
                    alert.text("endedAt"),
                    alert.object("annotations").text("summary"));
        }
        return table;
    }

    private static TextTable dumps(List<JsonFields> dumps) {
        TextTable table = new TextTable("DUMP", "TAKEN", "TRIGGER", "STATE", "LOAD", "TASKS", "REASON");
        for (JsonFields dump : dumps) {
            OptionalDouble load = dump.number("load1");
            table.row(
                    dump.text("id"),
                    dump.text("takenAt"),
                    dump.text("trigger"),
                    dump.text("state"),
                    load.isPresent() ? String.format(Locale.ROOT, "%.2f", load.getAsDouble()) : "",
                    dump.text("tasks"),
                    dump.text("reason"));
        }
        return table;
    }

    private static void parts(PrintWriter out, JsonFields dump, int width) {
        TextTable table = new TextTable("TASKS", "WHAT THEY DO", "WHERE", "WHO");
        for (JsonFields part : dump.object("breakdown").objects("parts")) {
            table.row(
                    part.text("tasks"),
                    part.text("title"),
                    part.text("cgroup"),
                    part.objects("processes").stream()
                            .limit(3)
                            .map(process -> process.text("comm") + " (" + process.text("tasks") + ')')
                            .collect(Collectors.joining(", ")));
        }
        out.println();
        out.println("In dump " + dump.text("id") + ':');
        table.lines(width).forEach(out::println);
    }

    private static long tasks(JsonFields dump) {
        return dump.whole("tasks").orElse(0);
    }

    private static void print(PrintWriter out, List<String> table) {
        if (!table.isEmpty()) {
            out.println();
            table.forEach(out::println);
        }
    }

    /** A whole number above 0. */
    static final class Id implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) == 0) {
                throw new TypeConversionException('"' + text + "\" is no incident's number");
            }
            return Long.valueOf(text);
        }
    }
}
