package io.loadmonitor.desk;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.alert.AlertMessage;
import io.loadmonitor.alert.AlertMessageParser;
import io.loadmonitor.alert.LabelMatcher;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.CaptureLimits;
import io.loadmonitor.archive.DumpQuery;
import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTexts;
import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentDetail;
import io.loadmonitor.archive.IntakeOutcome;
import io.loadmonitor.archive.LimitState;
import io.loadmonitor.archive.Refusal;
import io.loadmonitor.archive.Reservation;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.archive.TestAlerts;
import io.loadmonitor.archive.TestClock;
import io.loadmonitor.capture.CaptureException;
import io.loadmonitor.desk.RuleStatus.Kind;
import io.loadmonitor.desk.RuleStatus.State;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.incident.DumpWindow;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class CaptureDeskTest {
    private static final Reason REASON = new Reason("somebody wants to know");
    private static final Duration COOLDOWN = Duration.ofMinutes(5);
    private static final CaptureSettings QUICK = new CaptureSettings(
            Duration.ofMillis(300), Duration.ofMillis(10), Duration.ofMillis(40), Duration.ofMillis(200));

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private final Heard heard = new Heard();
    private Rules rules = new Rules(
            List.of(new Rule("load", List.copyOf(LabelMatcher.parse("alertname=~\"Load.*\"")), Duration.ZERO)));
    private Archive archive;
    private Optional<CaptureDesk> started = Optional.empty();

    @BeforeEach
    void open() throws ArchiveException {
        archive = Archive.open(
                new ArchiveSettings(
                        folder.resolve("a.db"), "vm", Retention.DEFAULT, CaptureLimits.DEFAULT.withWaiting(5)),
                clock);
    }

    @AfterEach
    void close() {
        started.ifPresent(CaptureDesk::close);
        archive.close();
    }

    @Test
    void takesTheDumpThatARealAlertAsksForAndNoneWhenItIsResolved() throws Exception {
        FakeSource source = new FakeSource((call, reason) -> DumpTexts.manual(call, NOON));
        AlertDesk alerts = alerts(source);

        List<IntakeOutcome> outcomes = alerts.accept(fixture("alertmanager-0.25.0-firing.json"));

        assertEquals("taken in [NEW, NEW]", heard.next());
        assertEquals("captured 1 ALERT", heard.next());
        assertEquals(
                outcomes.get(0).incidentId(), outcomes.get(1).incidentId(), "two alerts of one event are one incident");
        assertEquals(outcomes.get(0).dumpId(), outcomes.get(1).dumpId());
        IncidentDetail incident =
                archive.incident(outcomes.get(1).incidentId().getAsLong()).orElseThrow();
        assertEquals(
                List.of(DumpState.COMPLETE),
                incident.dumps().stream().map(DumpSummary::state).toList());
        assertEquals(
                OptionalLong.of(incident.incident().id()),
                incident.dumps().get(0).incidentId());
        assertEquals(List.of("alert LoadHigh incident 1"), source.reasons());

        alerts.accept(fixture("alertmanager-0.25.0-firing.json"));
        assertEquals("taken in [KNOWN, KNOWN]", heard.next());
        alerts.accept(fixture("alertmanager-0.25.0-firing-and-resolved.json"));
        assertEquals("taken in [KNOWN, RESOLVED]", heard.next());
        started.orElseThrow().close();

        assertEquals(1, source.reasons().size());
        assertTrue(heard.nothing());
        Incident after = archive.incident(outcomes.get(0).incidentId().getAsLong())
                .orElseThrow()
                .incident();
        assertTrue(after.open(), "one of its alerts fires on");
        assertEquals(
                1,
                after.alerts().stream()
                        .filter(alert -> alert.endedAt().isPresent())
                        .count());
    }

    @Test
    void takesOneDumpAtATime() throws Exception {
        FakeSource source = new FakeSource((call, reason) -> {
            pause(20);
            return DumpTexts.manual(call, NOON);
        });
        AlertDesk alerts = alerts(source);
        for (int i = 0; i < 5; i++) {
            event(alerts, i);
        }
        for (int i = 0; i < 15; i++) {
            heard.next();
        }

        assertEquals(5, source.reasons().size());
        assertEquals(1, source.mostRunning());
    }

    @Test
    void asksABusySourceAgainUntilItAnswers() throws Exception {
        FakeSource source = new FakeSource((call, reason) -> {
            if (call <= 3) {
                throw new CaptureException(
                        call == 2 ? CaptureException.Reason.THROTTLED : CaptureException.Reason.BUSY, "not now");
            }
            return DumpTexts.manual(call, NOON);
        });

        alerts(source).accept(message(TestAlerts.firing(1, NOON)));

        assertEquals("taken in [NEW]", heard.next());
        assertEquals("captured 1 ALERT", heard.next());
        assertEquals(4, source.reasons().size());
    }

    @Test
    void givesUpOnASourceThatStaysBusyAndSaysWhy() throws Exception {
        FakeSource source = new FakeSource((call, reason) -> {
            throw new CaptureException(CaptureException.Reason.BUSY, "another dump is being taken");
        });

        alerts(source).accept(message(TestAlerts.firing(1, NOON)));

        assertEquals("taken in [NEW]", heard.next());
        assertEquals("failed ALERT BUSY", heard.next());
        DumpSummary failed = archive.dump(1).orElseThrow().summary();
        assertEquals(DumpState.FAILED, failed.state());
        assertTrue(
                failed.failure().orElseThrow().matches("another dump is being taken \\(asked again for \\d+ ms\\)"),
                failed.toString());
        assertTrue(
                source.reasons().size() >= 2 && source.reasons().size() <= 12,
                source.reasons().toString());
    }

    @Test
    void doesNotAskAgainWhereThatCannotHelp() throws Exception {
        for (CaptureException.Reason reason : List.of(
                CaptureException.Reason.UNAVAILABLE, CaptureException.Reason.TIMEOUT, CaptureException.Reason.FAILED)) {
            FakeSource source = new FakeSource((call, given) -> {
                throw new CaptureException(reason, "it is " + reason);
            });
            start(source).request(REASON);

            assertEquals("failed MANUAL " + reason, heard.next());
            assertEquals(1, source.reasons().size());
            started.orElseThrow().close();
            clock.advance(Duration.ofSeconds(1));
        }
        assertEquals(
                Optional.of("it is UNAVAILABLE"),
                archive.dump(1).orElseThrow().summary().failure());
    }

    @Test
    void outlivesASourceWithABug() throws Exception {
        FakeSource source = new FakeSource((call, reason) -> {
            if (call == 1) {
                throw new IllegalStateException("a bug");
            }
            return DumpTexts.manual(call, NOON);
        });
        CaptureDesk desk = start(source);
        desk.request(REASON);
        assertEquals("failed MANUAL FAILED", heard.next());
        clock.advance(Duration.ofSeconds(1));

        assertInstanceOf(Reservation.Granted.class, desk.request(REASON));

        assertEquals("captured 2 MANUAL", heard.next());
    }

    @Test
    void answersWhoeverAsksForADump() throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        FakeSource source = new FakeSource((call, reason) -> {
            FakeSource.await(mayAnswer);
            return DumpTexts.manual(call, NOON);
        });
        CaptureDesk desk = start(source);

        assertEquals(new Reservation.Granted(1, true), desk.request(REASON));
        assertEquals(new Reservation.Busy(1), desk.request(REASON));
        mayAnswer.countDown();
        assertEquals("captured 1 MANUAL", heard.next());
        assertEquals(
                Optional.of(NOON.plusSeconds(1)), refusal(desk.request(REASON)).next());
        assertEquals("refused MANUAL SPACING", heard.next());
        archive.limit(spaced(7));
        assertEquals(
                Optional.of(NOON.plusSeconds(7)), refusal(desk.request(REASON)).next());
        assertEquals(Optional.of(NOON.plusSeconds(7)), desk.status().get(2).next());
        archive.limit(spaced(1));
        desk.close();
        ArchiveException closed = assertThrows(ArchiveException.class, () -> desk.request(REASON));
        assertEquals(ArchiveException.Reason.CLOSED, closed.reason());
        assertEquals(List.of("somebody wants to know"), source.reasons());
    }

    private static Refusal refusal(Reservation answer) {
        return assertInstanceOf(Reservation.Refused.class, answer).refusal();
    }

    private static CaptureLimits spaced(int seconds) {
        CaptureLimits usual = CaptureLimits.DEFAULT;
        return new CaptureLimits(usual.waiting(), usual.dumps(), usual.manual(), Duration.ofSeconds(seconds));
    }

    private static RuleStatus ready(Kind kind, String name, Optional<LimitState.Use> use) {
        return new RuleStatus(kind, name, State.READY, "No dump was asked for yet.", Optional.empty(), use);
    }

    private static Optional<LimitState.Use> used(int used, int most) {
        return Optional.of(new LimitState.Use(used, new DumpWindow(most, Duration.ofHours(1))));
    }

    @Test
    void takesAtTheNextStartWhatWasLeftWaiting() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        AlertDesk alerts = alerts(new FakeSource((call, reason) -> {
            asked.countDown();
            throw new CaptureException(CaptureException.Reason.BUSY, "not now");
        }));
        alerts.accept(message(TestAlerts.firing(1, NOON)));
        asked.await();
        started.orElseThrow().close();
        archive.close();
        open();

        start(new FakeSource((call, reason) -> DumpTexts.manual(call, NOON)));

        assertEquals("taken in [NEW]", heard.next());
        assertEquals("captured 1 ALERT", heard.next());
    }

    @Test
    void storesWhatTheModuleTookByItselfOnce() throws Exception {
        CaptureDesk desk = start(new FakeSource((call, reason) -> DumpTexts.manual(call, NOON)));
        RawDump raw = DumpTexts.automatic(17, NOON);

        desk.found(raw);
        desk.found(raw);

        assertEquals("found 1 THRESHOLD", heard.next());
        assertTrue(heard.nothing());
        assertEquals(1, archive.dumps(DumpQuery.newest(5)).items().size());
    }

    @Test
    void saysForEachRuleWhetherItIsReadyAndWhy() throws Exception {
        rules = new Rules(List.of(
                new Rule("load", List.copyOf(LabelMatcher.parse("alertname=~\"Load.*\"")), COOLDOWN),
                new Rule("other", List.copyOf(LabelMatcher.parse("alertname=Other")), COOLDOWN)));
        CountDownLatch mayAnswer = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        AlertDesk alerts = alerts(new FakeSource((call, reason) -> {
            asked.countDown();
            FakeSource.await(mayAnswer);
            return DumpTexts.manual(call, NOON);
        }));
        CaptureDesk desk = started.orElseThrow();
        assertEquals(
                List.of(
                        ready(Kind.RULE, "load", Optional.empty()),
                        ready(Kind.RULE, "other", Optional.empty()),
                        ready(Kind.HOST, "dumps", used(0, 60)),
                        ready(Kind.MANUAL, "manual", used(0, 240)),
                        new RuleStatus(
                                Kind.SOURCE,
                                "procfs",
                                State.READY,
                                "No dump was taken since the start.",
                                Optional.empty(),
                                Optional.empty())),
                desk.status());

        alerts.accept(message(TestAlerts.firing(1, NOON)));
        asked.await();
        assertEquals(
                List.of(State.CAPTURING, State.READY, State.READY, State.CAPTURING, State.CAPTURING),
                desk.status().stream().map(RuleStatus::state).toList());
        assertEquals("Takes dump 1.", desk.status().get(3).why());
        assertEquals(used(1, 60), desk.status().get(2).use());
        mayAnswer.countDown();
        assertEquals("taken in [NEW]", heard.next());
        assertEquals("captured 1 ALERT", heard.next());

        RuleStatus throttled = desk.status().get(0);
        assertEquals(
                new RuleStatus(
                        Kind.RULE,
                        "load",
                        State.THROTTLED,
                        "Asked for dump 1 at " + NOON + "; at most one every 300 s.",
                        Optional.of(NOON.plus(COOLDOWN)),
                        Optional.empty()),
                throttled);
        assertTrue(
                desk.status().get(4).why().startsWith("Took dump 1 in "),
                desk.status().toString());
        clock.advance(COOLDOWN);
        assertEquals(State.READY, desk.status().get(0).state());
    }

    @Test
    void saysWhatASourceWaitsFor() throws Exception {
        CountDownLatch twice = new CountDownLatch(2);
        CaptureSettings patient = new CaptureSettings(
                Duration.ofSeconds(60), Duration.ofMillis(1), Duration.ofSeconds(30), Duration.ZERO);
        CaptureDesk desk = CaptureDesk.start(
                patient,
                () -> rules,
                archive,
                () -> new FakeSource((call, reason) -> {
                    twice.countDown();
                    throw new CaptureException(CaptureException.Reason.THROTTLED, "the module takes one dump a minute");
                }),
                clock,
                heard);
        started = Optional.of(desk);
        desk.request(REASON);
        twice.await();
        RuleStatus source = desk.status().get(3);
        for (int i = 0; i < 200 && source.state() != State.THROTTLED; i++) {
            pause(10);
            source = desk.status().get(3);
        }

        assertEquals(State.THROTTLED, source.state());
        assertEquals("Dump 1 must wait: the module takes one dump a minute", source.why());
        assertTrue(source.next().orElseThrow().isAfter(clock.instant()));
    }

    @Test
    void takesAMessageInWhileTheQueueIsFull() throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        AlertDesk alerts = alerts(new FakeSource((call, reason) -> {
            asked.countDown();
            FakeSource.await(mayAnswer);
            return DumpTexts.manual(call, NOON);
        }));
        event(alerts, 0);
        asked.await();
        for (int i = 1; i <= 5; i++) {
            event(alerts, i);
        }

        IntakeOutcome full = alerts.accept(message(TestAlerts.firing(6, NOON.plus(Duration.ofHours(6)))))
                .get(0);

        assertEquals(IntakeOutcome.Outcome.NEW, full.outcome());
        assertEquals(OptionalLong.empty(), full.dumpId());
        assertTrue(full.detail().contains("5 captures are waiting"), full.detail());
        mayAnswer.countDown();
        for (int i = 0; i < 13 + 6; i++) {
            heard.next();
        }
        assertTrue(heard.nothing());
    }

    @Test
    void keepsADumpOfTheModuleWantedUntilItIsStored() throws Exception {
        archive.keep(new Retention(10, Duration.ofDays(1), 1 << 20, 1L << 50));
        CaptureDesk desk = start(new FakeSource((call, reason) -> DumpTexts.manual(call, NOON)));
        RawDump raw = DumpTexts.automatic(1, NOON);

        assertThrows(UncheckedIOException.class, () -> desk.found(raw));
        assertThrows(UncheckedIOException.class, () -> desk.found(raw));
        assertEquals("failed UNKNOWN ARCHIVE", heard.next());
        assertTrue(heard.nothing(), "said once");
        archive.keep(new Retention(10, Duration.ofDays(1), 1 << 20, 0));
        desk.found(raw);
        assertEquals("found 1 THRESHOLD", heard.next());
    }

    /** A backup, or a person's sqlite3: the text in hand waits for it. */
    @Test
    void losesNoDumpWhileSomebodyElseWritesTheArchive() throws Exception {
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        AlertDesk alerts = alerts(new FakeSource((call, reason) -> {
            FakeSource.await(locked);
            taken.countDown();
            return DumpTexts.manual(call, NOON);
        }));
        alerts.accept(message(TestAlerts.firing(1, NOON)));
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("a.db"));
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            locked.countDown();
            taken.await();
            pause(300);
            statement.execute("COMMIT");
        }
        assertEquals("taken in [NEW]", heard.next());
        assertEquals("captured 1 ALERT", heard.next());
    }

    /** A full disk: the alert is refused and comes again, and the dump of the first time is there. */
    @Test
    void takesADumpThatTheArchiveCannotNoteAndStoresItLater() throws Exception {
        FakeSource source = new FakeSource((call, reason) -> DumpTexts.manual(call, NOON));
        AlertDesk alerts = alerts(source);
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("a.db"));
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            for (int tries = 0; tries < 2; tries++) {
                ArchiveException refused =
                        assertThrows(ArchiveException.class, () -> alerts.accept(message(TestAlerts.firing(1, NOON))));
                assertEquals(ArchiveException.Reason.STUCK, refused.reason());
            }
            while (source.reasons().isEmpty()) {
                pause(10);
            }
            assertEquals(List.of("alert LoadHigh"), source.reasons(), "once, however often the sender comes");
            statement.execute("COMMIT");
        }

        // The first message was on its way to the disk, and is stored when that is back.
        assertEquals("captured 1 ALERT", heard.next());
        IntakeOutcome again = alerts.accept(message(TestAlerts.firing(1, NOON))).get(0);
        assertEquals("taken in [KNOWN]", heard.next());
        started.orElseThrow().close();
        assertTrue(heard.nothing(), "no other dump");
        assertEquals(
                List.of(1L),
                archive.incident(again.incidentId().getAsLong()).orElseThrow().dumps().stream()
                        .map(DumpSummary::id)
                        .toList());
    }

    /** An alert that fires and ends, hours from the others: an incident of its own. */
    private static void event(AlertDesk alerts, int number) throws Exception {
        Instant start = NOON.plus(Duration.ofHours(number));
        alerts.accept(message(TestAlerts.firing(number, start)));
        alerts.accept(message(TestAlerts.resolved(number, start, start.plusSeconds(60))));
    }

    private AlertDesk alerts(FakeSource source) {
        return new AlertDesk(
                () -> rules,
                new InstanceNames(() -> InstanceNames.Settings.DEFAULT, archive),
                archive,
                start(source),
                heard);
    }

    private CaptureDesk start(FakeSource source) {
        CaptureDesk desk = CaptureDesk.start(QUICK, () -> rules, archive, () -> source, clock, heard);
        started = Optional.of(desk);
        return desk;
    }

    private static AlertMessage message(Alert alert) {
        return new AlertMessage("4", "{}", "load-monitor", 0, Optional.empty(), List.of(alert), List.of());
    }

    private static AlertMessage fixture(String name) throws Exception {
        try (InputStream in = CaptureDeskTest.class.getResourceAsStream("/io/loadmonitor/alert/" + name)) {
            return new AlertMessageParser().parse(in.readAllBytes());
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
