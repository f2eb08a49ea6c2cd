package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.resolved;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.dump.RawDump;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finds dumps and incidents by what is in them. */
final class SearchTest {
    private static final String CONTAINER = "8f0c5a".repeat(10) + "3b3b";

    private static final Optional<Instant> EVER = Optional.empty();
    private static final Optional<String> START = Optional.empty();

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

    @Test
    void findsDumpsByTimeTriggerTaskCgroupAndFunction() throws ArchiveException {
        long one = found(DumpTexts.of(1, "threshold", NOON, "it's (a) \\\"b\\\"", "/system.slice/db", "nfs_wait"));
        long two =
                found(DumpTexts.of(2, "active", NOON.plusSeconds(10), "vf", "/system.slice/db/child", "kernel_clone"));
        long three =
                found(DumpTexts.of(3, "threshold", NOON.plusSeconds(20), "vf", "/system.slice/db0", "kernel_clone"));

        assertEquals(List.of(three, two, one), dumps(DumpNames.ANY));
        assertEquals(
                List.of(two),
                ids(new DumpQuery(
                        Optional.of(NOON.plusSeconds(10)),
                        Optional.of(NOON.plusSeconds(20)),
                        Optional.empty(),
                        DumpNames.ANY,
                        START,
                        10)));
        assertEquals(
                List.of(three, one),
                ids(new DumpQuery(EVER, EVER, Optional.of(DumpTrigger.THRESHOLD), DumpNames.ANY, START, 10)));
        assertEquals(List.of(one), dumps(DumpNames.ANY.withComm("it's (a) \\\"b\\\"")));
        assertEquals(List.of(three, two, one), dumps(DumpNames.ANY.withComm("busy\\n(1)")));
        assertEquals(List.of(two, one), dumps(DumpNames.ANY.withCgroup("/system.slice/db")));
        assertEquals(List.of(three, two, one), dumps(DumpNames.ANY.withCgroup("/")));
        assertEquals(List.of(one), dumps(DumpNames.ANY.withFunction("nfs_wait")));
        assertEquals(List.of(), dumps(DumpNames.ANY.withComm("' OR 1=1 --")));
    }

    @Test
    void findsDumpsByCauseAndContainer() throws ArchiveException {
        long journal = found(DumpTexts.of(
                1, "threshold", NOON, "db", "/system.slice/docker-" + CONTAINER + ".scope", "jbd2_log_wait_commit"));
        long nfs = found(DumpTexts.of(2, "threshold", NOON.plusSeconds(1), "df", "/", "rpc_wait_bit_killable"));

        assertEquals(List.of(journal), dumps(DumpNames.ANY.withCause("ext4-journal")));
        assertEquals(List.of(nfs, journal), dumps(DumpNames.ANY.withCause("on-cpu-user")));
        assertEquals(List.of(), dumps(DumpNames.ANY.withCause("ext4")));
        assertEquals(List.of(journal), dumps(DumpNames.ANY.withContainer(CONTAINER)));
        assertEquals(List.of(journal), dumps(DumpNames.ANY.withContainer(CONTAINER.substring(0, 12))));
        assertEquals(List.of(), dumps(DumpNames.ANY.withContainer("8f0c5b")));
        assertEquals(1, archive.causes().get("ext4-journal"));
        assertEquals(2, archive.causes().get("on-cpu-user"));
    }

    @Test
    void findsDumpsByPartsOfNames() throws ArchiveException {
        long postgres = found(DumpTexts.of(
                1, "threshold", NOON, "Postgres", "/system.slice/postgresql.service", "jbd2_journal_commit"));
        long upper = found(DumpTexts.of(2, "active", NOON.plusSeconds(10), "pos", "/user.slice", "kernel_clone"));

        assertEquals(List.of(postgres), dumps(DumpNames.ANY.withComm(SoughtName.typed("post"))));
        assertEquals(List.of(upper, postgres), dumps(DumpNames.ANY.withComm(SoughtName.typed("pos"))));
        assertEquals(List.of(upper), dumps(DumpNames.ANY.withComm(SoughtName.typed("\"pos\""))), "a whole one");
        assertEquals(List.of(), dumps(DumpNames.ANY.withComm(SoughtName.typed("po"))), "too short for a part");
        assertEquals(List.of(postgres), dumps(DumpNames.ANY.withFunction(SoughtName.typed("JBD2"))));
        assertEquals(List.of(upper), dumps(DumpNames.ANY.withFunction(SoughtName.typed("_clone"))));
        assertEquals(List.of(postgres), dumps(DumpNames.ANY.withCgroup("postgresql")));
        assertEquals(List.of(), dumps(DumpNames.ANY.withCgroup("/postgresql")), "a path is one from the top");
        assertEquals(
                List.of(),
                dumps(DumpNames.ANY.withComm(SoughtName.typed("post")).withFunction(SoughtName.typed("kernel_cl"))));
        for (String hostile : List.of("%%%", "___", "' OR 1=1 --", "*?*")) {
            assertEquals(List.of(), dumps(DumpNames.ANY.withComm(SoughtName.typed(hostile))), hostile);
        }
    }

    @Test
    void readsSoughtNamesAsPeopleTypeThem() {
        for (String typed : List.of("post", "df", "\"post\"", "a\"b", "\"\"")) {
            assertEquals(typed, SoughtName.typed(typed).shown());
        }
        assertEquals(new SoughtName("df", true), SoughtName.typed("\"df\""));
    }

    @Test
    void findsTheIncidentsThatShowADumpThatHoldsAllOfIt() throws ArchiveException {
        long journal = incident(1, NOON);
        found(DumpTexts.of(1, "threshold", NOON.plusSeconds(5), "db", "/system.slice/db", "jbd2_log_wait_commit"));
        found(DumpTexts.of(2, "threshold", NOON.plusSeconds(9), "df", "/user.slice", "rpc_wait_bit_killable"));
        end(1, NOON);
        Instant later = NOON.plus(Duration.ofHours(1));
        long nfs = incident(2, later);
        found(DumpTexts.of(3, "threshold", later.plusSeconds(5), "df", "/system.slice/db", "rpc_wait_bit_killable"));

        assertEquals(List.of(nfs, journal), incidents(DumpNames.ANY));
        assertEquals(List.of(journal), incidents(DumpNames.ANY.withCause("ext4-journal")));
        assertEquals(List.of(nfs, journal), incidents(DumpNames.ANY.withFunction("rpc_wait_bit_killable")));
        // Both are in the first incident, but never in one dump.
        assertEquals(
                List.of(nfs),
                incidents(DumpNames.ANY.withFunction("rpc_wait_bit_killable").withCgroup("/system.slice")));
        assertEquals(
                List.of(), incidents(DumpNames.ANY.withCause("ext4-journal").withComm("df")));
        assertEquals(
                List.of(nfs),
                ids(new IncidentQuery(
                        Optional.of(later),
                        EVER,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        DumpNames.ANY.withComm("df"),
                        START,
                        10)));
        assertEquals(
                List.of(journal),
                ids(new IncidentQuery(
                        EVER,
                        EVER,
                        Optional.of(false),
                        Optional.of("LoadHigh"),
                        Optional.empty(),
                        DumpNames.ANY.withComm("df"),
                        START,
                        10)));
    }

    @Test
    void findsIncidentsThatLastedAtSomeTimeWithin() throws ArchiveException {
        long ended = incident(1, NOON);
        end(1, NOON);
        long open = incident(2, NOON.plusSeconds(90));

        assertEquals(List.of(open, ended), within(NOON.minusSeconds(5), NOON.plusSeconds(3600)));
        Instant end = archive.incident(ended).orElseThrow().incident().endedAt().orElseThrow();
        assertEquals(List.of(open, ended), within(end, end.plusSeconds(3600)), "began before");
        assertEquals(List.of(open), within(end.plusMillis(1), end.plusSeconds(3600)), "one had ended");
        assertEquals(List.of(ended), within(NOON.minusSeconds(5), NOON.plusSeconds(90)), "one had not begun");
        assertEquals(
                List.of(open), within(NOON.plus(Duration.ofDays(5)), NOON.plus(Duration.ofDays(6))), "it lasts still");
    }

    private List<Long> within(Instant from, Instant to) throws ArchiveException {
        return ids(new IncidentQuery(
                Optional.of(from),
                Optional.of(to),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                DumpNames.ANY,
                Optional.empty(),
                10));
    }

    /** What an alert of the same time shows, too; a load of another time is an incident of its own. */
    @Test
    void findsAnIncidentByEveryDumpThatItsPageShows() throws ArchiveException {
        long incident = incident(1, NOON);
        assertEquals(incident, incident(2, NOON.plusSeconds(3)));
        found(DumpTexts.of(1, "threshold", NOON.plusSeconds(5), "db", "/", "jbd2_log_wait_commit"));
        found(DumpTexts.of(2, "threshold", NOON.minus(Duration.ofHours(1)), "df", "/", "rpc_wait_bit_killable"));

        assertEquals(List.of(incident), incidents(DumpNames.ANY.withComm("db")));
        List<Long> load = incidents(DumpNames.ANY.withComm("df"));
        assertEquals(1, load.size());
        assertEquals(
                IncidentKind.LOAD,
                archive.incident(load.get(0)).orElseThrow().incident().kind());
    }

    @Test
    void pagesWhatItFinds() throws ArchiveException {
        for (int i = 1; i <= 5; i++) {
            Instant start = NOON.plus(Duration.ofHours(i));
            incident(i, start);
            found(DumpTexts.of(i, "threshold", start, i % 2 == 1 ? "odd" : "even", "/", "nfs_wait"));
            end(i, start);
        }
        Page<Incident> newest = archive.incidents(IncidentQuery.of(DumpNames.ANY.withComm("odd"), 2));
        assertEquals(List.of(9L, 5L), newest.items().stream().map(Incident::id).toList());
        Page<Incident> rest = archive.incidents(new IncidentQuery(
                EVER,
                EVER,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                DumpNames.ANY.withComm("odd"),
                newest.next(),
                2));
        assertEquals(List.of(1L), rest.items().stream().map(Incident::id).toList());
        assertEquals(Optional.empty(), rest.next());
    }

    @Test
    void findsTheNamesOfOlderDumpsLittleByLittle() throws Exception {
        long old = found(DumpTexts.of(1, "threshold", NOON, "db", "/", "jbd2_log_wait_commit"));
        long damaged = found(DumpTexts.of(2, "threshold", NOON, "db", "/", "rpc_wait_bit_killable"));
        asAnOlderVersionLeftIt(damaged);
        assertEquals(List.of(), dumps(DumpNames.ANY.withCause("ext4-journal")));
        assertEquals(Map.of(), archive.causes());

        archive.prune();

        assertEquals(List.of(old), dumps(DumpNames.ANY.withCause("ext4-journal")));
        assertEquals(
                List.of(damaged, old), dumps(DumpNames.ANY.withComm("db")), "a damaged text keeps the names it had");
        assertEquals(List.of(), dumps(DumpNames.ANY.withCause("nfs")));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("a.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM dump WHERE named = 0")) {
            assertEquals(0, row.getInt(1), "none is read again each minute");
        }
    }

    private void asAnOlderVersionLeftIt(long damaged) throws Exception {
        archive.close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("a.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE dump SET named = 0");
            statement.executeUpdate("DELETE FROM dump_name WHERE kind IN ('cause', 'container')");
            statement.executeUpdate("UPDATE dump_text SET gzip = x'1f8b' WHERE dump_id = " + damaged);
        }
        open();
    }

    private long found(String text) throws ArchiveException {
        RawDump raw = DumpTexts.raw(text);
        return archive.storeFound(raw).orElseThrow().id();
    }

    /** An incident whose own dump never comes. */
    private long incident(long number, Instant start) throws ArchiveException {
        IntakeOutcome outcome =
                archive.takeIn(List.of(routed(firing(number, start)))).get(0);
        archive.beginNext();
        archive.fail(outcome.dumpId().getAsLong(), "not in this test");
        return outcome.incidentId().getAsLong();
    }

    private void end(long number, Instant start) throws ArchiveException {
        archive.takeIn(List.of(routed(resolved(number, start, start.plusSeconds(60)))));
    }

    private List<Long> dumps(DumpNames names) throws ArchiveException {
        return ids(DumpQuery.of(names, 10));
    }

    private List<Long> ids(DumpQuery query) throws ArchiveException {
        return archive.dumps(query).items().stream().map(DumpSummary::id).toList();
    }

    private List<Long> incidents(DumpNames names) throws ArchiveException {
        return ids(IncidentQuery.of(names, 10));
    }

    private List<Long> ids(IncidentQuery query) throws ArchiveException {
        return archive.incidents(query).items().stream().map(Incident::id).toList();
    }
}
