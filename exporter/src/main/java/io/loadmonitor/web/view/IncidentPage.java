package io.loadmonitor.web.view;

import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentKind;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.report.CauseTurn;
import io.loadmonitor.report.IncidentReport;
import io.loadmonitor.report.Quantity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One incident: the load over its time, its dumps, and what one of them says.
 *
 * @param title short, for a browser's tab
 * @param follows whether it shows the newest dump while the incident is open, because nobody chose another
 * @param ended empty while it is open
 * @param end how its end is known
 * @param foreign whose dumps these are not
 * @param deleted which of its dumps were deleted, and when
 * @param turns when most of the load came to have another cause
 * @param alerts the earliest first
 * @param refused dumps that limits refused, the oldest first
 * @param moreRefused how many more there were
 * @param chart of the load over its time
 * @param stations its dumps, oldest first
 * @param more dumps that have no station
 * @param chosen the dump that is shown; empty without one
 * @param changes from the dump before it in the incident, largest first; empty where nothing is known to have changed
 * @param changedFrom the number of that dump
 * @param diff whether both texts are there to be compared
 * @param remarks what people say of it
 */
public record IncidentPage(
        String title,
        boolean follows,
        IncidentRow incident,
        Optional<Moment> ended,
        String host,
        Optional<String> end,
        Optional<String> foreign,
        Optional<String> deleted,
        List<String> turns,
        List<AlertRow> alerts,
        List<RefusedRow> refused,
        int moreRefused,
        LoadChart chart,
        List<Station> stations,
        int more,
        Optional<DumpView> chosen,
        List<String> changes,
        long changedFrom,
        boolean diff,
        CompareForm compare,
        RemarksView remarks)
        implements PageModel {
    /** Dumps that have a mark and a station; the rest are links. */
    public static final int MOST_STATIONS = 50;

    private static final int MOST_CHANGES = 8;

    /** Of an alert, in a browser's tab. */
    private static final int LONGEST_NAME = 40;

    /** {@code load 4.43 >= 4.00}, {@code active 11 >= 8}: what a dump says that was taken by itself. */
    private static final Pattern CROSSED =
            Pattern.compile("(load|active) [0-9.]{1,12} >= ([0-9]{1,9}(?:\\.[0-9]{1,2})?)");

    public IncidentPage {
        turns = List.copyOf(turns);
        alerts = List.copyOf(alerts);
        refused = List.copyOf(refused);
        stations = List.copyOf(stations);
        changes = List.copyOf(changes);
    }

    /**
     * A dump on the time line.
     *
     * @param number on this page
     * @param offset from the start of the incident, in words
     */
    public record Station(int number, DumpRow dump, String offset, String kind, boolean chosen) {}

    /**
     * @param chosen the number of the dump that is shown
     * @param cpus of the host, where the dump tells
     * @param causes by which the parts of the load are named
     * @param follows whether nobody chose the dump
     */
    public static IncidentPage of(
            IncidentReport report,
            Optional<DumpView> chosen,
            OptionalInt cpus,
            CauseCatalogue causes,
            boolean follows,
            RemarksView remarks,
            Instant now) {
        Incident incident = report.incident();
        List<IncidentReport.Dump> dumps =
                report.dumps().subList(0, Math.min(MOST_STATIONS, report.dumps().size()));
        long chosenId = chosen.map(view -> view.dump().id()).orElse(0L);
        List<Station> stations = new ArrayList<>();
        List<LoadChart.Marked> marks = new ArrayList<>();
        for (IncidentReport.Dump dump : dumps) {
            DumpSummary summary = dump.summary();
            String offset = offset(incident, summary);
            stations.add(new Station(
                    stations.size() + 1,
                    DumpRow.of(summary),
                    offset,
                    DumpFacts.brief(summary.trigger()),
                    summary.id() == chosenId));
            marks.add(new LoadChart.Marked(summary.id(), summary.takenAt(), "Dump " + summary.id() + ", " + offset));
        }
        Optional<IncidentReport.Change> change =
                report.changes().stream().filter(one -> one.after() == chosenId).findFirst();
        boolean alert = incident.kind() == IncidentKind.ALERT;
        List<DumpSummary> summaries =
                report.dumps().stream().map(IncidentReport.Dump::summary).toList();
        return new IncidentPage(
                title(incident),
                follows && incident.open(),
                IncidentRow.of(incident, now).withHeadline(report.headline()),
                incident.endedAt().map(Moment::of),
                VisibleText.of(incident.host()),
                incident.endReason().map(EndWords::of),
                foreign(incident),
                DeletionWords.of(summaries),
                report.turns().stream().map(IncidentPage::words).toList(),
                incident.alerts().stream()
                        .map(told -> AlertRow.of(told, incident.id()))
                        .toList(),
                RefusedRow.of(report.refused()),
                Math.max(0, report.refused().size() - RefusedRow.MOST),
                LoadChart.of(
                        report.from(),
                        report.to(),
                        report.timeline().ticks(),
                        Optional.of(CauseBands.highest(report.parts().ticks(), causes)),
                        new LoadChart.Held(alert ? "alert" : "load", start(incident), incident.endedAt()),
                        limits(summaries, cpus),
                        marks,
                        chosenId),
                stations,
                report.dumps().size() - stations.size(),
                chosen,
                change.map(IncidentPage::words).orElse(List.of()),
                change.map(IncidentReport.Change::before).orElse(0L),
                change.filter(one -> withText(summaries, one.before()) && withText(summaries, one.after()))
                        .isPresent(),
                CompareForm.around(summaries, chosenId),
                remarks);
    }

    private static boolean withText(List<DumpSummary> dumps, long id) {
        return dumps.stream().anyMatch(dump -> dump.id() == id && dump.rawBytes() > 0);
    }

    /** {@code Turned between 06:41:22 and 06:42:22 UTC: 16 waiting for a frozen file system, then 12 ...} */
    static String words(CauseTurn turn) {
        return "Turned between " + Moment.of(turn.before().at()).time() + " and "
                + Moment.of(turn.after().at()).time() + " UTC: "
                + turn.before().tasks() + " " + VisibleText.of(turn.before().title()) + " in dump "
                + turn.before().dump() + ", then " + turn.after().tasks() + " "
                + VisibleText.of(turn.after().title()) + " in dump "
                + turn.after().dump();
    }

    /** {@code Incident 12, open: LoadHigh and 2 more}. */
    private static String title(Incident incident) {
        List<String> names =
                incident.alerts().stream().map(AlertRow::name).distinct().toList();
        return "Incident " + incident.id() + (incident.open() ? ", open" : "")
                + (names.isEmpty() ? "" : ": " + shortened(names.get(0)))
                + (names.size() > 1 ? " and " + (names.size() - 1) + " more" : "");
    }

    private static String shortened(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…";
    }

    private static List<String> words(IncidentReport.Change change) {
        List<String> words = new ArrayList<>();
        change.parts().stream()
                .limit(MOST_CHANGES)
                .forEach(part -> words.add(FlameView.sign(part.difference()) + " " + VisibleText.of(part.title())));
        int more = change.parts().size() - MOST_CHANGES;
        if (more > 0) {
            words.add("and " + Quantity.count(more, "smaller change", "smaller changes"));
        }
        return words;
    }

    /** What was compared with, as its newest dumps say, and how many tasks run at once. */
    private static List<LoadChart.Limit> limits(List<DumpSummary> dumps, OptionalInt cpus) {
        Map<String, LoadChart.Limit> limits = new TreeMap<>();
        for (DumpSummary dump : dumps) {
            dump.reason()
                    .map(reason -> CROSSED.matcher(reason.escaped()))
                    .filter(Matcher::matches)
                    .ifPresent(crossed -> limits.put(
                            crossed.group(1),
                            new LoadChart.Limit(
                                    Double.parseDouble(crossed.group(2)),
                                    crossed.group(1).equals("load")
                                            ? "load threshold " + crossed.group(2)
                                            : "threshold of active tasks " + crossed.group(2))));
        }
        List<LoadChart.Limit> all = new ArrayList<>(limits.values());
        // At the same height, the threshold says more.
        cpus.ifPresent(count -> {
            if (all.stream().noneMatch(limit -> Math.abs(limit.value() - count) < 0.1 * count)) {
                all.add(new LoadChart.Limit(count, Quantity.count(count, "CPU", "CPUs")));
            }
        });
        return all;
    }

    /** The page with another dump, and groups as they are now. */
    public String address(long dump) {
        GroupTable.By by = chosen.flatMap(DumpView::groups).map(GroupTable::by).orElse(GroupTable.By.CAUSE);
        return "/incidents/" + incident.id() + "?dump=" + dump + (by == GroupTable.By.CAUSE ? "" : "&by=" + by.word())
                + "#dump";
    }

    /** CPUs, by a dump's load line. */
    public static OptionalInt cpus(Optional<StackDump> dump) {
        return dump.flatMap(StackDump::load).map(StackDump.Load::cpus).orElse(OptionalInt.empty());
    }

    /** Of its first alert, where it has one: the load before it is shown as what it was. */
    private static Instant start(Incident incident) {
        return incident.alerts().isEmpty()
                ? incident.startedAt()
                : incident.alerts().get(0).startsAt();
    }

    private static String offset(Incident incident, DumpSummary dump) {
        String what = incident.kind() == IncidentKind.ALERT ? "the alert" : "the load";
        Duration offset = Duration.between(start(incident), dump.takenAt());
        if (offset.abs().toSeconds() == 0) {
            return "at the start of " + what;
        }
        return Quantity.of(offset) + (offset.isNegative() ? " before " : " into ") + what;
    }

    /** Dumps are always of the host that the exporter runs on, whatever an alert says. */
    static Optional<String> foreign(Incident incident) {
        if (!incident.foreign()) {
            return Optional.empty();
        }
        String instance = incident.alerts().get(0).labels().getOrDefault("instance", "");
        return Optional.of("The alert names another host, " + VisibleText.of(instance) + ". Its dumps are of "
                + VisibleText.of(incident.host()) + " and tell nothing of it: an alert reached the wrong exporter.");
    }

    @Override
    public String template() {
        return "incident.jte";
    }
}
