package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.incident.LoadSpell;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dumps that the exporter asks for by itself. */
final class OwnDumpTest {
    private static final Reason LOAD = new Reason("load 4.43 >= 4.00");

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private Archive archive;

    @BeforeEach
    void open() throws ArchiveException {
        archive = Archive.open(new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT), clock);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    private DumpSummary take(DumpTrigger trigger, String reason, Instant at) throws ArchiveException {
        clock.set(at);
        long asked = archive.reserveOwn(trigger, new Reason(reason)).granted().orElseThrow();
        WaitingCapture next = archive.beginNext().orElseThrow();
        assertEquals(asked, next.dumpId());
        assertEquals(trigger, next.trigger());
        // As the module writes it: the kernel knows of nothing but a write to its trigger.
        return archive.store(asked, DumpTexts.manual(asked, at));
    }

    private List<Incident> incidents() throws ArchiveException {
        return archive.incidents(IncidentQuery.of(DumpNames.ANY, 10)).items();
    }

    private Incident only() throws ArchiveException {
        assertEquals(1, incidents().size(), incidents().toString());
        return incidents().get(0);
    }

    @Test
    void isAnIncidentAsADumpThatTheModuleTook() throws ArchiveException {
        DumpSummary dump = take(DumpTrigger.THRESHOLD, "load 4.43 >= 4.00", NOON);

        assertEquals(DumpTrigger.THRESHOLD, dump.trigger());
        assertEquals("load 4.43 >= 4.00", dump.reason().orElseThrow().escaped());
        assertEquals(IncidentKind.LOAD, only().kind());
        assertEquals(NOON, only().startedAt());
        assertEquals(OptionalLong.of(only().id()), dump.incidentId());
        // It lasts for as long as ticks show a load that the dump was compared with.
        clock.advance(Duration.ofMinutes(4));
        archive.keepSamples(List.of(LoadSample.tick(NOON.plus(Duration.ofMinutes(4)), 1, OptionalDouble.of(4.00))));
        archive.keepSamples(List.of(LoadSample.tick(NOON.plus(Duration.ofMinutes(5)), 1, OptionalDouble.of(3.99))));
        clock.advance(Duration.ofMinutes(6));
        assertEquals(Optional.of(NOON.plus(Duration.ofMinutes(4))), only().endedAt());
    }

    @Test
    void allThreeOfOneLoadAreOneIncidentAndTheAlertOfThatTimeHasThem() throws ArchiveException {
        DumpSummary active = take(DumpTrigger.ACTIVE, "active 80 >= 50", NOON);
        DumpSummary pressure = take(DumpTrigger.PRESSURE, "pressure memory full >= 50% of 2 s", NOON.plusSeconds(20));
        DumpSummary load = take(DumpTrigger.THRESHOLD, "load 4.43 >= 4.00", NOON.plusSeconds(40));
        assertEquals(IncidentKind.LOAD, only().kind());

        archive.takeIn(List.of(TestAlerts.routed(TestAlerts.firing(1, NOON.plusSeconds(60)))));
        assertEquals(IncidentKind.ALERT, only().kind());
        assertEquals(
                List.of(active.id(), pressure.id(), load.id()),
                archive.incident(only().id()).orElseThrow().dumps().stream()
                        .filter(dump -> dump.trigger().automatic())
                        .map(DumpSummary::id)
                        .toList());
    }

    @Test
    void isOneAtATimeAndNoMoreThanMayWait() throws ArchiveException {
        archive.limit(CaptureLimits.DEFAULT.withWaiting(2));
        assertTrue(archive.reserveManual(new Reason("looks slow")).granted().isPresent());
        long own = archive.reserveOwn(DumpTrigger.THRESHOLD, LOAD).granted().orElseThrow();
        assertEquals(new Reservation.Busy(own), archive.reserveOwn(DumpTrigger.ACTIVE, new Reason("active 9 >= 8")));
        archive.beginNext();
        archive.beginNext();
        assertEquals(
                new Reservation.Busy(own),
                archive.reserveOwn(DumpTrigger.ACTIVE, new Reason("active 9 >= 8")),
                "is taken");
        assertEquals(Optional.of(DumpState.CAPTURING), archive.state(own));
        archive.fail(own, "no source");
        assertEquals(Optional.of(DumpState.FAILED), archive.state(own));
        archive.takeIn(List.of(TestAlerts.routed(TestAlerts.firing(1, NOON))));
        archive.limit(CaptureLimits.DEFAULT.withWaiting(1));
        assertEquals(
                LimitKind.QUEUE,
                ((Reservation.Refused) archive.reserveOwn(DumpTrigger.THRESHOLD, LOAD))
                        .refusal()
                        .limit());
        archive.beginNext();
        assertTrue(archive.reserveOwn(DumpTrigger.THRESHOLD, LOAD).granted().isPresent());
    }

    @Test
    void somebodyMustNotAskSo() {
        assertThrows(IllegalArgumentException.class, () -> archive.reserveOwn(DumpTrigger.MANUAL, LOAD));
    }

    @Test
    void waitsOverARestartUnlessItsLoadMayHaveGone() throws ArchiveException {
        for (boolean begun : List.of(false, true)) {
            long own = archive.reserveOwn(DumpTrigger.THRESHOLD, LOAD).granted().orElseThrow();
            if (begun) {
                archive.beginNext();
            }
            archive.close();
            open();
            assertEquals(own, archive.beginNext().orElseThrow().dumpId());
            clock.advance(LoadSpell.HOLD);
            archive.close();
            open();
            assertEquals(Optional.empty(), archive.beginNext());
            assertEquals(Optional.of(DumpState.FAILED), archive.state(own));
        }
    }

    @Test
    void whatWaitedForTooLongIsNotTaken() throws ArchiveException {
        long own = archive.reserveOwn(DumpTrigger.THRESHOLD, LOAD).granted().orElseThrow();
        archive.close();
        clock.advance(LoadSpell.HOLD);
        open();
        assertEquals(Optional.empty(), archive.beginNext());
        assertEquals(Optional.of(DumpState.FAILED), archive.state(own));
    }

    @Test
    void tellsWhenOneWasTakenLast() throws ArchiveException {
        assertEquals(Optional.empty(), archive.newestAutomatic());
        archive.storeFound(DumpTexts.automatic(1, NOON));
        assertEquals(Optional.of(NOON), archive.newestAutomatic(), "the module's, too");
        take(DumpTrigger.ACTIVE, "active 9 >= 8", NOON.plusSeconds(20));
        archive.storeFound(DumpTexts.manual(3, NOON.plusSeconds(30)));
        archive.fail(archive.reserveOwn(DumpTrigger.THRESHOLD, LOAD).granted().orElseThrow(), "no source");
        assertEquals(Optional.of(NOON.plusSeconds(20)), archive.newestAutomatic());
    }
}
