package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.resolved;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.IntakeOutcome.Outcome;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.incident.EndReason;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
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
        archive = Archive.open(
                new ArchiveSettings(
                        folder.resolve("a.db"), "vm", Retention.DEFAULT, CaptureLimits.DEFAULT.withWaiting(3)),
                clock);
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
        IncidentAlert alert = incident.alerts().get(0);
        assertEquals("LoadHigh", alert.name());
        assertEquals(START, alert.startsAt());
        assertEquals(NOON, alert.receivedAt());
        assertEquals(Map.of("alertname", "LoadHigh", "n", "1"), alert.labels());
        assertEquals("load", alert.rule());
        assertEquals(outcome.dumpId(), alert.dumpId());
        assertTrue(incident.open());
        WaitingCapture waiting = archive.beginNext().orElseThrow();
        assertEquals(outcome.dumpId(), OptionalLong.of(waiting.dumpId()));
        assertEquals("alert LoadHigh incident 1", waiting.reason().text());
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
    void endsAnAlertThatFiresAnewWhenTheNextOneBegan() throws ArchiveException {
        Instant next = START.plusSeconds(20);
        Optional<Instant> end = Optional.of(next.truncatedTo(ChronoUnit.MICROS));
        long incident = takeIn(routed(firing(1, START))).incidentId().getAsLong();

        assertEquals(
                incident, takeIn(routed(firing(1, next))).incidentId().getAsLong(), "the one goes on from the other");

        assertEquals(end, endOf(incident, START));
        assertEquals(Optional.empty(), endOf(incident, next));

        // One that comes late is over already, and is told again by a twin that has not heard of the next one.
        takeIn(routed(firing(1, START.plusSeconds(10))));
        assertEquals(end, endOf(incident, START.plusSeconds(10)));
        clock.advance(Duration.ofMinutes(2));
        takeIn(routed(firing(1, START)));
        assertEquals(Optional.of(START.plusSeconds(10).truncatedTo(ChronoUnit.MICROS)), endOf(incident, START));
        assertEquals(Optional.empty(), endOf(incident, next));
    }

    private Optional<Instant> endOf(long incident) throws ArchiveException {
        return archive.incident(incident).orElseThrow().incident().endedAt();
    }

    /** Of the alert of that start in the incident. */
    private Optional<Instant> endOf(long incident, Instant start) throws ArchiveException {
        return archive.incident(incident).orElseThrow().incident().alerts().stream()
                .filter(alert -> alert.startsAt().equals(start))
                .findFirst()
                .orElseThrow()
                .endedAt();
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
    void storesAnEndOfWhichNothingWasKnown() throws ArchiveException {
        IntakeOutcome outcome = takeIn(routed(resolved(1, START, NOON)));

        assertEquals(Outcome.RESOLVED, outcome.outcome());
        assertTrue(outcome.stored());
        assertEquals(Optional.of(NOON), endOf(outcome.incidentId().orElseThrow()));
        assertEquals(Optional.empty(), archive.beginNext());
        // Its beginning came later on the wire.
        assertEquals(Outcome.KNOWN, takeIn(routed(firing(1, START))).outcome());
        assertEquals(Optional.of(NOON), endOf(outcome.incidentId().orElseThrow()));
        assertEquals(1, incidents().size());
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
        assertEquals(Optional.of(IntakeOutcome.WithoutDump.COOLDOWN), second.withoutDump());
        IncidentDetail detail =
                archive.incident(second.incidentId().getAsLong()).orElseThrow();
        assertEquals(2, detail.incident().alerts().size());
        IncidentAlert shares = detail.incident().alerts().get(1);
        assertEquals(OptionalLong.of(dump), shares.dumpId());
        assertEquals(
                Optional.of(
                        "Rule load takes at most one dump every 300 s and asked for dump 1 34 s before. The next one"
                                + " comes after that if the alert still fires."),
                shares.note());
        assertEquals(1, detail.incident().dumps());
        assertEquals(List.of(dump), detail.dumps().stream().map(DumpSummary::id).toList());
        assertTrue(detail.incident().headline().orElseThrow().contains("(load 4.42"));
        assertEquals(Optional.empty(), archive.beginNext());
        clock.advance(Duration.ofSeconds(266));
        assertEquals(
                OptionalLong.of(2),
                takeIn(routed(firing(3, NOON), Duration.ofMinutes(5))).dumpId());
    }

    private Reservation followUp(OpenIncident open) throws ArchiveException {
        return archive.reserveFollowUp(open, Optional.empty(), new Reason("put off"), "put off");
    }

    @Test
    void sharesTheDumpForWhichItsIncidentWaits() throws ArchiveException {
        IntakeOutcome first = takeIn(routed(firing(1, NOON)));
        IntakeOutcome second = takeIn(routed(firing(2, NOON)));

        assertEquals(Optional.empty(), first.withoutDump());
        assertEquals(first.dumpId(), second.dumpId());
        assertEquals(Optional.of(IntakeOutcome.WithoutDump.SHARED), second.withoutDump());
        assertEquals(Optional.empty(), takeIn(routed(firing(2, NOON))).withoutDump(), "said once");
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
        archive.store(archive.beginNext().orElseThrow().dumpId(), DumpTexts.manual(7, NOON));
        clock.advance(Duration.ofDays(-2));
        archive.close();
        open();

        clock.advance(Duration.ofMinutes(5));
        assertEquals(
                OptionalLong.of(2),
                takeIn(routed(firing(2, NOON), Duration.ofMinutes(5))).dumpId());
    }

    @Test
    void storesAMessageThatWouldOverfillTheQueueAndPutsItsDumpsOff() throws ArchiveException {
        for (int n = 1; n <= 3; n++) {
            // Of different times, so that each is an incident of its own.
            Instant start = START.plusSeconds(10_000L * n);
            takeIn(routed(firing(n, start)));
            takeIn(routed(resolved(n, start, start.plusSeconds(60))));
        }
        assertEquals(3, archive.totals().waiting());

        IntakeOutcome outcome = takeIn(routed(firing(4, START.plusSeconds(40_000))));

        assertEquals(Outcome.NEW, outcome.outcome());
        assertEquals(OptionalLong.empty(), outcome.dumpId());
        assertEquals(Optional.of(IntakeOutcome.WithoutDump.QUEUE), outcome.withoutDump());
        assertEquals(3, archive.totals().waiting());
        IncidentAlert alert = archive.incident(outcome.incidentId().orElseThrow())
                .orElseThrow()
                .incident()
                .alerts()
                .get(0);
        assertEquals(
                Optional.of(
                        "3 captures are waiting, as many as are allowed; its dump comes after them if it still fires"
                                + " then."),
                alert.note());
        OpenIncident open = archive.openIncidents().get(0);
        assertEquals(OptionalLong.empty(), followUp(open).granted());
        archive.limit(CaptureLimits.DEFAULT.withWaiting(4));
        long dump = followUp(open).granted().orElseThrow();
        assertEquals(
                OptionalLong.of(dump),
                archive.incident(open.id())
                        .orElseThrow()
                        .incident()
                        .alerts()
                        .get(0)
                        .dumpId());
    }

    @Test
    void asksForOneDumpOfAnEventHoweverManyAlertsTellOfIt() throws ArchiveException {
        List<IntakeOutcome> outcomes = archive.takeIn(
                List.of(routed(firing(1, START)), routed(firing(2, START)), routed(firing(3, START.plusSeconds(5)))));

        assertEquals(1, incidents().size());
        assertEquals(1, archive.totals().waiting());
        assertEquals(
                Set.of(OptionalLong.of(1)),
                outcomes.stream().map(IntakeOutcome::dumpId).collect(Collectors.toSet()));
        assertEquals("LoadHigh", incidents().get(0).alertNames());
    }

    @Test
    void keepsAnAlertOfAnotherHostApart() throws ArchiveException {
        long own = takeIn(routed(firing(1, START))).incidentId().orElseThrow();
        RoutedAlert wanted = routed(firing(2, START));
        long other = takeIn(new RoutedAlert(wanted.alert(), wanted.route(), true, Optional.of("http://am:9093")))
                .incidentId()
                .orElseThrow();

        assertNotEquals(own, other);
        assertTrue(archive.incident(other).orElseThrow().incident().foreign());
        assertEquals(
                Optional.of("http://am:9093"),
                archive.incident(other).orElseThrow().incident().alerts().get(0).externalUrl());
        archive.storeFound(DumpTexts.automatic(9, NOON));
        archive.storeFound(DumpTexts.manual(10, NOON.plusSeconds(1)));
        assertEquals(3, archive.incident(own).orElseThrow().dumps().size());
        assertEquals(1, archive.incident(other).orElseThrow().dumps().size());
    }

    @Test
    void takesTimesUpToTheYear9999() throws ArchiveException {
        Instant far = Instant.parse("9999-12-31T23:59:59.999999999Z");
        long id = takeIn(routed(firing(1, far))).incidentId().orElseThrow();

        assertEquals(
                far,
                archive.incident(id).orElseThrow().incident().alerts().get(0).startsAt());
        takeIn(routed(resolved(1, far, START)));
        assertEquals(Optional.of(far.truncatedTo(ChronoUnit.MICROS)), endOf(id));
    }

    @Test
    void endsAnAlertOfWhichNobodySpeaksAnyMore() throws ArchiveException {
        long id = takeIn(routed(firing(1, START))).incidentId().orElseThrow();
        archive.storeFound(DumpTexts.automatic(9, NOON.plusSeconds(5)));
        clock.advance(Duration.ofHours(23));
        assertEquals(List.of(), archive.pass(Optional.empty()));
        // Prometheus goes on: the alert is repeated every four hours, so it is not over because the load was low.
        clock.advance(Duration.ofMinutes(61));

        assertEquals(List.of(id), archive.pass(Optional.empty()));

        Incident ended = archive.incident(id).orElseThrow().incident();
        assertEquals(Optional.of(NOON.plusSeconds(5)), ended.endedAt());
        assertEquals(Optional.of(EndReason.SILENT), ended.alerts().get(0).endReason());
        // What comes after it is told again.
        archive.storeFound(DumpTexts.automatic(10, NOON.plus(Duration.ofDays(2))));
        assertEquals(2, incidents().size());
    }

    @Test
    void endsASilencedAlertWhenTheLoadHasBeenLowForAnHour() throws ArchiveException {
        long id = takeIn(routed(firing(1, START))).incidentId().orElseThrow();
        clock.advance(Duration.ofMinutes(100));

        assertEquals(List.of(), archive.pass(Optional.of(clock.instant().minus(Duration.ofMinutes(59)))));
        Instant fell = clock.instant().minus(Duration.ofMinutes(60));
        assertEquals(List.of(id), archive.pass(Optional.of(fell)));

        Incident ended = archive.incident(id).orElseThrow().incident();
        assertEquals(Optional.of(fell), ended.endedAt());
        assertEquals(Optional.of(EndReason.QUIET), ended.endReason());
        clock.advance(Duration.ofSeconds(1));
        assertEquals(Outcome.KNOWN, takeIn(routed(firing(1, START))).outcome());
        assertTrue(archive.incident(id).orElseThrow().incident().open(), "a word counts for more");
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

        String reason = archive.beginNext().orElseThrow().reason().text();
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
