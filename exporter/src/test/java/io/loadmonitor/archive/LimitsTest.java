package io.loadmonitor.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.IntakeOutcome.WithoutDump;
import io.loadmonitor.archive.RoutedAlert.Route;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.incident.DumpWindow;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Windows of rules, of the host and of people; what they refuse is told; clocks that jump. */
@Timeout(60)
final class LimitsTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    /** No earlier second is later than that. */
    private static final Instant AN_HOUR_AFTER_NOON = Instant.parse("2026-11-22T13:04:11Z");

    private static final Reason REASON = new Reason("it lasts");

    private Path folder;
    private TestHost host;
    private Archive archive;
    private CaptureLimits limits = new CaptureLimits(1000, Optional.empty(), Optional.empty(), Duration.ZERO);
    private int alerts;

    @BeforeEach
    void begin() throws Exception {
        folder = TestHost.folder();
        host = new TestHost(folder.resolve("a.db"));
        open();
    }

    private void open() throws ArchiveException {
        archive = host.open(limits);
    }

    @AfterEach
    void end() throws Exception {
        archive.close();
        TestHost.delete(folder);
    }

    private void reopen() throws ArchiveException {
        archive.close();
        open();
    }

    private static DumpWindow window(int most) {
        return new DumpWindow(most, HOUR);
    }

    private static Route rule(String name, int most) {
        return new Route(name, Duration.ZERO, Optional.of(window(most)));
    }

    private static Route rule() {
        return new Route("load", Duration.ZERO);
    }

    private IntakeOutcome takeIn(Route rule, boolean foreign, Alert alert) throws ArchiveException {
        return archive.takeIn(List.of(new RoutedAlert(alert, Optional.of(rule), foreign, Optional.empty())))
                .get(0);
    }

    private Alert firing(String instance) {
        alerts++;
        return new Alert(
                String.format("%016x", alerts),
                Alert.Status.FIRING,
                Map.of("alertname", "LoadHigh", "instance", instance),
                Map.of(),
                host.instant(),
                Optional.empty(),
                Optional.empty());
    }

    private IntakeOutcome fires(Route rule) throws ArchiveException {
        return takeIn(rule, false, firing(""));
    }

    /** One that is over before the next one begins. */
    private IntakeOutcome event(Route rule) throws ArchiveException {
        Alert alert = firing("");
        IntakeOutcome outcome = takeIn(rule, false, alert);
        capture();
        host.pass(Duration.ofSeconds(30));
        takeIn(rule, false, resolved(alert));
        return outcome;
    }

    private Alert resolved(Alert alert) {
        return new Alert(
                alert.fingerprint(),
                Alert.Status.RESOLVED,
                alert.labels(),
                Map.of(),
                alert.startsAt(),
                Optional.of(host.instant()),
                Optional.empty());
    }

    private void capture() throws ArchiveException {
        for (Optional<WaitingCapture> next = archive.beginNext(); next.isPresent(); next = archive.beginNext()) {
            archive.store(next.get().dumpId(), DumpTexts.manual(next.get().dumpId(), host.instant()));
        }
    }

    private static boolean asked(IntakeOutcome outcome) {
        return outcome.dumpId().isPresent() && outcome.withoutDump().isEmpty();
    }

    private Reservation followUp(Route rule) throws ArchiveException {
        OpenIncident incident = archive.openIncidents().get(0);
        return archive.reserveFollowUp(incident, Optional.of(rule), REASON, "5 min after the first");
    }

    private static Refusal refusal(Reservation answer) {
        return assertInstanceOf(Reservation.Refused.class, answer).refusal();
    }

    @Test
    void aRuleHasItsDumpsWithinATimeAndAnotherRuleItsOwn() throws ArchiveException {
        Route load = rule("load", 2);
        assertTrue(asked(event(load)));
        host.pass(Duration.ofMinutes(10));
        assertTrue(asked(event(load)));
        host.pass(MINUTE);

        IntakeOutcome third = event(load);
        assertEquals(Optional.of(WithoutDump.LIMIT), third.withoutDump());
        Refusal refusal = third.refusal().orElseThrow();
        assertEquals(LimitKind.RULE, refusal.limit());
        assertEquals("rule load had its 2 dumps within 1 h", refusal.words());
        assertEquals(Optional.of(AN_HOUR_AFTER_NOON), refusal.next());
        IncidentDetail detail =
                archive.incident(third.incidentId().orElseThrow()).orElseThrow();
        assertEquals(
                Optional.of(
                        "No dump at 2026-11-22T12:16:10Z: rule load had its 2 dumps within 1 h; the next may be taken"
                                + " at 2026-11-22T13:04:11Z. It is taken then if the alert still fires."),
                detail.incident().alerts().get(0).note());
        assertTrue(asked(event(rule("disk", 2))), "another rule");

        host.pass(HOUR.minus(host.passed()));
        assertTrue(asked(event(load)), "the first is an hour old");
        host.pass(MINUTE);
        assertFalse(asked(event(load)), "the second is not");
    }

    @Test
    void aFourthIsKeptForIncidentsThatHaveNoDump() throws ArchiveException {
        limits = new CaptureLimits(1000, Optional.of(window(4)), Optional.empty(), Duration.ZERO);
        archive.limit(limits);
        Alert first = firing("");
        takeIn(rule(), false, first);
        capture();
        for (int i = 0; i < 2; i++) {
            host.pass(MINUTE);
            assertTrue(followUp(rule()).granted().isPresent());
            capture();
        }
        host.pass(MINUTE);
        Refusal refusal = refusal(followUp(rule()));
        assertEquals(LimitKind.HOST, refusal.limit());
        assertEquals(
                "this host had 3 of its 4 dumps within 1 h, and the others are kept for incidents without a dump",
                refusal.words());
        assertFalse(asked(takeIn(rule(), true, firing("db2:9817"))), "an incident of another host");
        takeIn(rule(), false, resolved(first));
        host.pass(MINUTE);
        assertTrue(asked(event(rule())), "an incident without a dump");
        host.pass(MINUTE);
        assertEquals(
                "this host had its 4 dumps within 1 h",
                event(rule()).refusal().orElseThrow().words());
    }

    @Test
    void eachOtherHostThatAlertsNameIsCountedByItself() throws ArchiveException {
        Route load = rule("load", 1);
        assertTrue(asked(takeIn(load, true, firing("db2:9817"))));
        assertFalse(asked(takeIn(load, true, firing("db2:9817"))));
        assertTrue(asked(takeIn(load, true, firing("db3:9817"))));
        assertTrue(asked(fires(load)), "this host");
    }

    @Test
    void peopleAndAlertsDoNotTakeEachOthersDumps() throws ArchiveException {
        limits = new CaptureLimits(1000, Optional.of(window(1)), Optional.of(window(2)), Duration.ZERO);
        archive.limit(limits);
        assertTrue(asked(event(rule())));
        for (int i = 0; i < 2; i++) {
            assertTrue(archive.reserveManual(REASON).granted().isPresent());
            capture();
        }
        Refusal people = refusal(archive.reserveManual(REASON));
        assertEquals(LimitKind.PEOPLE, people.limit());
        assertEquals("people had their 2 dumps within 1 h", people.words());
        assertEquals(LimitKind.HOST, event(rule()).refusal().orElseThrow().limit());
        assertEquals(
                LimitKind.HOST,
                refusal(archive.reserveOwn(DumpTrigger.THRESHOLD, new Reason("load 9.00 >= 4.00")))
                        .limit());
        assertEquals(1, archive.limits(List.of()).host().use().orElseThrow().used());
        assertEquals(2, archive.limits(List.of()).people().use().orElseThrow().used());
    }

    @Test
    void aRestartForgetsNothingAndAFailureUsesUpNothing() throws ArchiveException {
        Route load = rule("load", 2);
        assertTrue(asked(event(load)));
        host.pass(MINUTE);
        long failing = fires(load).dumpId().orElseThrow();
        assertEquals(failing, archive.beginNext().orElseThrow().dumpId());
        assertEquals(2, used(load));
        archive.fail(failing, "no source");
        assertEquals(1, used(load));
        host.pass(HOUR.dividedBy(2));
        event(load);
        host.pass(MINUTE);
        assertEquals(2, used(load));
        reopen();
        assertEquals(LimitKind.RULE, event(load).refusal().orElseThrow().limit());
        host.pass(MINUTE);
        archive.close();
        host.reboot(MINUTE);
        open();
        assertEquals(LimitKind.RULE, event(load).refusal().orElseThrow().limit());
        assertEquals(
                LimitKind.RULE,
                archive.limits(List.of(load))
                        .rules()
                        .get("load")
                        .refusal()
                        .orElseThrow()
                        .limit());
    }

    private int used(Route rule) throws ArchiveException {
        return archive.limits(List.of(rule))
                .rules()
                .get("load")
                .use()
                .orElseThrow()
                .used();
    }

    @Test
    void whatIsRefusedIsToldOnceUntilThereIsADump() throws ArchiveException {
        Route load = rule("load", 2);
        event(load);
        host.pass(MINUTE);
        event(load);
        host.pass(MINUTE);
        long incident = fires(load).incidentId().orElseThrow();
        assertTrue(((Reservation.Refused) followUp(load)).fresh());
        for (int i = 0; i < 20; i++) {
            host.pass(Duration.ofSeconds(5));
            assertFalse(((Reservation.Refused) followUp(load)).fresh(), "it was told");
        }
        reopen();
        assertFalse(((Reservation.Refused) followUp(load)).fresh(), "over a restart, too");

        List<RefusedDump> refused = archive.incident(incident).orElseThrow().refused();
        assertEquals(
                List.of("ALERT LoadHigh RULE", "FOLLOW_UP 5 min after the first RULE"),
                refused.stream()
                        .map(one -> one.trigger() + " " + one.what() + ' ' + one.limit())
                        .toList());
        assertEquals("rule load had its 2 dumps within 1 h", refused.get(0).words());
        assertEquals(Optional.of(AN_HOUR_AFTER_NOON), refused.get(0).next());
    }

    @Test
    void refusalsAreNoMoreThanAlertsAndGoWithTheirIncident() throws ArchiveException {
        Route load = rule("load", 1);
        List<RoutedAlert> waiting = flood(load, 50);
        archive.takeIn(waiting);
        archive.takeIn(waiting);
        assertEquals(List.of(), archive.incident(1).orElseThrow().refused(), "they share the one that waits");
        capture();
        List<RoutedAlert> late = flood(load, 50);
        archive.takeIn(late);
        archive.takeIn(late);
        assertEquals(50, archive.incident(1).orElseThrow().refused().size());
    }

    private List<RoutedAlert> flood(Route rule, int count) {
        List<RoutedAlert> flood = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            flood.add(new RoutedAlert(firing(""), Optional.of(rule), false, Optional.empty()));
        }
        return flood;
    }

    /** One more among 4,000 that fire reads a few rows, also where its dump is refused and that is put down. */
    @Test
    void aStormThatIsRefusedIsTakenInAsFastAsItBegan() throws ArchiveException {
        Route load = new Route("load", Duration.ofSeconds(30), Optional.of(window(1)));
        fires(load);
        capture();
        long[] nanos = new long[4_000];
        for (int i = 0; i < nanos.length; i++) {
            host.pass(Duration.ofMillis(10));
            long begin = System.nanoTime();
            IntakeOutcome outcome = fires(load);
            nanos[i] = System.nanoTime() - begin;
            assertEquals(LimitKind.RULE, outcome.refusal().orElseThrow().limit());
        }
        double before = median(Arrays.copyOfRange(nanos, 300, 600));
        double after = median(Arrays.copyOfRange(nanos, 3_700, 4_000));
        System.out.printf("LimitsTest: a refused alert among 500 firing %.2f ms, among 4,000 %.2f ms%n", before, after);
        assertTrue(after < 5 * before + 5, () -> before + " ms, then " + after + " ms");
    }

    private static double median(long[] nanos) {
        Arrays.sort(nanos);
        return nanos[nanos.length / 2] / 1e6;
    }

    /**
     * An event each minute for five hours, six dumps an hour allowed, and a clock that jumps after 90 minutes and is
     * set right again after 200: what is allowed is the same as without.
     */
    @ParameterizedTest
    @CsvSource({"PT0S", "PT1H", "PT-1H", "PT960H", "PT-500000H"})
    void aJumpOfTheClockNeitherOpensNorShutsALimit(Duration jump) throws ArchiveException {
        limits = new CaptureLimits(1000, Optional.of(window(6)), Optional.empty(), Duration.ZERO);
        archive.limit(limits);
        List<Duration> granted = new ArrayList<>();
        while (host.passed().compareTo(Duration.ofHours(5)) < 0) {
            if (host.passed().equals(Duration.ofMinutes(90))) {
                host.ahead(jump);
            } else if (host.passed().equals(Duration.ofMinutes(200))) {
                host.ahead(Duration.ZERO);
            } else if (host.passed().equals(Duration.ofMinutes(150))) {
                reopen();
            }
            Duration now = host.passed();
            IntakeOutcome outcome = event(rule());
            long before = granted.stream()
                    .filter(at -> at.compareTo(now.minus(HOUR)) > 0)
                    .count();
            if (asked(outcome)) {
                assertTrue(before < 6, () -> now + " after " + granted);
                granted.add(now);
            } else {
                // One is kept for incidents without a dump; by a clock that was set back, this may be one that has
                // some.
                assertTrue(before >= 5, () -> now + " after " + granted + ": " + outcome.detail());
                Instant next = outcome.refusal().orElseThrow().next().orElseThrow();
                Duration wait = Duration.between(host.instant(), next);
                assertTrue(
                        !wait.isNegative() && wait.compareTo(HOUR) <= 0,
                        now + ": the next is said to come at " + next + ", and it is " + host.instant());
            }
            host.pass(Duration.ofSeconds(30));
        }
        assertTrue(granted.size() >= 25 && granted.size() <= 30, () -> granted.size() + " dumps in 5 hours");
    }

    /** A machine without a battery for its clock boots in 1970; its time is set when the network is there. */
    @Test
    void aBootIn1970NeitherOpensNorShutsALimit() throws ArchiveException {
        limits = new CaptureLimits(1000, Optional.of(window(2)), Optional.empty(), Duration.ZERO);
        archive.limit(limits);
        assertTrue(asked(event(rule())));
        host.pass(MINUTE);
        assertTrue(asked(event(rule())));
        archive.close();
        host.reboot(Duration.ofMinutes(2));
        host.set(Instant.EPOCH.plusSeconds(20));
        open();
        assertFalse(asked(event(rule())));
        host.pass(Duration.ofMinutes(5));
        host.ahead(Duration.ZERO);
        assertFalse(asked(event(rule())), "nor does setting it right open the limit");
        host.pass(HOUR);
        assertTrue(asked(event(rule())));
        host.pass(MINUTE);
        assertTrue(asked(event(rule())));
        host.pass(MINUTE);
        assertFalse(asked(event(rule())));
    }

    /** The dump that people ask for has the same clock. */
    @Test
    void peopleWaitNoLongerBecauseTheClockWasSetBack() throws ArchiveException {
        limits = new CaptureLimits(1000, Optional.empty(), Optional.empty(), Duration.ofSeconds(10));
        archive.limit(limits);
        assertTrue(archive.reserveManual(REASON).granted().isPresent());
        capture();
        host.ahead(Duration.ofDays(-1));
        host.pass(Duration.ofSeconds(9));
        Refusal refusal = refusal(archive.reserveManual(REASON));
        assertEquals(Optional.of(host.instant().plusSeconds(1)), refusal.next());
        host.pass(Duration.ofSeconds(1));
        assertEquals(OptionalLong.of(2), archive.reserveManual(REASON).granted());
    }
}
