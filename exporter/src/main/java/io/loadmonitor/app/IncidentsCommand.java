package io.loadmonitor.app;

import io.loadmonitor.json.JsonValue;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The newest incidents of an exporter's archive. */
@Command(
        name = "incidents",
        description = "List the newest incidents in the archive of an exporter that runs.",
        abbreviateSynopsis = true,
        showDefaultValues = true)
final class IncidentsCommand extends ServerCommand {
    /** As many as the API gives at a time. */
    private static final int MOST = 500;

    @Option(
            names = "--open",
            description = "Those alone that last.",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    boolean open;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "So many at most, 1 to 500.",
            converter = Limit.class)
    int limit = 20;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Those alone that lasted at this time or later: 2026-11-22T12:04:00Z, or seconds since 1970.",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    @Nullable
    String from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            description = "Those alone that had begun before this time.",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    @Nullable
    String to;

    @Option(
            names = "--alert",
            paramLabel = "NAME",
            description = "Those alone of this alert.",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    @Nullable
    String alert;

    @Option(
            names = "--cause",
            paramLabel = "CAUSE",
            description = "Those alone with tasks of this cause, by its name in docs/causes.md.",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    @Nullable
    String cause;

    @Option(
            names = "--tag",
            paramLabel = "TAG",
            description = "Those alone that people gave this tag.",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    @Nullable
    String tag;

    @Override
    String path() {
        StringBuilder path = new StringBuilder("/api/v1/incidents?limit=").append(limit);
        if (open) {
            path.append("&open=true");
        }
        parameter(path, "from", from);
        parameter(path, "to", to);
        parameter(path, "alert", alert);
        parameter(path, "cause", cause);
        parameter(path, "tag", tag);
        return path.toString();
    }

    private static void parameter(StringBuilder path, String name, @Nullable String value) {
        if (value != null) {
            path.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
    }

    @Override
    void show(JsonValue answer, PrintWriter out, int width) {
        JsonFields list = new JsonFields(answer);
        List<JsonFields> incidents = list.objects("items");
        if (incidents.isEmpty()) {
            out.println("No incidents.");
            return;
        }
        TextTable table = new TextTable("ID", "STATE", "STARTED", "LASTED", "DUMPS", "ALERT", "HEADLINE");
        for (JsonFields incident : incidents) {
            String alerts = incident.text("alertName");
            table.row(
                    incident.text("id"),
                    incident.text("state"),
                    incident.text("startedAt"),
                    IncidentTimes.lasted(incident),
                    incident.text("dumpCount"),
                    alerts.isEmpty() ? "-" : alerts,
                    incident.text("headline"));
        }
        table.lines(width).forEach(out::println);
        if (!list.text("next").isEmpty()) {
            out.println("There are more: --limit shows up to " + MOST + ", --to those before a time.");
        }
    }

    /** 1 to 500. */
    static final class Limit implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (!text.matches("[0-9]{1,3}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST) {
                throw new TypeConversionException('"' + text + "\" is no number from 1 to " + MOST);
            }
            return Integer.valueOf(text);
        }
    }
}
