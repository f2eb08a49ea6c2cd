package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.IntakeOutcome.WithoutDump;
import io.loadmonitor.dump.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts whose message was answered with 503, so that it comes again, and whose dump was taken all the same. */
final class UnnotedDumpTest {
    private static final Reason REASON = AlertReason.of("LoadHigh");

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private Archive archive;

    @BeforeEach
    void open() throws ArchiveException {
        archive = Archive.open(
                new ArchiveSettings(
                        folder.resolve("a.db"), "vm", Retention.DEFAULT, CaptureLimits.DEFAULT.withWaiting(5)),
                clock);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void anAlertThatComesAgainGetsTheDumpThatWasTakenForIt() throws ArchiveException {
        long taken = taken(1, REASON);
        clock.advance(Duration.ofSeconds(30));

        IntakeOutcome outcome = takeIn(firing(1, NOON)).get(0);

        assertEquals(OptionalLong.of(taken), outcome.dumpId());
        assertEquals(Optional.of(WithoutDump.SHARED), outcome.withoutDump());
        assertEquals(Optional.empty(), archive.beginNext(), "no other dump is asked for");
        assertEquals(List.of(taken), dumpsOf(outcome));
    }

    @Test
    void itIsADumpOfTheRuleAsAnyOther() throws ArchiveException {
        taken(1, REASON);
        takeIn(firing(1, NOON));
        clock.advance(Duration.ofSeconds(30));

        IntakeOutcome next = archive.takeIn(List.of(routed(firing(2, clock.instant()), Duration.ofMinutes(5))))
                .get(0);

        assertEquals(Optional.of(WithoutDump.COOLDOWN), next.withoutDump());
    }

    @Test
    void theAlertsOfOneMessageShareIt() throws ArchiveException {
        long taken = taken(1, REASON);

        List<IntakeOutcome> outcomes = takeIn(firing(1, NOON), named("OtherAlert", 2));

        assertEquals(OptionalLong.of(taken), outcomes.get(0).dumpId());
        assertEquals(OptionalLong.of(taken), outcomes.get(1).dumpId());
        assertEquals(Optional.empty(), archive.beginNext());
    }

    @Test
    void anOldOneIsNotOfThisMoment() throws ArchiveException {
        long taken = taken(1, REASON);
        clock.advance(Duration.ofSeconds(121));

        IntakeOutcome outcome = takeIn(firing(1, NOON)).get(0);

        assertEquals(Optional.empty(), outcome.withoutDump());
        assertTrue(outcome.dumpId().getAsLong() > taken, outcome::toString);
    }

    @Test
    void anotherAlertAsksForItsOwn() throws ArchiveException {
        long taken = taken(1, AlertReason.of("SomethingElse"));

        IntakeOutcome outcome = takeIn(firing(1, NOON)).get(0);

        assertTrue(outcome.dumpId().getAsLong() > taken, outcome::toString);
    }

    @Test
    void itIsGivenOnce() throws ArchiveException {
        long taken = taken(1, REASON);
        takeIn(firing(1, NOON));
        clock.advance(Duration.ofSeconds(10));

        IntakeOutcome next = takeIn(firing(2, clock.instant())).get(0);

        assertTrue(next.dumpId().getAsLong() > taken, next::toString);
    }

    @Test
    void anAlertThatWaitsGetsTheTextThatWasTakenBefore() throws ArchiveException {
        Instant asked = clock.instant();
        clock.advance(Duration.ofSeconds(3));
        IntakeOutcome outcome = takeIn(firing(1, NOON)).get(0);

        DumpSummary stored = archive.storeUnnoted(DumpTrigger.ALERT, REASON, asked, DumpTexts.manual(1, asked));

        assertEquals(outcome.dumpId(), OptionalLong.of(stored.id()));
        assertEquals(DumpState.COMPLETE, stored.state());
        assertEquals(Optional.empty(), archive.beginNext(), "it waits no more");
        assertEquals(List.of(stored.id()), dumpsOf(outcome));
    }

    /** What a stuck disk noted late, while its sender was told that it could not be. */
    @Test
    void aCaptureThatIsUnderWayGetsTheTextThatIsThereFirst() throws ArchiveException {
        takeIn(firing(1, NOON));
        long begun = archive.beginNext().orElseThrow().dumpId();

        DumpSummary stored = archive.storeUnnoted(DumpTrigger.ALERT, REASON, NOON, DumpTexts.manual(1, NOON));

        assertEquals(begun, stored.id());
        assertFalse(archive.failIfWaiting(begun, "it came too late"));
    }

    @Test
    void anOwnTriggerThatWasNotedAfterAllGetsItToo() throws ArchiveException {
        long waits =
                ((Reservation.Granted) archive.reserveOwn(DumpTrigger.THRESHOLD, new Reason("load1=5.00"))).dumpId();

        DumpSummary stored = archive.storeUnnoted(
                DumpTrigger.THRESHOLD, new Reason("load1=5.01"), NOON, DumpTexts.automatic(1, NOON));

        assertEquals(waits, stored.id());
        assertEquals(Optional.empty(), archive.beginNext());
    }

    @Test
    void aNameThatIsCutOffIsStillTheAlerts() throws ArchiveException {
        String name = "A".repeat(80);
        Alert alert = named(name, 1);
        IntakeOutcome outcome = takeIn(alert).get(0);

        DumpSummary stored =
                archive.storeUnnoted(DumpTrigger.ALERT, AlertReason.of(name), NOON, DumpTexts.manual(1, NOON));
        assertEquals(outcome.dumpId(), OptionalLong.of(stored.id()));

        DumpSummary other = archive.storeUnnoted(
                DumpTrigger.ALERT, AlertReason.of("A".repeat(40)), NOON, DumpTexts.manual(2, NOON));
        assertTrue(other.id() > stored.id(), other::toString);
    }

    private long taken(long id, Reason reason) throws ArchiveException {
        return archive.storeUnnoted(DumpTrigger.ALERT, reason, clock.instant(), DumpTexts.manual(id, clock.instant()))
                .id();
    }

    private List<IntakeOutcome> takeIn(Alert... alerts) throws ArchiveException {
        return archive.takeIn(List.of(alerts).stream().map(TestAlerts::routed).toList());
    }

    private List<Long> dumpsOf(IntakeOutcome outcome) throws ArchiveException {
        return archive.incident(outcome.incidentId().getAsLong()).orElseThrow().dumps().stream()
                .map(DumpSummary::id)
                .toList();
    }

    private static Alert named(String name, long number) {
        Alert alert = firing(number, NOON);
        return new Alert(
                alert.fingerprint(),
                alert.status(),
                Map.of("alertname", name),
                alert.annotations(),
                alert.startsAt(),
                alert.endsAt(),
                alert.generatorUrl());
    }
}
