package io.loadmonitor.report;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTexts;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.archive.RoutedAlert;
import io.loadmonitor.archive.TestAlerts;
import io.loadmonitor.archive.TestClock;
import io.loadmonitor.desk.LoadRecorder;
import io.loadmonitor.desk.PartsRecorder;
import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.report.IncidentReport.Phase;
import io.loadmonitor.sample.LoadTickParts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IncidentReporterTest {
    private final TestClock clock = new TestClock();
    private Archive archive;
    private LoadRecorder recorder;
    private IncidentReporter reporter;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        archive = Archive.open(new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT), clock);
        recorder = new LoadRecorder(archive);
        reporter = new IncidentReporter(archive, recorder, new PartsRecorder(archive, List::of), clock);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void tellsTheDumpsBeforeAtAndAfterAnAlert() throws Exception {
        long before = archive.storeFound(DumpTexts.automatic(1, NOON.minusSeconds(60)))
                .orElseThrow()
                .id();
        long alert = alert(NOON);
        long own = archive.beginNext().orElseThrow().dumpId();
        archive.store(own, DumpTexts.manual(2, NOON.plusSeconds(5)));
        long after = archive.storeFound(DumpTexts.automatic(3, NOON.plusSeconds(60)))
                .orElseThrow()
                .id();

        IncidentReport report = reporter.report(alert).orElseThrow();

        assertEquals(
                List.of(before, own, after),
                report.dumps().stream().map(dump -> dump.summary().id()).toList());
        assertEquals(
                List.of(Phase.BEFORE, Phase.AT, Phase.AFTER),
                report.dumps().stream().map(IncidentReport.Dump::phase).toList());
        assertEquals(2, report.changes().size());
        assertEquals(
                archive.dump(own).orElseThrow().summary().headline(),
                report.headline().orElseThrow());
    }

    @Test
    void tellsTheLoadBeforeAnIncidentAndAfterIt() throws Exception {
        long alert = alert(NOON);
        archive.takeIn(List.of(new RoutedAlert(
                TestAlerts.resolved(1, NOON, NOON.plusSeconds(600)),
                Optional.of(new RoutedAlert.Route("load", Duration.ZERO)))));
        for (int i = -400; i < 400; i++) {
            recorder.add(LoadSample.tick(NOON.plusSeconds(5L * i), 4, OptionalDouble.of(4)));
        }
        clock.set(NOON.plusSeconds(2000));

        IncidentReport report = reporter.report(alert).orElseThrow();

        assertEquals(NOON.minusSeconds(900), report.from());
        assertEquals(NOON.plusSeconds(1500), report.to());
        assertEquals(301, report.timeline().seen(), "from memory");
        recorder.keep();
        assertEquals(report, reporter.report(alert).orElseThrow(), "and the same from memory and archive");
        assertEquals(
                report.timeline(),
                new IncidentReporter(archive, new LoadRecorder(archive), new PartsRecorder(archive, List::of), clock)
                        .report(alert)
                        .orElseThrow()
                        .timeline(),
                "and after a restart");
    }

    @Test
    void tellsWhatTheLoadConsistedOfFromMemoryAndFromTheArchive() throws Exception {
        long alert = alert(NOON);
        archive.takeIn(List.of(new RoutedAlert(
                TestAlerts.resolved(1, NOON, NOON.plusSeconds(600)),
                Optional.of(new RoutedAlert.Route("load", Duration.ZERO)))));
        List<LoadTickParts> ticks = new ArrayList<>();
        for (int i = -400; i < 400; i++) {
            ticks.add(new LoadTickParts(
                    NOON.plusSeconds(5L * i).plusMillis(500).plusNanos(789),
                    OptionalInt.of(4),
                    4.5,
                    Map.of("nfs", 4),
                    Map.of("nfs", 4.0, "unseen", 0.5),
                    true));
        }
        PartsRecorder parts = new PartsRecorder(archive, () -> ticks);
        reporter = new IncidentReporter(archive, recorder, parts, clock);
        clock.set(NOON.plusSeconds(2000));

        IncidentReport report = reporter.report(alert).orElseThrow();

        assertEquals(480, report.parts().seen(), "a quarter of an hour before and after, from memory");
        assertEquals(480, report.timeline().seen(), "they tell of the load, too");
        parts.keep();
        assertEquals(report, reporter.report(alert).orElseThrow(), "and the same from memory and archive");
        ticks.clear();
        assertEquals(report, reporter.report(alert).orElseThrow(), "and from the archive alone");
    }

    @Test
    void tellsAtMostAsManyTicksOfALongIncidentAsAPictureNeeds() throws Exception {
        List<LoadTickParts> ticks = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            ticks.add(new LoadTickParts(
                    NOON.plusSeconds(5L * i),
                    OptionalInt.empty(),
                    i == 3777 ? 99 : i % 5,
                    Map.of(),
                    Map.of("unseen", (double) (i % 5)),
                    true));
        }
        Collections.shuffle(ticks, new Random(1));

        PartsTimeline line = PartsTimeline.of(ticks);

        assertEquals(5000, line.seen());
        assertTrue(
                line.ticks().size() > LoadTimeline.MOST_TICKS - 3,
                "ticks: " + line.ticks().size());
        assertTrue(line.ticks().stream().anyMatch(tick -> tick.load1() == 99), "the peak is there");
        assertEquals(
                line.ticks(),
                line.ticks().stream()
                        .sorted(Comparator.comparing(LoadTickParts::at))
                        .toList());
    }

    @Test
    void explainsNoMoreDumpsThanItsBound() throws Exception {
        long alert = alert(NOON);
        for (int i = 0; i < 40; i++) {
            archive.storeFound(DumpTexts.automatic(i, NOON.plusSeconds(20L * i)));
        }

        IncidentReport report = reporter.report(alert).orElseThrow();

        List<IncidentReport.Dump> read = report.dumps().stream()
                .filter(dump -> dump.breakdown().isPresent())
                .toList();
        assertEquals(IncidentReporter.MOST_EXPLAINED, read.size());
        assertEquals(IncidentReporter.MOST_EXPLAINED - 1, report.changes().size());
        // The 41st is the alert's own, which is still waited for.
        assertEquals(41, report.dumps().size());
    }

    @Test
    void readsTheDumpsThatTellMostFirstAndEachOnce() {
        for (int count = 1; count < 50; count++) {
            for (int main = 0; main < count; main++) {
                List<DumpSummary> dumps = dumps(count);
                List<DumpSummary> order = IncidentReporter.inOrderOfWorth(dumps, main);
                assertEquals(main, order.get(0).id());
                assertEquals(count, order.size());
                assertTrue(order.containsAll(dumps));
            }
        }
        assertEquals(List.of(), IncidentReporter.inOrderOfWorth(List.of(), -1));
    }

    private long alert(Instant start) throws Exception {
        return archive.takeIn(List.of(new RoutedAlert(
                        TestAlerts.firing(1, start), Optional.of(new RoutedAlert.Route("load", Duration.ZERO)))))
                .get(0)
                .incidentId()
                .orElseThrow();
    }

    private static List<DumpSummary> dumps(int count) {
        return IntStream.range(0, count)
                .mapToObj(id -> new DumpSummary(
                        id,
                        "vm",
                        DumpState.COMPLETE,
                        Optional.empty(),
                        DumpTrigger.ACTIVE,
                        Optional.empty(),
                        NOON,
                        OptionalDouble.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        "",
                        Optional.empty(),
                        OptionalLong.empty(),
                        0,
                        Optional.empty()))
                .toList();
    }
}
