package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.resolved;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.dump.Reason;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an incident tells when the texts of its dumps have been deleted. */
final class StoryTest {
    private static final Duration MONTH = Duration.ofDays(30);
    private static final Duration YEAR = Duration.ofDays(365);

    private static final String VFORK = "vfork";

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private Optional<Archive> opened = Optional.empty();

    @AfterEach
    void close() {
        opened.ifPresent(Archive::close);
    }

    @Test
    void outlivesTheTextsOfItsDumps() throws Exception {
        Archive archive = open(new Retention(100, MONTH, YEAR, 1 << 30, 0, false));
        long incident = incidentOfOneDump(archive, 1, NOON);
        ArchivedDump before = archive.dump(1).orElseThrow();
        Optional<String> headline =
                archive.incident(incident).orElseThrow().incident().headline();

        clock.advance(MONTH.plusDays(1));
        archive.prune();

        IncidentDetail after = archive.incident(incident).orElseThrow();
        assertEquals(headline, after.incident().headline());
        assertTrue(headline.isPresent());
        assertEquals(1, after.incident().dumps());
        assertEquals(1, after.incident().deletedDumps());
        DumpSummary dump = after.dumps().get(0);
        assertEquals(DumpState.DELETED, dump.state());
        assertEquals(Optional.of(new DumpDeletion(clock.instant(), "max_age")), dump.deleted());
        assertEquals(0, dump.rawBytes());
        ArchivedDump told = archive.dump(1).orElseThrow();
        assertEquals(before.breakdown(), told.breakdown());
        assertEquals(Optional.empty(), told.raw());
        assertEquals(2, told.story().orElseThrow().processes().size());
        assertEquals(List.of(), archive.dumps(DumpQuery.newest(10)).items(), "it is on no list of dumps");
        assertEquals(0, archive.totals().dumps());
        assertEquals(
                List.of(incident),
                archive.incidents(IncidentQuery.of(DumpNames.ANY.withCause(VFORK), 10)).items().stream()
                        .map(Incident::id)
                        .toList(),
                "and found by its cause");
        assertEquals(Map.of(), archive.causes(), "which no dump holds any more");
    }

    /** The module's ring gives it again at each start. */
    @Test
    void isNotBroughtBackByTheModule() throws Exception {
        Archive archive = open(new Retention(1, MONTH, 1 << 30, 0));
        archive.storeFound(DumpTexts.automatic(1, NOON));
        archive.storeFound(DumpTexts.automatic(2, NOON.plusSeconds(20)));
        archive.prune();

        assertEquals(Optional.empty(), archive.storeFound(DumpTexts.automatic(1, NOON)), "the same text");
        assertEquals(
                Optional.empty(),
                archive.storeFound(DumpTexts.raw(
                        DumpTexts.of(1, "threshold", NOON, "vf", "/system.slice/db.service", "kernel_clone")
                                + "more\n")),
                "the same dump");

        assertEquals(List.of(2L), ids(archive));
        assertEquals(2, archive.incident(1).orElseThrow().incident().dumps());
    }

    @Test
    void goesWithItsIncidentWhenThatIsTooOld() throws Exception {
        Archive archive = open(new Retention(1, MONTH, YEAR, 1 << 30, 0, false));
        long incident = incidentOfOneDump(archive, 1, NOON);
        asked(archive, 2);
        asked(archive, 3);
        clock.advance(YEAR.minusDays(1));
        archive.prune();
        assertTrue(archive.incident(incident).isPresent());
        assertEquals(DumpState.DELETED, archive.dump(2).orElseThrow().summary().state(), "of no incident");

        clock.advance(Duration.ofDays(2));
        archive.prune();
        assertEquals(Optional.empty(), archive.incident(incident));
        assertEquals(Optional.empty(), archive.dump(1));
        clock.advance(YEAR);
        archive.prune();
        assertEquals(Optional.empty(), archive.dump(2), "a year after it was deleted");
        assertEquals(0, rows("dump_story"));
    }

    @Test
    void takesNoMoreThanAFourthOfTheArchive() throws Exception {
        Archive archive = open(new Retention(1, MONTH, YEAR, 1 << 20, 0, false));
        List<Long> incidents = new ArrayList<>();
        for (int i = 1; i <= 350; i++) {
            incidents.add(incidentOfOneDump(archive, i, NOON.plus(Duration.ofHours(i))));
            if (i % 50 == 0) {
                archive.prune();
            }
        }

        long kept = 0;
        for (long incident : incidents) {
            kept += archive.incident(incident).isPresent() ? 1 : 0;
        }
        assertTrue(kept > 100 && kept < 350, kept + " are kept");
        assertTrue(archive.incident(incidents.get(349)).isPresent(), "the oldest go");
        assertTrue(archive.totals().bytes() <= 1 << 20, archive.totals().toString());
    }

    @Test
    void keepsATickAMinuteOfTheLoad() throws Exception {
        Archive archive = open(new Retention(100, MONTH, YEAR, 1 << 30, 0, false));
        incidentOfOneDump(archive, 1, NOON);
        Instant from = NOON.minusSeconds(60).truncatedTo(ChronoUnit.MINUTES);
        archive.keepSamples(IntStream.range(0, 36)
                .mapToObj(i -> new LoadSample(
                        from.plusSeconds(5L * i),
                        OptionalInt.of(i % 12),
                        OptionalDouble.of(i),
                        OptionalInt.empty(),
                        OptionalInt.empty()))
                .toList());
        assertEquals(36, archive.ticks("vm", from, from.plusSeconds(180)).own().size());

        clock.advance(MONTH.plusDays(1));
        archive.prune();

        List<LoadSample> kept = archive.ticks("vm", from, from.plusSeconds(180)).own();
        assertEquals(
                List.of(11, 11, 11),
                kept.stream().map(tick -> tick.active().orElseThrow()).toList(),
                "the highest of each minute");
        clock.advance(YEAR);
        archive.prune();
        assertEquals(List.of(), archive.ticks("vm", from, from.plusSeconds(180)).own());
    }

    /** An archive of an earlier version has none: they are written little by little. */
    @Test
    void isWrittenForDumpsOfAnEarlierVersion() throws Exception {
        Archive archive = open(new Retention(100, MONTH, YEAR, 1 << 30, 0, false));
        incidentOfOneDump(archive, 1, NOON);
        archive.close();
        sql("DELETE FROM dump_story");
        sql("UPDATE dump SET named = 1");
        archive = open(new Retention(100, MONTH, YEAR, 1 << 30, 0, false));
        assertEquals(0, rows("dump_story"));

        archive.prune();

        assertEquals(1, rows("dump_story"));
    }

    @Test
    void leavesItsHeadlineWhereItIsDamaged() throws Exception {
        Archive archive = open(new Retention(100, MONTH, YEAR, 1 << 30, 0, false));
        long incident = incidentOfOneDump(archive, 1, NOON);
        clock.advance(MONTH.plusDays(1));
        archive.prune();
        archive.close();
        sql("UPDATE dump_story SET gzip = x'00'");

        archive = open(new Retention(100, MONTH, YEAR, 1 << 30, 0, false));

        assertEquals(Optional.empty(), archive.dump(1).orElseThrow().story());
        assertTrue(
                archive.incident(incident).orElseThrow().incident().headline().isPresent());
    }

    private long incidentOfOneDump(Archive archive, long number, Instant at) throws ArchiveException {
        clock.set(at);
        long incident = archive.takeIn(List.of(routed(firing(number, at))))
                .get(0)
                .incidentId()
                .orElseThrow();
        archive.store(archive.beginNext().orElseThrow().dumpId(), DumpTexts.manual(number, at.plusSeconds(1)));
        clock.set(at.plusSeconds(40));
        archive.takeIn(List.of(routed(resolved(number, at, at.plusSeconds(40)))));
        return incident;
    }

    private void asked(Archive archive, long number) throws ArchiveException {
        clock.advance(Duration.ofSeconds(1));
        archive.reserveManual(new Reason("why not"));
        archive.store(
                archive.beginNext().orElseThrow().dumpId(),
                DumpTexts.manual(number, NOON.plus(Duration.ofHours(number))));
    }

    private static List<Long> ids(Archive archive) throws ArchiveException {
        return archive.dumps(DumpQuery.newest(500)).items().stream()
                .map(DumpSummary::id)
                .toList();
    }

    private long rows(String table) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("a.db"));
                Statement statement = connection.createStatement()) {
            return statement.executeQuery("SELECT count(*) FROM " + table).getLong(1);
        }
    }

    private void sql(String update) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("a.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(update);
        }
    }

    private Archive open(Retention retention) throws ArchiveException {
        Archive archive = Archive.open(
                new ArchiveSettings(folder.resolve("a.db"), "vm", retention),
                clock,
                () -> Long.MAX_VALUE,
                DumpReading::of,
                () -> Duration.between(NOON, clock.instant()).toNanos());
        opened = Optional.of(archive);
        return archive;
    }
}
