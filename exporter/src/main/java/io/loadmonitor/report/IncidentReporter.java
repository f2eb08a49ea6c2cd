package io.loadmonitor.report;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpStory;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentDetail;
import io.loadmonitor.archive.StoredTicks;
import io.loadmonitor.desk.LoadRecorder;
import io.loadmonitor.desk.PartsRecorder;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadChange;
import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.incident.IncidentLife;
import io.loadmonitor.incident.LoadSpell;
import io.loadmonitor.report.IncidentReport.Change;
import io.loadmonitor.report.IncidentReport.Dump;
import io.loadmonitor.report.IncidentReport.Phase;
import io.loadmonitor.sample.LoadTickParts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** Puts together what is shown of an incident. Safe for use by several threads. */
public final class IncidentReporter {
    /** Dumps of an incident that are explained, and the text that is read for it; about a second of work. */
    public static final int MOST_EXPLAINED = 24;

    private static final long MOST_BYTES = 16L << 20;

    /** The time line begins so long before the incident and ends so long after it. */
    private static final Duration BEFORE = Duration.ofMinutes(15);

    private static final Duration AFTER = Duration.ofMinutes(15);

    /** Load ticks are 5 s apart, and different sources tell their times with a second between. */
    private static final Duration NEAR = Duration.ofSeconds(4);

    private final Archive archive;
    private final LoadRecorder recorder;
    private final PartsRecorder parts;
    private final Clock clock;

    public IncidentReporter(Archive archive, LoadRecorder recorder, PartsRecorder parts, Clock clock) {
        this.archive = archive;
        this.recorder = recorder;
        this.parts = parts;
        this.clock = clock;
    }

    /** Empty where there is no such incident. */
    public Optional<IncidentReport> report(long id) throws ArchiveException {
        Optional<IncidentDetail> detail = archive.incident(id);
        return detail.isEmpty() ? Optional.empty() : Optional.of(report(detail.get()));
    }

    private IncidentReport report(IncidentDetail detail) throws ArchiveException {
        Incident incident = detail.incident();
        Instant from = incident.startedAt().minus(BEFORE);
        List<DumpSummary> summaries = detail.dumps();
        Instant to = end(incident, summaries, clock.instant());
        int at = indexOfMain(summaries);
        Map<Long, Explained> explained = explain(summaries, at);
        List<Dump> dumps = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        Optional<Dump> last = Optional.empty();
        for (int i = 0; i < summaries.size(); i++) {
            Optional<Explained> known =
                    Optional.ofNullable(explained.get(summaries.get(i).id()));
            Dump dump = new Dump(
                    known.map(Explained::summary).orElse(summaries.get(i)),
                    i < at ? Phase.BEFORE : i == at ? Phase.AT : Phase.AFTER,
                    known.map(Explained::breakdown),
                    known.map(Explained::warnings).orElse(List.of()),
                    known.map(Explained::host).orElse(List.of()),
                    known.map(Explained::log).orElse(List.of()),
                    known.flatMap(Explained::story));
            if (known.isPresent()) {
                last.ifPresent(before -> changes.add(change(before, dump)));
                last = Optional.of(dump);
            }
            dumps.add(dump);
        }
        List<LoadTickParts> byCause = byCause(incident, from, to);
        return new IncidentReport(
                incident,
                headline(incident, summaries, explained),
                from,
                to,
                timeline(incident, to, byCause),
                PartsTimeline.of(byCause),
                dumps,
                changes,
                CauseTurn.of(dumps),
                detail.refused());
    }

    /** Not before what is known of it, whatever the clocks say. */
    private static Instant end(Incident incident, List<DumpSummary> dumps, Instant now) {
        Instant least = incident.endedAt().orElse(incident.startedAt());
        for (DumpSummary dump : dumps) {
            least = later(least, dump.takenAt());
        }
        Instant to = incident.endedAt().isPresent()
                ? earlier(incident.endedAt().get().plus(AFTER), now)
                : now;
        return later(least, to);
    }

    private record Explained(
            DumpSummary summary,
            LoadBreakdown breakdown,
            List<String> warnings,
            List<String> host,
            List<String> log,
            Optional<DumpStory> story) {
        static Explained of(ArchivedDump dump, LoadBreakdown breakdown) {
            return new Explained(dump.summary(), breakdown, dump.warnings(), dump.host(), dump.log(), dump.story());
        }
    }

    /** The first that an alert asked for, else the one with the most active tasks. */
    private static int indexOfMain(List<DumpSummary> dumps) {
        int most = -1;
        for (int i = 0; i < dumps.size(); i++) {
            DumpSummary dump = dumps.get(i);
            if (dump.trigger() == DumpTrigger.ALERT && dump.tasks().isPresent()) {
                return i;
            }
            if (most < 0 || dump.active().orElse(-1) > dumps.get(most).active().orElse(-1)) {
                most = i;
            }
        }
        return most;
    }

    /** One dump after another; only what was found stays in memory. */
    private Map<Long, Explained> explain(List<DumpSummary> dumps, int main) throws ArchiveException {
        Map<Long, Explained> explained = new HashMap<>();
        long bytes = 0;
        for (DumpSummary dump : inOrderOfWorth(dumps, main)) {
            boolean told = dump.rawBytes() > 0 || dump.state() == DumpState.DELETED;
            if (!told || dump.tasks().isEmpty()) {
                continue;
            }
            bytes += dump.rawBytes();
            if (explained.size() == MOST_EXPLAINED || bytes > MOST_BYTES && !explained.isEmpty()) {
                break;
            }
            archive.dump(dump.id())
                    .ifPresent(archived -> archived.breakdown()
                            .ifPresent(breakdown -> explained.put(dump.id(), Explained.of(archived, breakdown))));
        }
        return explained;
    }

    /** The main one, the last before it, the first and the last of all, then the others evenly over the time. */
    static List<DumpSummary> inOrderOfWorth(List<DumpSummary> dumps, int main) {
        Set<Integer> order = new LinkedHashSet<>();
        int last = dumps.size() - 1;
        for (int index : new int[] {main, main - 1, 0, last}) {
            if (index >= 0 && index <= last) {
                order.add(index);
            }
        }
        for (int step = Integer.highestOneBit(Math.max(1, last)); step > 0; step /= 2) {
            for (int index = step; index < last; index += step) {
                order.add(index);
            }
        }
        return order.stream().map(dumps::get).toList();
    }

    private static Change change(Dump before, Dump after) {
        LoadBreakdown earlier = before.breakdown().orElseThrow();
        LoadBreakdown later = after.breakdown().orElseThrow();
        return new Change(
                before.summary().id(),
                after.summary().id(),
                earlier.tasks(),
                later.tasks(),
                LoadChange.between(earlier, later));
    }

    /** The archive chose the sentence; where its dump is explained here, it is by the causes in force. */
    private static Optional<String> headline(
            Incident incident, List<DumpSummary> dumps, Map<Long, Explained> explained) {
        Optional<String> stored = incident.headline();
        return stored.map(text -> dumps.stream()
                .filter(dump -> dump.headline().equals(text))
                .flatMap(dump -> Optional.ofNullable(explained.get(dump.id())).stream())
                .map(dump -> dump.summary().headline())
                .findFirst()
                .orElse(text));
    }

    private List<LoadTickParts> byCause(Incident incident, Instant from, Instant to) throws ArchiveException {
        if (incident.foreign()) {
            // What this host's load consisted of tells nothing of another.
            return List.of();
        }
        List<LoadTickParts> ticks = new ArrayList<>(archive.parts(incident.host(), from, to));
        if (incident.host().equals(archive.host())) {
            ticks.addAll(parts.between(from, to));
        }
        return ticks;
    }

    /** What the exporter saw is kept for a shorter time than the parts; those tell the rest. */
    private LoadTimeline timeline(Incident incident, Instant to, List<LoadTickParts> byCause) throws ArchiveException {
        String host = incident.host();
        Instant first = incident.startedAt().minus(IncidentLife.LEAD);
        Instant last = incident.endedAt()
                .map(end -> earlier(end.plus(LoadSpell.HOLD), to))
                .orElse(to);
        StoredTicks stored = archive.ticks(host, first, last);
        List<LoadSample> own = new ArrayList<>(stored.own());
        if (host.equals(archive.host())) {
            own.addAll(recorder.between(first, last));
        }
        NavigableSet<Instant> known = new TreeSet<>();
        stored.ofModule().forEach(sample -> known.add(sample.at()));
        own.forEach(sample -> known.add(sample.at()));
        byCause.stream()
                .filter(tick -> known.subSet(tick.at().minus(NEAR), tick.at().plus(NEAR))
                        .isEmpty())
                .map(tick -> new LoadSample(
                        tick.at(),
                        tick.active(),
                        OptionalDouble.of(tick.load1()),
                        OptionalInt.empty(),
                        OptionalInt.empty()))
                .forEach(own::add);
        return LoadTimeline.of(stored.ofModule(), own);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
