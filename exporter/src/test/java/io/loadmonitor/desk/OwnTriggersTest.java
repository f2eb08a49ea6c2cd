package io.loadmonitor.desk;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.DumpNames;
import io.loadmonitor.archive.DumpQuery;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTexts;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentKind;
import io.loadmonitor.archive.IncidentQuery;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.archive.TestClock;
import io.loadmonitor.archive.WaitingCapture;
import io.loadmonitor.capture.CaptureException;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.dump.StackDump.TriggerKind;
import io.loadmonitor.incident.Stall;
import io.loadmonitor.incident.Triggers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** By a clock that is told what time it is; but for one test, dumps are taken by hand as the desk would. */
@Timeout(60)
final class OwnTriggersTest {
    private static final Triggers LOAD_AND_ACTIVE =
            new Triggers(OptionalDouble.of(4), OptionalInt.of(50), Map.of(), Duration.ofSeconds(20));

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private final Heard heard = new Heard();
    private Triggers triggers = Triggers.DEFAULT;
    private ModuleLevels module = ModuleLevels.NONE;
    private Archive archive;
    private CaptureDesk desk;
    private OwnTriggers own;
    private boolean failing;

    @BeforeEach
    void open() throws ArchiveException {
        archive = Archive.open(new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT), clock);
        desk = CaptureDesk.start(
                CaptureSettings.DEFAULT,
                () -> Rules.DEFAULT,
                archive,
                () -> {
                    throw new AssertionError("no dump is taken here");
                },
                clock,
                heard);
        desk.close();
        own = new OwnTriggers(() -> triggers, () -> module, archive, desk, clock);
    }

    @AfterEach
    void close() {
        desk.close();
        archive.close();
    }

    private void reopen() throws ArchiveException {
        close();
        open();
    }

    /** Load ticks, 5 s apart; what they ask for is taken. */
    private void ticks(int count, int active, double load) throws ArchiveException {
        for (int i = 0; i < count; i++) {
            tick(active, load);
            take();
        }
    }

    private void tick(int active, double load) throws ArchiveException {
        clock.advance(Duration.ofSeconds(5));
        own.ticked(clock.nanos(), LoadSample.tick(clock.instant(), active, OptionalDouble.of(load)));
        own.look();
    }

    private void take() throws ArchiveException {
        for (Optional<WaitingCapture> next = archive.beginNext(); next.isPresent(); next = archive.beginNext()) {
            if (failing) {
                archive.fail(next.get().dumpId(), "no source");
            } else {
                archive.store(next.get().dumpId(), DumpTexts.manual(next.get().dumpId(), clock.instant()));
            }
        }
    }

    /** Seconds after noon, trigger and reason of each, oldest first. */
    private List<String> dumps() throws ArchiveException {
        return archive
                .dumps(new DumpQuery(
                        Optional.empty(), Optional.empty(), Optional.empty(), DumpNames.ANY, Optional.empty(), 100))
                .items()
                .stream()
                .sorted(Comparator.comparing(DumpSummary::id))
                .map(dump -> Duration.between(NOON, dump.takenAt()).toSeconds() + " " + dump.trigger() + ' '
                        + dump.reason().map(EscapedText::escaped).orElse(""))
                .toList();
    }

    @Test
    void takesADumpOfItsOwnForEachThatCrosses() throws Exception {
        triggers = new Triggers(
                OptionalDouble.of(4), OptionalInt.of(50), Map.of(Stall.MEMORY, 50), Duration.ofSeconds(20));
        ticks(1, 1, 1.00);
        ticks(1, 80, 3.00);
        ticks(5, 20, 4.43);
        clock.advance(Duration.ofSeconds(2));
        own.stalled(clock.nanos(), Stall.MEMORY, 50);
        own.look();
        clock.advance(Duration.ofSeconds(30));
        own.stalled(clock.nanos(), Stall.MEMORY, 40);
        own.look();
        take();
        assertEquals(List.of("10 ACTIVE active 80 >= 50", "30 THRESHOLD load 4.43 >= 4.00"), dumps());
        own.stalled(clock.nanos(), Stall.MEMORY, 50);
        own.look();
        take();
        assertEquals("67 PRESSURE pressure memory full >= 50% of 2 s", dumps().get(2));

        List<Incident> incidents =
                archive.incidents(IncidentQuery.of(DumpNames.ANY, 10)).items();
        assertEquals(1, incidents.size());
        assertEquals(IncidentKind.LOAD, incidents.get(0).kind());
        assertEquals(
                3, archive.incident(incidents.get(0).id()).orElseThrow().dumps().size());
    }

    @Test
    void isQuietWhileTheModuleWatchesAndOnlyAboutThat() throws Exception {
        triggers = LOAD_AND_ACTIVE;
        module = new ModuleLevels(OptionalDouble.of(8), OptionalInt.empty());
        ticks(3, 20, 9.00);
        assertEquals(List.of(), dumps());
        ticks(1, 60, 9.00);
        assertEquals(List.of("20 ACTIVE active 60 >= 50"), dumps());
        module = new ModuleLevels(OptionalDouble.empty(), OptionalInt.of(3));
        ticks(4, 60, 9.00);
        assertEquals(List.of("20 ACTIVE active 60 >= 50", "40 THRESHOLD load 9.00 >= 4.00"), dumps());
    }

    @Test
    void keepsAwayFromWhatTheModuleTookBeforeItWent() throws Exception {
        module = new ModuleLevels(OptionalDouble.of(4), OptionalInt.empty());
        ticks(2, 20, 9.00);
        archive.storeFound(DumpTexts.automatic(1, clock.instant()));
        module = ModuleLevels.NONE;
        ticks(5, 20, 9.00);
        assertEquals(List.of("10 THRESHOLD why not", "30 THRESHOLD load 9.00 >= 4.00"), dumps());
    }

    @Test
    void aRestartWithinTheCooldownTakesNoOther() throws Exception {
        ticks(1, 20, 9.00);
        for (int i = 0; i < 3; i++) {
            reopen();
            ticks(1, 20, 9.00);
        }
        assertEquals(1, dumps().size());
        reopen();
        ticks(1, 20, 9.00);
        assertEquals(List.of("5 THRESHOLD load 9.00 >= 4.00", "25 THRESHOLD load 9.00 >= 4.00"), dumps());
        clock.advance(Duration.ofDays(40));
        reopen();
        clock.set(NOON);
        ticks(1, 20, 9.00);
        assertEquals(3, dumps().size(), "a clock that was set back is in nobody's way");
    }

    @Test
    void whatFailedIsTriedAgainAfterTheCooldown() throws Exception {
        ticks(1, 20, 9.00);
        failing = true;
        ticks(5, 20, 9.00);
        failing = false;
        ticks(16, 20, 9.00);
        assertEquals(
                List.of("5", "25", "45", "85"),
                dumps().stream()
                        .map(dump -> dump.substring(0, dump.indexOf(' ')))
                        .toList());
    }

    @Test
    void whatWaitsIsNotAskedForTwice() throws Exception {
        for (int i = 0; i < 10; i++) {
            tick(20, 9.00);
        }
        take();
        tick(20, 9.00);
        take();
        assertEquals(2, dumps().size(), dumps().toString());
    }

    @Test
    void anotherLevelIsInForceAtTheNextTick() throws Exception {
        triggers = new Triggers(OptionalDouble.empty(), OptionalInt.empty(), Map.of(), Duration.ofSeconds(20));
        ticks(3, 20, 9.00);
        assertEquals(List.of(), dumps());
        triggers = new Triggers(OptionalDouble.of(9), OptionalInt.empty(), Map.of(), Duration.ofSeconds(20));
        ticks(1, 20, 9.00);
        assertEquals(List.of("20 THRESHOLD load 9.00 >= 9.00"), dumps());
    }

    @Test
    void whoTellsNeverWaitsAndAnErrorEndsNothing() throws Exception {
        archive.close();
        try (OwnTriggers started = OwnTriggers.start(() -> triggers, () -> module, archive, desk, clock)) {
            Instant begin = Instant.now();
            for (int i = 0; i < 10_000; i++) {
                started.ticked(i * 5_000_000_000L, LoadSample.tick(NOON, 20, OptionalDouble.of(9)));
            }
            assertTrue(Duration.between(begin, Instant.now()).compareTo(Duration.ofSeconds(20)) < 0);
        }
    }

    @Test
    void theSourceIsToldWhatAsks() throws Exception {
        FakeSource source = new FakeSource((call, reason) -> {
            if (call == 1) {
                throw new CaptureException(CaptureException.Reason.FAILED, "not now");
            }
            return DumpTexts.manual(call, clock.instant());
        });
        triggers = LOAD_AND_ACTIVE;
        try (CaptureDesk working = CaptureDesk.start(
                        CaptureSettings.DEFAULT, () -> Rules.DEFAULT, archive, () -> source, clock, heard);
                OwnTriggers started = OwnTriggers.start(() -> triggers, () -> module, archive, working, clock)) {
            started.ticked(clock.nanos(), LoadSample.tick(NOON, 80, OptionalDouble.of(3)));
            assertEquals("failed ACTIVE FAILED", heard.next());
            clock.advance(Duration.ofSeconds(20));
            started.ticked(clock.nanos(), LoadSample.tick(NOON, 20, OptionalDouble.of(5)));
            assertEquals("captured 2 THRESHOLD", heard.next());
        }
        assertEquals(List.of(TriggerKind.ACTIVE, TriggerKind.THRESHOLD), source.kinds());
        assertEquals(List.of("active 80 >= 50", "load 5.00 >= 4.00"), source.reasons());
        assertEquals(
                Optional.of(DumpTrigger.THRESHOLD),
                archive.dump(2).map(dump -> dump.summary().trigger()));
    }

    @Test
    void saysWhoTakesDumpsByItself() {
        triggers = new Triggers(
                OptionalDouble.of(4),
                OptionalInt.of(50),
                Map.of(Stall.MEMORY, 50, Stall.IO, 90),
                Duration.ofSeconds(20));
        module = new ModuleLevels(OptionalDouble.of(8), OptionalInt.empty());
        assertEquals(
                List.of(
                        "load MODULE The module, at load 8.00.",
                        "active EXPORTER This exporter, at 50 active tasks.",
                        "pressure memory EXPORTER This exporter, at pressure memory full >= 50% of 2 s.",
                        "pressure io NOBODY Nobody: no such file."),
                words());
        triggers = new Triggers(OptionalDouble.empty(), OptionalInt.empty(), Map.of(), Duration.ofSeconds(20));
        module = ModuleLevels.NONE;
        assertEquals(
                List.of(
                        "load NOBODY Nobody: triggers.load is off.",
                        "active NOBODY Nobody: triggers.active is off.",
                        "pressure memory NOBODY Nobody: triggers.pressure.memory is off.",
                        "pressure io NOBODY Nobody: triggers.pressure.io is off."),
                words());
    }

    private List<String> words() {
        return own.status(stall -> stall == Stall.IO ? Optional.of("no such file") : Optional.empty()).stream()
                .map(status -> status.name() + ' ' + status.by() + ' ' + status.words())
                .toList();
    }
}
