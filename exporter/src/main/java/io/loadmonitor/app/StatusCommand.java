package io.loadmonitor.app;

import io.loadmonitor.json.JsonValue;
import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalLong;
import picocli.CommandLine.Command;

/** Whether a dump would be taken now, and if not, why and when. */
@Command(
        name = "status",
        description = "Ask an exporter that runs whether it would take a dump now, and if not, why and when.",
        abbreviateSynopsis = true,
        showDefaultValues = true)
final class StatusCommand extends ServerCommand {
    @Override
    String path() {
        return "/api/v1/status";
    }

    @Override
    void show(JsonValue answer, PrintWriter out, int width) {
        JsonFields status = new JsonFields(answer);
        JsonFields source = status.object("source");
        boolean ready = status.flag("ready");
        fact(out, "host", status.text("host"));
        fact(out, "version", status.text("version"));
        fact(out, "ready", ready ? "yes" : "no: " + status.text("notReady"));
        fact(out, "source", source.text("kind") + ": " + source.text("reason"));
        if (!source.text("moduleVersion").isEmpty()) {
            fact(out, "module", source.text("moduleVersion"));
        }
        JsonFields archive = status.object("archive");
        if (archive.isEmpty()) {
            fact(out, "archive", "does not answer");
        } else {
            OptionalLong bytes = archive.whole("bytes");
            fact(
                    out,
                    "archive",
                    archive.text("dumps") + " dumps"
                            + (bytes.isPresent() ? ", " + SizeText.shortly(bytes.getAsLong()) : "")
                            + (archive.text("oldest").isEmpty() ? "" : ", the oldest of " + archive.text("oldest"))
                            + (archive.whole("waiting").orElse(0) == 0
                                    ? ""
                                    : "; " + archive.text("waiting") + " requests wait"));
        }
        for (String note : status.texts("notes")) {
            fact(out, "note", note);
        }
        TextTable triggers = new TextTable("TRIGGER", "TAKEN BY", "WHEN");
        for (JsonFields trigger : status.objects("triggers")) {
            triggers.row(trigger.text("name"), trigger.text("by"), trigger.text("words"));
        }
        TextTable limits = new TextTable("LIMIT", "NAME", "STATE", "USED", "WHY");
        for (JsonFields limit : status.objects("limits")) {
            JsonFields window = limit.object("window");
            String next = limit.text("next");
            limits.row(
                    limit.text("kind"),
                    limit.text("name"),
                    limit.text("state"),
                    window.isEmpty() ? "" : window.text("used") + " of " + window.text("most"),
                    limit.text("why") + (next.isEmpty() ? "" : "; next at " + next));
        }
        for (List<String> table : List.of(triggers.lines(width), limits.lines(width))) {
            if (!table.isEmpty()) {
                out.println();
                table.forEach(out::println);
            }
        }
    }

    private static void fact(PrintWriter out, String name, String value) {
        out.printf("%-8s %s%n", name, PlainLine.of(value));
    }
}
