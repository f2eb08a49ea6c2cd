package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.resolved;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.IntakeOutcome.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IntakeTest {
    private static final Instant START = NOON.minusSeconds(30).plusNanos(789);

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private Archive archive;

    @BeforeEach
    void open() throws ArchiveException {
        archive = Archive.open(new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT, 3), clock);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void opensAnIncidentAndAsksForADump() throws ArchiveException {
        IntakeOutcome outcome = takeIn(routed(firing(1, START)));

        assertEquals(Outcome.NEW, outcome.outcome());
        assertTrue(outcome.stored());
        Incident incident =
                archive.incident(outcome.incidentId().getAsLong()).orElseThrow().incident();
        assertEquals("LoadHigh", incident.alertName());
        assertEquals(START, incident.startedAt());
        assertEquals(NOON, incident.receivedAt());
        assertEquals(Map.of("alertname", "LoadHigh", "n", "1"), incident.labels());
        assertEquals("load", incident.rule());
        assertTrue(incident.open());
        WaitingCapture waiting = archive.beginNext().orElseThrow();
        assertEquals(outcome.dumpId(), OptionalLong.of(waiting.dumpId()));
        assertEquals("alert LoadHigh incident 1", waiting.reason().escaped());
        assertEquals(Optional.empty(), archive.beginNext());
    }

    @Test
    void makesNoSecondIncidentOfARepeatedAlert() throws ArchiveException {
        IntakeOutcome first = takeIn(routed(firing(1, START)));
        archive.beginNext();
        clock.advance(Duration.ofHours(5));

        IntakeOutcome again = takeIn(routed(firing(1, START)));

        assertEquals(Outcome.KNOWN, again.outcome());
        assertFalse(again.stored());
        assertEquals(first.incidentId(), again.incidentId());
        assertEquals(Optional.empty(), archive.beginNext());
        assertEquals(1, incidents().size());
    }

    @Test
    void knowsARepeatedAlertAfterARestart() throws ArchiveException {
        takeIn(routed(firing(1, START)));
        archive.close();
        open();

        assertEquals(Outcome.KNOWN, takeIn(routed(firing(1, START))).outcome());
    }

    @Test
    void takesTheSameFingerprintWithAnotherStartForAnotherIncident() throws ArchiveException {
        takeIn(routed(firing(1, START)));

        assertEquals(Outcome.NEW, takeIn(routed(firing(1, START.plusNanos(1)))).outcome());
    }

    @Test
    void endsAnIncidentWhoseAlertFiresAnewWhenTheNextOneBegan() throws ArchiveException {
        long first = takeIn(routed(firing(1, START))).incidentId().getAsLong();
        long other = takeIn(routed(firing(2, START))).incidentId().getAsLong();
        archive.beginNext();
        archive.beginNext();

        long second =
                takeIn(routed(firing(1, START.plusSeconds(20)))).incidentId().getAsLong();

        assertEquals(Optional.of(START.plusSeconds(20).truncatedTo(ChronoUnit.MICROS)), endOf(first));
        assertEquals(Optional.empty(), endOf(second));
        assertEquals(Optional.empty(), endOf(other), "of another alert");

        // One that comes late is over already, and is told again by a twin that has not heard of the next one.
        long late =
                takeIn(routed(firing(1, START.plusSeconds(10)))).incidentId().getAsLong();
        assertEquals(Optional.of(START.plusSeconds(20).truncatedTo(ChronoUnit.MICROS)), endOf(late));
        clock.advance(Duration.ofMinutes(2));
        takeIn(routed(firing(1, START)));
        assertEquals(Optional.of(START.plusSeconds(20).truncatedTo(ChronoUnit.MICROS)), endOf(first));
        assertEquals(Optional.empty(), endOf(second));
    }

    private Optional<Instant> endOf(long incident) throws ArchiveException {
        return archive.incident(incident).orElseThrow().incident().endedAt();
    }

    @Test
    void closesTheIncidentOfAResolvedAlertAndTriggersNothing() throws ArchiveException {
        long id = takeIn(routed(firing(1, START))).incidentId().getAsLong();
        archive.beginNext();

        IntakeOutcome outcome = takeIn(routed(resolved(1, START, NOON.plusSeconds(60))));

        assertEquals(Outcome.RESOLVED, outcome.outcome());
        assertTrue(outcome.stored());
        assertEquals(
                Optional.of(NOON.plusSeconds(60)),
                archive.incident(id).orElseThrow().incident().endedAt());
        assertEquals(Optional.empty(), archive.beginNext());
        assertEquals(
                Outcome.KNOWN,
                takeIn(routed(resolved(1, START, NOON.plusSeconds(60)))).outcome());
    }

    @Test
    void storesNothingOfAResolvedAlertThatItDoesNotKnow() throws ArchiveException {
        IntakeOutcome outcome = takeIn(routed(resolved(1, START, NOON)));

        assertEquals(Outcome.RESOLVED, outcome.outcome());
        assertEquals(OptionalLong.empty(), outcome.incidentId());
        assertFalse(outcome.stored());
        assertEquals(List.of(), incidents());
    }

    @Test
    void keepsAnIncidentClosedWhenALateDuplicateArrives() throws ArchiveException {
        long id = takeIn(routed(firing(1, START))).incidentId().getAsLong();
        takeIn(routed(resolved(1, START, NOON)));
        clock.advance(Duration.ofSeconds(15));

        assertEquals(Outcome.KNOWN, takeIn(routed(firing(1, START))).outcome());
        assertFalse(archive.incident(id).orElseThrow().incident().open());
    }

    @Test
    void opensAnIncidentAgainWhoseAlertGoesOn() throws ArchiveException {
        long id = takeIn(routed(firing(1, START))).incidentId().getAsLong();
        archive.beginNext();
        takeIn(routed(resolved(1, START, NOON)));
        clock.advance(Duration.ofMinutes(10));

        assertEquals(Outcome.KNOWN, takeIn(routed(firing(1, START))).outcome());
        assertTrue(archive.incident(id).orElseThrow().incident().open());
        assertEquals(Optional.empty(), archive.beginNext());
    }

    @Test
    void storesNothingOfAnAlertThatNoRuleWants() throws ArchiveException {
        IntakeOutcome outcome = takeIn(new RoutedAlert(firing(1, START), Optional.empty()));

        assertEquals(Outcome.NO_RULE, outcome.outcome());
        assertFalse(outcome.stored());
        assertEquals(List.of(), incidents());
    }

    @Test
    void sharesTheDumpOfTheRuleWithinItsCooldown() throws ArchiveException {
        long dump =
                takeIn(routed(firing(1, START), Duration.ofMinutes(5))).dumpId().getAsLong();
        archive.beginNext();
        archive.store(dump, DumpTexts.manual(7, NOON));
        clock.advance(Duration.ofSeconds(34));

        IntakeOutcome second = takeIn(routed(firing(2, NOON), Duration.ofMinutes(5)));

        assertEquals(Outcome.NEW, second.outcome());
        assertEquals(OptionalLong.of(dump), second.dumpId());
        IncidentDetail detail =
                archive.incident(second.incidentId().getAsLong()).orElseThrow();
        assertEquals(OptionalLong.of(dump), detail.incident().sharedDumpId());
        assertEquals(
                Optional.of(
                        "No dump of its own: rule load asked for dump 1 34 s before and takes one in 300 s at most."),
                detail.incident().note());
        assertEquals(1, detail.incident().dumps());
        assertEquals(List.of(dump), detail.dumps().stream().map(DumpSummary::id).toList());
        assertTrue(detail.incident().headline().orElseThrow().contains("(load 4.42"));
        assertEquals(Optional.empty(), archive.beginNext());
        clock.advance(Duration.ofSeconds(266));
        assertEquals(
                OptionalLong.of(2),
                takeIn(routed(firing(3, NOON), Duration.ofMinutes(5))).dumpId());
    }

    @Test
    void remembersACooldownAcrossARestart() throws ArchiveException {
        takeIn(routed(firing(1, START), Duration.ofMinutes(5)));
        archive.close();
        open();

        assertEquals(
                OptionalLong.of(1),
                takeIn(routed(firing(2, NOON), Duration.ofMinutes(5))).dumpId());
    }

    @Test
    void countsNoCooldownFromACaptureThatFailed() throws ArchiveException {
        long dump =
                takeIn(routed(firing(1, START), Duration.ofMinutes(5))).dumpId().getAsLong();
        archive.beginNext();
        archive.fail(dump, "the module is not loaded");

        assertEquals(
                OptionalLong.of(2),
                takeIn(routed(firing(2, NOON), Duration.ofMinutes(5))).dumpId());
        assertEquals(
                Optional.of("the module is not loaded"),
                archive.dump(dump).orElseThrow().summary().failure());
    }

    @Test
    void locksNobodyOutAfterTheClockWasSetBack() throws ArchiveException {
        takeIn(routed(firing(1, START), Duration.ofMinutes(5)));
        clock.advance(Duration.ofDays(-2));

        assertEquals(
                OptionalLong.of(2),
                takeIn(routed(firing(2, NOON), Duration.ofMinutes(5))).dumpId());
    }

    @Test
    void storesNothingOfAMessageThatWouldOverfillTheQueue() throws ArchiveException {
        takeIn(routed(firing(1, START)));
        takeIn(routed(firing(2, START)));

        ArchiveException full = assertThrows(
                ArchiveException.class,
                () -> archive.takeIn(List.of(routed(firing(3, START)), routed(firing(4, START)))));

        assertEquals(ArchiveException.Reason.FULL, full.reason());
        assertEquals(
                "3 captures are waiting, as many as are allowed; nothing of the message is stored", full.getMessage());
        assertEquals(2, incidents().size());
        assertEquals(2, archive.totals().waiting());
        archive.allowWaiting(2);
        assertThrows(ArchiveException.class, () -> archive.takeIn(List.of(routed(firing(9, NOON)))));
        archive.allowWaiting(3);
        assertTrue(archive.takeIn(List.of(routed(firing(9, NOON)))).get(0).stored());
        archive.beginNext();
        archive.beginNext();
        assertEquals(
                2,
                archive.takeIn(List.of(routed(firing(3, START)), routed(firing(4, START))))
                        .size());
    }

    @Test
    void cutsTheAlertsNameInTheReasonButNeverTheIncident() throws ArchiveException {
        Alert alert = new Alert(
                "00000000000000aa",
                Alert.Status.FIRING,
                Map.of("alertname", "\u00dcber\"last\n\\" + "x".repeat(100)),
                Map.of(),
                START,
                Optional.empty(),
                Optional.empty());

        takeIn(routed(alert));

        String reason = archive.beginNext().orElseThrow().reason().escaped();
        assertEquals("alert ?ber?last??" + "x".repeat(35) + " incident 1", reason);
        assertEquals(63, reason.length());
    }

    private IntakeOutcome takeIn(RoutedAlert alert) throws ArchiveException {
        return archive.takeIn(List.of(alert)).get(0);
    }

    private List<Incident> incidents() throws ArchiveException {
        return archive.incidents(IncidentQuery.of(DumpNames.ANY, 500)).items();
    }
}
