package io.loadmonitor.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.RoutedAlert.Route;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.incident.DumpPlan;
import io.loadmonitor.incident.EndReason;
import io.loadmonitor.incident.FollowUp;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wall clock that is wrong for a while: what is kept, what counts as lasting, and which further dumps come. */
@Timeout(120)
final class ClockTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration MONTH = Duration.ofDays(30);
    private static final Duration NOON_IN_1970 = Duration.between(DumpTexts.NOON, Instant.EPOCH.plus(DAY));

    private Path folder;
    private TestHost host;
    private Archive archive;
    private int dumps;

    @BeforeEach
    void begin() throws Exception {
        folder = TestHost.folder();
        host = new TestHost(folder.resolve("a.db"));
        open();
    }

    private void open() throws ArchiveException {
        archive = host.open(
                new CaptureLimits(1000, Optional.empty(), Optional.empty(), Duration.ZERO),
                new Retention(1000, MONTH, 1 << 30, 0));
    }

    private void reopen() throws ArchiveException {
        archive.close();
        open();
    }

    private void reboot(Duration off) throws ArchiveException {
        archive.close();
        host.reboot(off);
    }

    @AfterEach
    void end() throws Exception {
        archive.close();
        TestHost.delete(folder);
    }

    private static Duration ahead(String clock) {
        return clock.equals("1970") ? NOON_IN_1970 : Duration.parse(clock);
    }

    private void dump() throws ArchiveException {
        dumps++;
        archive.storeFound(DumpTexts.automatic(dumps, host.instant())).orElseThrow();
    }

    /** The housekeeping, which the exporter does each minute, each half an hour. */
    private void passes(Duration time) throws ArchiveException {
        for (Duration left = time; !left.isNegative() && !left.isZero(); left = left.minus(HOUR.dividedBy(2))) {
            host.pass(HOUR.dividedBy(2));
            archive.retain();
        }
    }

    private int texts() throws ArchiveException {
        return (int) archive.totals().dumps();
    }

    @ParameterizedTest
    @CsvSource({"PT1H", "PT-1H", "PT960H", "1970"})
    void nothingIsDeletedBecauseTheClockWasWrongForAWhile(String clock) throws ArchiveException {
        for (int day = 0; day < 20; day++) {
            dump();
            passes(DAY);
        }
        host.ahead(ahead(clock));
        dump();
        passes(Duration.ofHours(10));
        reopen();
        dump();
        passes(Duration.ofHours(10));
        assertEquals(22, texts(), "while it is wrong");
        host.ahead(Duration.ZERO);
        dump();
        passes(Duration.ofDays(5));
        assertEquals(23, texts(), "when it is right again");

        passes(Duration.ofDays(10));
        assertEquals(23 - 6, texts(), "and each goes when it is a month old");
        passes(Duration.ofDays(17));
        assertTrue(texts() <= 2, () -> "at the latest what was dated ahead is left");
        passes(Duration.ofDays(40));
        assertEquals(0, texts());
    }

    @ParameterizedTest
    @CsvSource({"PT960H", "1970"})
    void norBecauseItWasWrongFromABootOn(String clock) throws ArchiveException {
        for (int day = 0; day < 20; day++) {
            dump();
            passes(DAY);
        }
        reboot(Duration.ofMinutes(2));
        host.ahead(ahead(clock));
        open();
        dump();
        passes(Duration.ofHours(20));
        assertEquals(21, texts());
        reboot(Duration.ofMinutes(2));
        host.ahead(Duration.ZERO);
        open();
        dump();
        passes(Duration.ofDays(5));
        assertEquals(22, texts());
    }

    @Test
    void aMachineThatWasOffForLongDeletesADayLater() throws ArchiveException {
        dump();
        passes(DAY);
        reboot(Duration.ofDays(40));
        open();
        passes(Duration.ofHours(23));
        assertEquals(1, texts());
        passes(Duration.ofHours(3));
        assertEquals(0, texts());
    }

    @Test
    void whatWasDatedIn1970IsKeptForAsLongAsAnything() throws ArchiveException {
        host.set(Instant.EPOCH.plus(DAY));
        dump();
        host.pass(Duration.ofMinutes(10));
        dump();
        host.ahead(Duration.ZERO);
        passes(Duration.ofDays(28));
        assertEquals(2, texts());
        assertEquals(
                2,
                archive.incidents(IncidentQuery.of(DumpNames.ANY, 10)).items().size());
        passes(Duration.ofDays(4));
        assertEquals(0, texts());
        assertEquals(
                2,
                archive.incidents(IncidentQuery.of(DumpNames.ANY, 10)).items().size(),
                "what they told stays for five years");
    }

    @Test
    void inWantOfRoomTheOldestGoesWhateverItsDate() throws ArchiveException {
        dump();
        host.set(Instant.EPOCH.plus(DAY));
        dump();
        host.ahead(Duration.ZERO);
        archive.keep(new Retention(1, MONTH, 1 << 30, 0));
        assertEquals(
                List.of(2L),
                archive.dumps(DumpQuery.newest(10)).items().stream()
                        .filter(dump -> dump.state() != DumpState.DELETED)
                        .map(DumpSummary::id)
                        .toList());
    }

    private void fires(int number, Instant start) throws ArchiveException {
        archive.takeIn(List.of(new RoutedAlert(
                new Alert(
                        String.format("%016x", number),
                        Alert.Status.FIRING,
                        Map.of("alertname", "LoadHigh"),
                        Map.of(),
                        start,
                        Optional.empty(),
                        Optional.empty()),
                Optional.of(new Route("load", Duration.ofSeconds(30))))));
    }

    private Incident incident() throws ArchiveException {
        return archive.incident(1).orElseThrow().incident();
    }

    /** Alertmanager speaks of an alert each 4 hours; nobody has it end before a day without a word. */
    @ParameterizedTest
    @CsvSource({"PT1H", "PT-1H", "PT960H", "1970"})
    void anAlertGoesOnWhateverTheClockSays(String clock) throws ArchiveException {
        Instant start = host.instant();
        fires(1, start);
        for (int minute = 1; minute <= 30 * 60; minute++) {
            host.pass(Duration.ofMinutes(1));
            if (minute == 10 * 60 + 30) {
                host.ahead(ahead(clock));
            } else if (minute == 13 * 60) {
                reopen();
            } else if (minute == 17 * 60) {
                host.ahead(Duration.ZERO);
            }
            if (minute % 240 == 0) {
                fires(1, start);
            }
            assertEquals(List.of(), archive.pass(Optional.empty()), "in minute " + minute);
        }
        assertTrue(incident().open());
        Instant heard = host.instant().minus(Duration.ofHours(2));
        for (int hour = 0; hour < 21; hour++) {
            host.pass(HOUR);
            archive.pass(Optional.empty());
        }
        assertTrue(incident().open());
        host.pass(Duration.ofHours(2));
        archive.pass(Optional.empty());
        assertEquals(Optional.of(EndReason.SILENT), incident().endReason());
        assertEquals(Optional.of(heard), incident().endedAt());
    }

    /** What a clock decided that was ahead from the boot on, the next word of Alertmanager undoes. */
    @Test
    void anEndThatAWrongClockDecidedEndsWithIt() throws ArchiveException {
        Instant start = host.instant();
        fires(1, start);
        reboot(Duration.ofMinutes(2));
        host.ahead(Duration.ofDays(40));
        open();
        for (int hour = 0; hour < 26; hour++) {
            host.pass(HOUR);
            archive.pass(Optional.empty());
        }
        assertFalse(incident().open());
        host.ahead(Duration.ZERO);
        host.pass(HOUR);
        fires(1, start);
        assertTrue(incident().open());
    }

    @ParameterizedTest
    @CsvSource({"PT0S", "PT1H", "PT-1H", "PT960H", "1970"})
    void furtherDumpsComeWhenTheyAreDue(String clock) throws ArchiveException {
        fires(1, host.instant());
        capture();
        List<Duration> taken = new ArrayList<>();
        while (host.passed().compareTo(Duration.ofMinutes(40)) < 0) {
            host.pass(Duration.ofSeconds(5));
            if (host.passed().equals(Duration.ofMinutes(3))) {
                host.ahead(ahead(clock));
            } else if (host.passed().equals(Duration.ofMinutes(10))) {
                host.ahead(Duration.ZERO);
            }
            archive.pass(Optional.empty());
            for (OpenIncident open : archive.openIncidents()) {
                Optional<DumpPlan.Due> due = open.plan().due(FollowUp.DEFAULT, Optional.empty(), host.instant());
                if (due.isPresent()) {
                    archive.reserveFollowUp(
                            open, Optional.empty(), new Reason("due"), due.get().toString());
                    capture();
                    taken.add(host.passed());
                }
            }
        }
        assertEquals(List.of(Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofMinutes(15)), taken);
    }

    private void capture() throws ArchiveException {
        for (Optional<WaitingCapture> next = archive.beginNext(); next.isPresent(); next = archive.beginNext()) {
            archive.store(next.get().dumpId(), DumpTexts.manual(next.get().dumpId(), host.instant()));
        }
    }

    @Test
    void loadsOfTheFutureDoNotLastIn1970() throws ArchiveException {
        for (int i = 0; i < 5; i++) {
            dump();
            host.pass(HOUR);
        }
        dump();
        assertEquals(1, archive.totals().openIncidents());
        host.set(Instant.EPOCH.plus(DAY));
        assertEquals(0, archive.totals().openIncidents());
        assertEquals(List.of(), archive.openIncidents());
        assertTrue(archive.incidents(IncidentQuery.of(DumpNames.ANY, 10)).items().stream()
                .noneMatch(Incident::open));
        dump();
        assertEquals(1, archive.totals().openIncidents(), "that which lasts now");
    }
}
