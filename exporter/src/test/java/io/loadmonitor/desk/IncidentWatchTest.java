package io.loadmonitor.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.DumpNames;
import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTexts;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentQuery;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.archive.RoutedAlert;
import io.loadmonitor.archive.TestClock;
import io.loadmonitor.archive.WaitingCapture;
import io.loadmonitor.capture.DumpSource;
import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.incident.EndReason;
import io.loadmonitor.incident.Triggers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** By a clock that is told what time it is; dumps are taken by hand as the desk would. */
final class IncidentWatchTest {
    private static final Instant NOON = DumpTexts.NOON;
    private static final Optional<RoutedAlert.Route> RULE =
            Optional.of(new RoutedAlert.Route("load", Duration.ofSeconds(30)));

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private Archive archive;
    private LoadRecorder recorder;
    private CaptureDesk desk;
    private IncidentWatch watch;
    private Triggers triggers = Triggers.DEFAULT;
    private boolean failing;
    private int taken;

    @BeforeEach
    void open() throws ArchiveException {
        archive = Archive.open(new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT), clock);
        recorder = new LoadRecorder(archive);
        // Is closed at once: this test takes the dumps.
        desk = CaptureDesk.start(
                CaptureSettings.DEFAULT,
                () -> Rules.DEFAULT,
                archive,
                () -> {
                    throw new AssertionError("no dump is taken here: " + DumpSource.class);
                },
                clock,
                new Heard());
        desk.close();
        watch = new IncidentWatch(() -> Rules.DEFAULT, () -> triggers, archive, desk, recorder, clock);
    }

    @AfterEach
    void close() {
        watch.close();
        archive.close();
    }

    @Test
    void followsOneEventWithThreeAlertsThroughASilenceToItsEnd() throws Exception {
        Instant load = NOON;
        fires("LoadHigh", 1, load);
        fires("LoadHighPerCPU", 2, load);
        passes(Duration.ofSeconds(120), 10, 4);
        fires("UninterruptibleTasks", 3, load.plusSeconds(10));
        passes(Duration.ofMinutes(12), 10, 4);
        // All three are silenced; the load falls, and nobody says so.
        passes(Duration.ofMinutes(130), 0, 0);

        List<Incident> incidents =
                archive.incidents(IncidentQuery.of(DumpNames.ANY, 10)).items();
        assertEquals(1, incidents.size(), incidents.toString());
        Incident incident = incidents.get(0);
        assertEquals("LoadHigh, LoadHighPerCPU, UninterruptibleTasks", incident.alertNames());
        List<DumpSummary> dumps = archive.incident(incident.id()).orElseThrow().dumps();
        assertTrue(dumps.size() >= 4, dumps.toString());
        assertEquals(DumpTrigger.ALERT, dumps.get(0).trigger());
        assertTrue(
                dumps.stream()
                                .filter(dump -> dump.trigger() == DumpTrigger.FOLLOW_UP)
                                .count()
                        >= 3,
                dumps.toString());
        assertTrue(
                dumps.stream().anyMatch(dump -> dump.reason().toString().contains("1 min after the first")),
                dumps.toString());
        assertTrue(
                dumps.stream().anyMatch(dump -> dump.reason().toString().contains("0 active, 10 in the last dump")),
                dumps.toString());
        assertEquals(Optional.of(EndReason.QUIET), incident.endReason());
        Instant end = incident.endedAt().orElseThrow();
        Instant fell = load.plus(Duration.ofMinutes(14));
        assertTrue(Duration.between(fell, end).abs().compareTo(Duration.ofSeconds(10)) < 0, end + " and not " + fell);
    }

    @Test
    void triesAgainWhileTheSourceFails() throws Exception {
        failing = true;
        fires("LoadHigh", 1, NOON);
        passes(Duration.ofMinutes(4), 10, 4);
        failing = false;
        passes(Duration.ofMinutes(6), 10, 4);

        List<DumpSummary> dumps = archive.incident(1).orElseThrow().dumps();
        assertEquals(
                List.of(DumpState.FAILED, DumpState.FAILED, DumpState.FAILED, DumpState.COMPLETE),
                dumps.subList(0, 4).stream().map(DumpSummary::state).toList());
        assertEquals(
                "incident 1: try 2 after a failure",
                dumps.get(1).reason().orElseThrow().escaped());
    }

    @Test
    void goesOnAfterARestartWhereItWas() throws Exception {
        fires("LoadHigh", 1, NOON);
        passes(Duration.ofSeconds(65), 10, 4);
        int before = archive.incident(1).orElseThrow().dumps().size();
        watch.close();
        archive.close();
        open();
        passes(Duration.ofSeconds(60), 10, 4);
        assertEquals(2, before);
        assertEquals(2, archive.incident(1).orElseThrow().dumps().size(), "asks for nothing twice");
    }

    @Test
    void whichLoadIsLowIsConfigured() throws Exception {
        fires("LoadHigh", 1, NOON);
        triggers = new Triggers(OptionalDouble.of(2), OptionalInt.empty(), Map.of(), Duration.ofSeconds(20));
        passes(Duration.ofMinutes(70), 3, 0);
        assertEquals(
                Optional.empty(), archive.incident(1).orElseThrow().incident().endReason());
        triggers = new Triggers(OptionalDouble.empty(), OptionalInt.empty(), Map.of(), Duration.ofSeconds(20));
        passes(Duration.ofMinutes(2), 3, 0);
        assertEquals(
                Optional.of(EndReason.QUIET),
                archive.incident(1).orElseThrow().incident().endReason());
    }

    private void fires(String name, int number, Instant start) throws ArchiveException {
        archive.takeIn(List.of(new RoutedAlert(
                new Alert(
                        String.format("%016x", number),
                        Alert.Status.FIRING,
                        Map.of("alertname", name),
                        Map.of(),
                        start,
                        Optional.empty(),
                        Optional.empty()),
                RULE)));
        take();
    }

    /** The load is so for a time: a tick and a look every 5 s. */
    private void passes(Duration time, int active, int uninterruptible) throws ArchiveException {
        Instant end = clock.instant().plus(time);
        while (clock.instant().isBefore(end)) {
            clock.advance(Duration.ofSeconds(5));
            recorder.add(new LoadSample(
                    clock.instant(),
                    OptionalInt.of(active),
                    OptionalDouble.of(active),
                    OptionalInt.of(active - uninterruptible),
                    OptionalInt.of(uninterruptible)));
            tellActive = active;
            watch.look();
            take();
        }
    }

    private int tellActive = 10;

    private void take() throws ArchiveException {
        for (Optional<WaitingCapture> next = archive.beginNext(); next.isPresent(); next = archive.beginNext()) {
            if (failing) {
                archive.fail(next.get().dumpId(), "no source");
            } else {
                archive.store(next.get().dumpId(), dump());
            }
        }
    }

    private RawDump dump() {
        taken++;
        return DumpTexts.raw(DumpTexts.of(taken, "manual", clock.instant(), "vf", "/", "kernel_clone")
                .replace("active=2", "active=" + tellActive)
                .replace("uninterruptible=1", "uninterruptible=" + (tellActive == 0 ? 0 : 4)));
    }
}
