package io.loadmonitor.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.RoutedAlert.Route;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.incident.DumpWindow;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Random histories of a host, with a real archive: alerts of two rules, some of other hosts, further dumps,
 * loads, people, captures that come or fail, limits that are read anew, restarts, reboots, and a wall clock that is set
 * back an hour, ahead by 40 days or to 1970. However it goes, within no time of a limit's length are there more dumps
 * than it allows, what was allowed comes, and after that length there is room again.
 */
final class LimitsPropertyTest {
    private static final int STEPS = 60;
    private static final List<String> HOSTS = List.of("", "", "", "db2:9817", "db3:9817");

    @Property(tries = 60)
    void noWindowIsExceededAndNothingAllowedIsLost(@ForAll long seed) throws Exception {
        Path folder = TestHost.folder();
        try (World world = new World(folder, new Random(seed))) {
            for (int step = 0; step < STEPS; step++) {
                world.step();
            }
            world.end();
        } finally {
            TestHost.delete(folder);
        }
    }

    /** What was allowed, by the time that really passed. */
    private record Granted(Duration at, DumpTrigger trigger, String rule, String otherHost, long dump) {}

    /** A host with an archive, and what a person with a stopwatch would know of it. */
    private static final class World extends Clock implements AutoCloseable {
        private final Path folder;
        private final Random random;
        private final List<Granted> granted = new ArrayList<>();
        private final Set<Long> begun = new HashSet<>();
        private final Set<Long> ended = new HashSet<>();
        private final Map<String, Route> rules = new HashMap<>();
        private final List<Alert> firing = new ArrayList<>();
        private CaptureLimits limits = CaptureLimits.DEFAULT;
        private Archive archive;
        /** Since the beginning, by the stopwatch. */
        private Duration now = Duration.ofDays(3);

        private Duration booted = Duration.ZERO;
        private int boot;
        private Duration offset = Duration.ZERO;
        /** Whether the machine was off: nobody knows for how long where its clock was set back, too. */
        private boolean rebooted;

        private int alerts;

        World(Path folder, Random random) throws ArchiveException {
            this.folder = folder;
            this.random = random;
            reload();
            archive = open();
        }

        private Archive open() throws ArchiveException {
            Archive opened = Archive.open(
                    new ArchiveSettings(
                            folder.resolve("a.db"),
                            "vm",
                            new Retention(100_000, Duration.ofDays(3650), 1 << 30, 0),
                            limits),
                    this,
                    () -> Long.MAX_VALUE,
                    DumpReading::of,
                    () -> now.toNanos(),
                    new Uptime("boot " + boot, () -> now.minus(booted).toNanos()));
            begun.clear();
            for (Granted one : granted) {
                boolean failed = opened.state(one.dump()).equals(Optional.of(DumpState.FAILED));
                if (failed && !ended.contains(one.dump())) {
                    // The start found that nobody waits for it any more.
                    assertTrue(
                            one.trigger() != DumpTrigger.ALERT && one.trigger() != DumpTrigger.FOLLOW_UP,
                            () -> one + " is lost");
                    ended.add(one.dump());
                }
            }
            forgetFailed(opened);
            return opened;
        }

        private void forgetFailed(Archive opened) throws ArchiveException {
            for (Granted one : List.copyOf(granted)) {
                if (one.trigger() != DumpTrigger.MANUAL
                        && opened.state(one.dump()).equals(Optional.of(DumpState.FAILED))) {
                    granted.remove(one);
                }
            }
        }

        void step() throws ArchiveException {
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3, 4 -> alert();
                case 5, 6, 7 -> followUps();
                case 8 -> own();
                case 9 -> manual();
                case 10, 11, 12 -> capture();
                case 13, 14 -> now = now.plusSeconds(random.nextInt(2400));
                case 15 -> resolve();
                case 16 -> {
                    reload();
                    archive.limit(limits);
                }
                case 17 -> jump();
                case 18 -> {
                    archive.close();
                    now = now.plusSeconds(random.nextInt(600));
                    archive = open();
                }
                case 19 -> reboot();
                default -> throw new AssertionError();
            }
        }

        private void alert() throws ArchiveException {
            String otherHost = HOSTS.get(random.nextInt(HOSTS.size()));
            alerts++;
            Alert alert = new Alert(
                    String.format("%016x", alerts),
                    Alert.Status.FIRING,
                    Map.of("alertname", "A" + alerts, "instance", otherHost),
                    Map.of(),
                    instant().minusSeconds(random.nextInt(30)),
                    Optional.empty(),
                    Optional.empty());
            firing.add(alert);
            String rule = random.nextBoolean() ? "a" : "b";
            Route route = rules.get(rule);
            IntakeOutcome outcome = archive.takeIn(
                            List.of(new RoutedAlert(alert, Optional.of(route), !otherHost.isEmpty(), Optional.empty())))
                    .get(0);
            boolean allowed =
                    outcome.dumpId().isPresent() && outcome.withoutDump().isEmpty();
            if (!allowed && outcome.refusal().isPresent()) {
                refusedWithReason(outcome.refusal().get());
            }
            if (allowed) {
                grant(DumpTrigger.ALERT, rule, otherHost, outcome.dumpId().getAsLong());
            }
        }

        private void followUps() throws ArchiveException {
            for (OpenIncident incident : archive.openIncidents()) {
                Optional<Route> route = incident.rule().map(rules::get);
                Reservation answer = archive.reserveFollowUp(incident, route, new Reason("it lasts"), "it lasts");
                if (answer instanceof Reservation.Refused refused) {
                    refusedWithReason(refused.refusal());
                } else if (answer.granted().isPresent()) {
                    grant(
                            DumpTrigger.FOLLOW_UP,
                            route.map(Route::rule).orElse(""),
                            "",
                            answer.granted().getAsLong());
                }
            }
        }

        private void own() throws ArchiveException {
            OptionalLong dump = archive.reserveOwn(DumpTrigger.THRESHOLD, new Reason("load 9.00 >= 4.00"))
                    .granted();
            if (dump.isPresent()) {
                grant(DumpTrigger.THRESHOLD, "", "", dump.getAsLong());
            }
        }

        private void manual() throws ArchiveException {
            OptionalLong dump = archive.reserveManual(new Reason("why")).granted();
            if (dump.isPresent()) {
                grant(DumpTrigger.MANUAL, "", "", dump.getAsLong());
            }
        }

        /** A limit that has room by the stopwatch must not refuse. */
        private void refusedWithReason(Refusal refusal) {
            if (refusal.limit() == LimitKind.HOST && !rebooted) {
                DumpWindow window = limits.dumps().orElseThrow();
                assertTrue(
                        within(window.per(), this::isOfHost) >= window.most() - window.kept(),
                        () -> refusal + " at " + now + " of " + granted);
            }
        }

        private void grant(DumpTrigger trigger, String rule, String otherHost, long dump) {
            granted.add(new Granted(now, trigger, rule, otherHost, dump));
            if (trigger == DumpTrigger.MANUAL) {
                check(limits.manual(), one -> one.trigger() == DumpTrigger.MANUAL);
                return;
            }
            check(limits.dumps(), this::isOfHost);
            if (!rule.isEmpty()) {
                check(
                        rules.get(rule).limit(),
                        one -> one.rule().equals(rule) && one.otherHost().equals(otherHost));
            }
            if (trigger == DumpTrigger.ALERT) {
                check(
                        Optional.of(new DumpWindow(1, rules.get(rule).cooldown())),
                        one -> one.trigger() == DumpTrigger.ALERT
                                && one.rule().equals(rule)
                                && one.otherHost().equals(otherHost));
            }
        }

        private boolean isOfHost(Granted one) {
            return one.trigger() != DumpTrigger.MANUAL;
        }

        private void check(Optional<DumpWindow> window, Predicate<Granted> of) {
            window.ifPresent(limit -> assertTrue(
                    within(limit.per(), of) <= limit.most(),
                    () -> within(limit.per(), of) + " at " + now + ", and " + limit + " are allowed: " + granted));
        }

        private long within(Duration time, Predicate<Granted> of) {
            return granted.stream()
                    .filter(of)
                    .filter(one -> one.at().compareTo(now.minus(time)) > 0)
                    .count();
        }

        private void capture() throws ArchiveException {
            Optional<WaitingCapture> next = archive.beginNext();
            if (next.isEmpty()) {
                return;
            }
            long dump = next.get().dumpId();
            assertTrue(begun.add(dump), () -> dump + " is begun twice");
            assertTrue(ended.add(dump), () -> dump + " is taken twice");
            if (random.nextInt(4) == 0) {
                archive.fail(dump, "no source");
                forgetFailed(archive);
            } else {
                archive.store(dump, DumpTexts.manual(dump, instant()));
            }
        }

        private void resolve() throws ArchiveException {
            for (Alert alert : firing) {
                archive.takeIn(List.of(new RoutedAlert(
                        new Alert(
                                alert.fingerprint(),
                                Alert.Status.RESOLVED,
                                alert.labels(),
                                Map.of(),
                                alert.startsAt(),
                                Optional.of(instant()),
                                Optional.empty()),
                        Optional.of(rules.get("a")),
                        !alert.labels().get("instance").isEmpty(),
                        Optional.empty())));
            }
            firing.clear();
        }

        private void reload() {
            limits = new CaptureLimits(
                    5 + random.nextInt(20),
                    random.nextInt(8) == 0 ? Optional.empty() : Optional.of(window(8)),
                    random.nextInt(8) == 0 ? Optional.empty() : Optional.of(window(4)),
                    Duration.ofSeconds(random.nextInt(3)));
            for (String rule : List.of("a", "b")) {
                rules.put(
                        rule,
                        new Route(
                                rule,
                                Duration.ofSeconds(1 + random.nextInt(60)),
                                random.nextInt(4) == 0 ? Optional.empty() : Optional.of(window(5))));
            }
        }

        private DumpWindow window(int most) {
            return new DumpWindow(1 + random.nextInt(most), Duration.ofMinutes(10 + random.nextInt(110)));
        }

        private void jump() {
            offset = switch (random.nextInt(5)) {
                case 0 -> offset.minusHours(1);
                case 1 -> offset.plusHours(1);
                case 2 -> offset.plusDays(40);
                case 3 -> in1970();
                default -> Duration.ZERO;
            };
        }

        private Duration in1970() {
            return Duration.between(DumpTexts.NOON.plus(now), Instant.EPOCH.plus(Duration.ofDays(1)));
        }

        /** The exporter's housekeeping runs each minute. The clock of a machine that is off is not set ahead. */
        private void reboot() throws ArchiveException {
            now = now.plusSeconds(60);
            archive.retain();
            archive.close();
            rebooted = true;
            now = now.plusSeconds(30 + random.nextInt(3000));
            booted = now.minusSeconds(20);
            boot++;
            if (random.nextInt(3) == 0) {
                offset = in1970();
            }
            archive = open();
        }

        /** All that was allowed for an alert comes, and there is room again. */
        void end() throws ArchiveException {
            for (Optional<WaitingCapture> next = archive.beginNext(); next.isPresent(); next = archive.beginNext()) {
                long dump = next.get().dumpId();
                assertTrue(ended.add(dump), () -> dump + " is taken twice");
                archive.store(dump, DumpTexts.manual(dump, instant()));
            }
            assertEquals(
                    List.of(),
                    granted.stream().filter(one -> !ended.contains(one.dump())).toList(),
                    "allowed, and lost");
            jump();
            now = now.plus(Duration.ofHours(2));
            int before = granted.size();
            alert();
            assertEquals(before + 1, granted.size(), "there is room after the longest time of all limits");
        }

        @Override
        public Instant instant() {
            return DumpTexts.NOON.plus(now).plus(offset);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            archive.close();
        }
    }
}
