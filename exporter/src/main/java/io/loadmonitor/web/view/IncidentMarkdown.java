package io.loadmonitor.web.view;

import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentAlert;
import io.loadmonitor.archive.IncidentKind;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadChange;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.report.CauseTurn;
import io.loadmonitor.report.IncidentReport;
import io.loadmonitor.report.LoadTimeline;
import io.loadmonitor.report.Quantity;
import io.loadmonitor.sample.LoadTickParts;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * An incident as Markdown (CommonMark with tables), for a ticket. Words of the machine and of the alert stand in code
 * ({@link MarkdownText}). Bounded: of long lists the first ones, and how many more there are.
 */
public final class IncidentMarkdown {
    private static final int MOST_DUMPS = 50;
    private static final int MOST_PARTS = 16;
    private static final int MOST_CHANGES = 12;
    private static final int MOST_NAMES = 6;
    private static final int MOST_TICKS = 40;
    private static final int MOST_PARTS_ROWS = 12;
    private static final String ROOT = "/";

    private final StringBuilder text = new StringBuilder(8192);
    private final IncidentReport report;
    private final Site site;
    private final CauseCatalogue causes;
    private final Incident incident;

    private IncidentMarkdown(IncidentReport report, Site site, CauseCatalogue causes) {
        this.site = site;
        this.causes = causes;
        this.report = report;
        this.incident = report.incident();
    }

    /**
     * @param site to which it links, where that can be told from anywhere
     * @param causes by which the parts of the load are named
     * @param now for how long an open incident lasts
     */
    public static String write(IncidentReport report, Site site, CauseCatalogue causes, Instant now) {
        IncidentMarkdown markdown = new IncidentMarkdown(report, site, causes);
        markdown.head(now);
        markdown.timeline();
        markdown.parts();
        markdown.dumps();
        markdown.refused();
        markdown.changes();
        markdown.end();
        return markdown.text.toString();
    }

    private void head(Instant now) {
        line("# " + MarkdownText.code(report.headline().orElse("Incident " + incident.id() + ": no dump yet")));
        line("");
        line("| | |");
        line("|---|---|");
        row(
                "Incident",
                linked(Long.toString(incident.id()), "/incidents/" + incident.id())
                        + (incident.open() ? ", open" : ", ended"));
        if (incident.kind() == IncidentKind.ALERT) {
            row(incident.alerts().size() == 1 ? "Alert" : "Alerts", MarkdownText.code(IncidentRow.alert(incident)));
        } else {
            row("Seen by", "load-monitor, without an alert");
        }
        row("Host", MarkdownText.code(incident.host()));
        row("Started", time(incident.startedAt()));
        incident.endedAt()
                .ifPresent(end -> row(
                        "Ended",
                        time(end)
                                + incident.endReason()
                                        .map(reason -> " (" + EndWords.of(reason) + ")")
                                        .orElse("")));
        List<DumpSummary> dumps =
                report.dumps().stream().map(IncidentReport.Dump::summary).toList();
        DeletionWords.of(dumps).ifPresent(words -> row("Dumps", words));
        report.turns().forEach(turn -> row("Turned", MarkdownText.code(turned(turn))));
        IncidentPage.foreign(incident).ifPresent(words -> row("Wrong host", MarkdownText.code(words)));
        row(
                incident.open() ? "Lasting" : "Lasted",
                IncidentRow.lasted(incident, now) + (incident.open() ? " so far" : ""));
        line("");
        alerts();
    }

    private static String turned(CauseTurn turn) {
        return IncidentPage.words(turn).substring("Turned ".length());
    }

    private void alerts() {
        for (IncidentAlert alert : incident.alerts()) {
            line("## Alert " + MarkdownText.code(AlertRow.name(alert)));
            line("");
            line("| | |");
            line("|---|---|");
            row("Fires from", time(alert.startsAt()));
            alert.endedAt()
                    .ifPresent(end -> row(
                            "To",
                            time(end) + " (" + EndWords.of(alert.endReason().orElseThrow()) + ")"));
            row("Rule", MarkdownText.code(alert.rule()));
            if (alert.dumpId().isPresent()) {
                row("Dump", dump(alert.dumpId().getAsLong()));
            }
            alert.note().ifPresent(note -> row("Note", MarkdownText.code(note)));
            alert.generatorUrl().ifPresent(url -> row("Expression", MarkdownText.code(url)));
            alert.externalUrl().ifPresent(url -> row("Alertmanager", MarkdownText.code(url)));
            line("");
            labels("Annotations", alert.annotations());
            labels("Labels", alert.labels());
        }
    }

    private void timeline() {
        LoadTimeline line = report.timeline();
        if (line.ticks().isEmpty()) {
            return;
        }
        line("## Load over time");
        line("");
        List<String> most = new ArrayList<>();
        line.mostActive()
                .ifPresent(active -> most.add(Quantity.count(active, "active task", "active tasks") + " at most"));
        line.highestLoad().ifPresent(load -> most.add("1-minute load up to " + decimal(load)));
        line(String.join(", ", most) + "; " + Quantity.count(line.seen(), "load tick", "load ticks") + " known from "
                + time(report.from()) + " to " + time(report.to()) + ".");
        line("");
        line("| time (UTC) | active | load1 | running | uninterruptible |");
        line("|---|---:|---:|---:|---:|");
        List<LoadSample> shown = busiest(line.ticks());
        for (LoadSample tick : shown) {
            line("| " + tick.at().truncatedTo(ChronoUnit.SECONDS) + " | " + number(tick.active()) + " | "
                    + (tick.load1().isPresent() ? decimal(tick.load1().getAsDouble()) : "") + " | "
                    + number(tick.running())
                    + " | " + number(tick.uninterruptible()) + " |");
        }
        line("");
        if (shown.size() < line.seen()) {
            line("Of " + line.seen() + " ticks the busiest of each of " + MOST_TICKS + " equal parts of the time.");
            line("");
        }
    }

    private void parts() {
        CauseBands bands = CauseBands.highest(report.parts().ticks(), causes);
        if (bands.ticks().isEmpty()) {
            return;
        }
        line("## Load by cause");
        line("");
        line("| time (UTC) | load1 | consisted of |");
        line("|---|---:|---|");
        for (LoadTickParts tick : bands.thinned(MOST_PARTS_ROWS)) {
            line("| " + tick.at().truncatedTo(ChronoUnit.SECONDS) + " | " + decimal(tick.load1()) + " | "
                    + MarkdownText.code(bands.terms(tick.load1(), tick.load1ByCause())) + " |");
        }
        line("");
        if (report.parts().seen() > MOST_PARTS_ROWS) {
            line("Of " + report.parts().seen() + " ticks the one with the highest load of each of " + MOST_PARTS_ROWS
                    + " equal parts of the time.");
            line("");
        }
    }

    /** Of equal parts of the time, the tick with the most active tasks, or else the highest average. */
    private static List<LoadSample> busiest(List<LoadSample> ticks) {
        if (ticks.size() <= MOST_TICKS) {
            return ticks;
        }
        Instant start = ticks.get(0).at();
        double whole = Duration.between(start, ticks.get(ticks.size() - 1).at()).toMillis() + 1.0;
        TreeMap<Integer, LoadSample> busiest = new TreeMap<>();
        for (LoadSample tick : ticks) {
            int part = (int) (Duration.between(start, tick.at()).toMillis() / whole * MOST_TICKS);
            busiest.merge(part, tick, (one, other) -> weight(other) > weight(one) ? other : one);
        }
        return List.copyOf(busiest.values());
    }

    private static double weight(LoadSample tick) {
        return tick.active().orElse(-1) + Math.min(tick.load1().orElse(0), 1e6) / 1e7;
    }

    private void dumps() {
        line("## Dumps");
        line("");
        if (report.dumps().isEmpty()) {
            line("There is none yet.");
            line("");
        }
        for (IncidentReport.Dump dump :
                report.dumps().subList(0, Math.min(MOST_DUMPS, report.dumps().size()))) {
            dump(dump);
        }
        more(report.dumps().size() - MOST_DUMPS, "later dump", "later dumps");
    }

    private void refused() {
        if (report.refused().isEmpty()) {
            return;
        }
        line("## Dumps that limits refused");
        line("");
        for (RefusedRow refused : RefusedRow.of(report.refused())) {
            line("- " + refused.at().iso() + ", " + MarkdownText.code(refused.what()) + ": "
                    + MarkdownText.code(refused.why())
                    + refused.next()
                            .map(next -> "; the next from " + next.iso())
                            .orElse(""));
        }
        line("");
        more(report.refused().size() - RefusedRow.MOST, "later one", "later ones");
    }

    private void dump(IncidentReport.Dump dump) {
        DumpSummary summary = dump.summary();
        line("### Dump " + dump(summary.id()) + ", " + phase(dump.phase()) + ": " + time(summary.takenAt()));
        line("");
        line(MarkdownText.code(DumpRow.headline(summary)));
        line("");
        line("Taken " + DumpFacts.trigger(summary.trigger())
                + summary.reason()
                        .map(reason -> " (" + MarkdownText.code(reason.escaped()) + ")")
                        .orElse("")
                + ", " + DumpFacts.state(summary.state()) + ".");
        line("");
        dump.breakdown()
                .flatMap(LoadBreakdown::devices)
                .flatMap(MappedDevices::sentence)
                .ifPresent(devices -> {
                    line("Devices: " + MarkdownText.code(devices) + ".");
                    line("");
                });
        for (String warning : dump.warnings()) {
            line("- " + warning);
        }
        if (!dump.warnings().isEmpty()) {
            line("");
        }
        dump.breakdown().ifPresent(this::parts);
        for (String sentence : dump.host()) {
            line("- " + MarkdownText.code(sentence));
        }
        if (!dump.host().isEmpty()) {
            line("");
        }
        if (!dump.log().isEmpty()) {
            line("What the kernel said last:");
            line("");
            line("```");
            dump.log().forEach(said -> line(MarkdownText.inert(said)));
            line("```");
            line("");
        }
    }

    private static String phase(IncidentReport.Phase phase) {
        return switch (phase) {
            case BEFORE -> "before";
            case AT -> "at the incident";
            case AFTER -> "after";
        };
    }

    private void parts(LoadBreakdown breakdown) {
        if (breakdown.parts().isEmpty() && breakdown.remainder().orElse(0) == 0) {
            line("No task was active.");
            line("");
            return;
        }
        line("| tasks | what | who | check next |");
        line("|---:|---|---|---|");
        int shown = Math.min(MOST_PARTS, breakdown.parts().size());
        List<LoadPart> largest = breakdown.largest(shown);
        for (LoadPart part : largest) {
            line("| " + part.tasks() + " | " + MarkdownText.code(part.titleOnHost()) + " | " + who(part) + " | "
                    + MarkdownText.code(part.cause().check()) + " |");
        }
        int others =
                breakdown.tasks() - largest.stream().mapToInt(LoadPart::tasks).sum();
        if (others > 0) {
            line("| " + others + " | "
                    + Quantity.count(breakdown.parts().size() - shown, "smaller part", "smaller parts") + " | | |");
        }
        breakdown.remainder().stream()
                .filter(remainder -> remainder != 0)
                .forEach(remainder -> line("| " + remainder + " | "
                        + (remainder > 0 ? "active, but not in the dump" : "came after counting") + " | | |"));
        if (breakdown.active().isPresent()) {
            line("| **" + breakdown.active().getAsInt() + "** | **active tasks, by the kernel's count** | | |");
        }
        line("");
        breakdown.sample().ifPresent(sample -> {
            line("The numbers of the parts are " + sample.estimate() + ".");
            line("");
        });
    }

    private static String who(LoadPart part) {
        List<String> names = new ArrayList<>();
        part.processes().stream()
                .limit(MOST_NAMES)
                .forEach(process -> names.add(MarkdownText.code(process.comm().escaped())
                        + (process.tasks() > 1 ? " × " + process.tasks() : "")));
        int more = part.processes().size() - MOST_NAMES;
        if (more > 0) {
            names.add("and " + Quantity.count(more, "other name", "other names"));
        }
        return String.join(", ", names)
                + part.cgroup()
                        .map(EscapedText::escaped)
                        .filter(path -> !path.equals(ROOT))
                        .map(path -> " in " + MarkdownText.code(path))
                        .orElse("");
    }

    private void changes() {
        if (report.changes().isEmpty()) {
            return;
        }
        line("## What changed");
        line("");
        for (IncidentReport.Change change : report.changes()) {
            line("From dump " + change.before() + " to dump " + change.after() + ": "
                    + Quantity.count(change.tasksBefore(), "task", "tasks") + " before, " + change.tasksAfter()
                    + " after"
                    + (change.parts().isEmpty() ? ", the same parts." : "."));
            line("");
            for (LoadChange part : change.parts()
                    .subList(0, Math.min(MOST_CHANGES, change.parts().size()))) {
                line("- " + (part.difference() > 0 ? "+" : "−") + Math.abs(part.difference()) + " "
                        + MarkdownText.code(part.title()) + " (" + part.before() + " → " + part.after() + ")");
            }
            if (!change.parts().isEmpty()) {
                line("");
            }
            more(change.parts().size() - MOST_CHANGES, "smaller change", "smaller changes");
        }
    }

    private void labels(String title, Map<String, String> labels) {
        if (labels.isEmpty()) {
            return;
        }
        line("## " + title);
        line("");
        new TreeMap<>(labels)
                .forEach((name, value) -> line("- " + MarkdownText.code(name) + ": " + MarkdownText.code(value)));
        line("");
    }

    private void end() {
        line("All times are UTC. Words of the machine and of the alert stand as code; in them `\\xNN` stands for a"
                + " character that is not plain text.");
    }

    private void more(int count, String one, String many) {
        if (count > 0) {
            line("And " + Quantity.count(count, one, many) + ".");
            line("");
        }
    }

    /** Of the page of the incident, which is there when the dump has long been deleted. */
    private String dump(long id) {
        return linked(Long.toString(id), "/incidents/" + incident.id() + "?dump=" + id);
    }

    /** A ticket is nowhere near this server: a link without its name would lead to the ticket's own. */
    private String linked(String words, String path) {
        return site.external().isPresent() ? "[" + words + "](" + site.link(path) + ")" : words;
    }

    private void row(String name, String value) {
        line("| " + name + " | " + value + " |");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private static String number(OptionalInt value) {
        return value.isPresent() ? Integer.toString(value.getAsInt()) : "";
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
