package io.loadmonitor.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Making the store, bringing it to a newer version, its days and its rights, on a real PostgreSQL. */
final class FleetSchemaIT {
    private static final FleetSchema SCHEMA = new FleetSchema();
    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = PostgresServer.start("fsync=off");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static String made(String name) throws FleetException {
        String database = server.database(name);
        SCHEMA.apply(server.address(database));
        server.user("one_host", FleetSchema.HOSTS);
        server.user("one_reader", FleetSchema.READERS);
        return database;
    }

    @Test
    void makesTheStoreOnceAndSaysWhatItDoes() throws FleetException {
        String database = server.database("made");
        FleetAddress address = server.address(database);
        FleetSchema.Plan plan = SCHEMA.plan(address);
        assertEquals(0, plan.from());
        assertEquals(
                "there is no store yet: make schema load_monitor, version 2",
                plan.lines().get(0));
        assertEquals("0", server.value(database, "SELECT count(*) FROM pg_namespace WHERE nspname = 'load_monitor'"));

        assertEquals(0, SCHEMA.apply(address).from());
        assertEquals("2", server.value(database, "SELECT max(version) FROM load_monitor.schema_version"));
        FleetSchema.Plan again = SCHEMA.apply(address);
        assertEquals(2, again.from());
        assertEquals(List.of(), again.roles());
    }

    @Test
    void bringsAnOlderStoreToTheNewestVersionWithItsRows() throws Exception {
        String database = server.database("upgraded");
        FleetAddress address = server.address(database);
        SCHEMA.apply(address, 1);
        server.execute(
                database,
                "INSERT INTO load_monitor.host (name, machine) SELECT 'web-' || i, gen_random_uuid()"
                        + " FROM generate_series(1, 100) i; INSERT INTO load_monitor.cause (name, title) VALUES ('nfs',"
                        + " 'NFS'); INSERT INTO load_monitor.name (value) VALUES ('tar'); INSERT INTO"
                        + " load_monitor.signature (id, frames, cause_id, first_seen) VALUES (7, '{a,b}', 1, now());"
                        + " INSERT INTO load_monitor.part SELECT now(), 7, i, 1, NULL, 1, 3, 2, 900"
                        + " FROM generate_series(1, 100) i");
        assertEquals(
                List.of(
                        "the store has version 1: bring it to version 2",
                        "put in functions, views and rights of version 2"),
                SCHEMA.plan(address).lines().stream()
                        .filter(line -> !line.startsWith("create role"))
                        .toList());
        SCHEMA.apply(address);
        assertEquals(
                "100 300",
                server.value(
                        database,
                        "SELECT hosts || ' ' || tasks FROM load_monitor.spreading(now(), interval '10 minutes', 3)"));
        assertEquals("0", server.value(database, "SELECT count(*) FROM load_monitor.load_by_cause"));
    }

    @Test
    void refusesWhatIsNotItsOwnOrNewer() throws FleetException {
        String foreign = server.database("foreign_one");
        server.execute(foreign, "CREATE SCHEMA load_monitor");
        FleetException refused = assertThrows(FleetException.class, () -> SCHEMA.apply(server.address(foreign)));
        assertTrue(refused.getMessage().contains("that this program did not make"), refused.getMessage());

        String newer = made("newer");
        server.execute(newer, "INSERT INTO load_monitor.schema_version (version) VALUES (99)");
        refused = assertThrows(FleetException.class, () -> SCHEMA.apply(server.address(newer)));
        assertTrue(refused.getMessage().contains("knows only up to 2"), refused.getMessage());
        assertEquals(FleetException.Reason.SCHEMA, refused.reason());
    }

    @Test
    void saysWhichRightIsMissing() {
        String database = server.database("forbidden");
        server.execute(database, "DO $$ BEGIN CREATE ROLE nobody_special LOGIN; EXCEPTION WHEN OTHERS THEN END $$");
        FleetException refused =
                assertThrows(FleetException.class, () -> SCHEMA.apply(server.address(database, "nobody_special")));
        assertEquals(FleetException.Reason.RIGHTS, refused.reason());
        assertTrue(refused.getMessage().contains("the user needs CREATE in the database"), refused.getMessage());
    }

    @Test
    void aHostMayCallIngestAndReadNothing() throws Exception {
        String database = made("rights");
        try (Connection host = server.address(database, "one_host").connect()) {
            for (String sql : List.of(
                    "SELECT * FROM load_monitor.host",
                    "SELECT * FROM load_monitor.part",
                    "SELECT * FROM load_monitor.text",
                    "SELECT * FROM load_monitor.line",
                    "SELECT * FROM load_monitor.hosts",
                    "SELECT * FROM load_monitor.spreading(now(), interval '1 hour', 1)",
                    "SELECT * FROM load_monitor.schema_version",
                    "INSERT INTO load_monitor.cause (name, title) VALUES ('a', 'b')",
                    "DELETE FROM load_monitor.part")) {
                SQLException refused =
                        assertThrows(SQLException.class, () -> FleetSchema.execute(host, sql), "a host ran: " + sql);
                assertEquals("42501", refused.getSQLState(), sql + ": " + refused.getMessage());
            }
            SQLException protocol = assertThrows(
                    SQLException.class, () -> FleetSchema.execute(host, "SELECT load_monitor.ingest('{}')"));
            assertTrue(protocol.getMessage().contains("protocol 1"), protocol.getMessage());
        }
        try (Connection reader = server.address(database, "one_reader").connect()) {
            FleetSchema.execute(reader, "SELECT * FROM load_monitor.hosts");
            FleetSchema.execute(reader, "SELECT * FROM load_monitor.spreading_now");
            for (String sql : List.of(
                    "SELECT load_monitor.ingest('{}')",
                    "SELECT * FROM load_monitor.line",
                    "DELETE FROM load_monitor.part",
                    "UPDATE load_monitor.host SET name = 'x'")) {
                SQLException refused = assertThrows(
                        SQLException.class, () -> FleetSchema.execute(reader, sql), "a reader ran: " + sql);
                assertEquals("42501", refused.getSQLState(), sql + ": " + refused.getMessage());
            }
        }
    }

    @Test
    void makesTheDaysToComeAndDropsOldOnesWithoutLosingWhatCame() throws FleetException {
        String database = made("days");
        FleetAddress address = server.address(database);
        String part =
                "INSERT INTO load_monitor.part SELECT %s, 7, i, 1, NULL, 1, 3, 2, 900 FROM generate_series(1, 50) i";
        // Before anybody made a day: today, a host that was away, and clocks that are wrong.
        server.execute(database, String.format(part, "now()"));
        server.execute(database, String.format(part, "now() - interval '20 days'"));
        server.execute(database, String.format(part, "now() + interval '50 years'"));
        server.execute(database, String.format(part, "timestamptz '1970-01-02'"));
        FleetUpkeep upkeep = new FleetUpkeep(FleetRetention.DEFAULT);
        FleetUpkeep.Report planned = upkeep.run(address, true);
        assertEquals("200", server.value(database, "SELECT count(*) FROM load_monitor.part_other"));
        assertTrue(planned.done().stream().anyMatch(line -> line.startsWith("make load_monitor.part_")));

        FleetUpkeep.Report report = upkeep.run(address, false);
        assertEquals(List.of(), report.failed());
        assertEquals(
                "9 + 1",
                server.value(
                        database,
                        "SELECT count(*) FILTER (WHERE relname > 'part_' || to_char(now() - interval '2 days',"
                                + " 'YYYYMMDD')) || ' + ' || count(*) FILTER (WHERE relname = 'part_' || to_char(now() -"
                                + " interval '20 days', 'YYYYMMDD')) FROM pg_class"
                                + " WHERE relkind = 'r' AND relname ~ '^part_[0-9]+$'"));
        assertEquals("0", server.value(database, "SELECT count(*) FROM load_monitor.part_other"));
        assertEquals("100", server.value(database, "SELECT count(*) FROM load_monitor.part"));

        FleetUpkeep shorter = new FleetUpkeep(new FleetRetention(10, 5, 5, 5, 30, 30));
        report = shorter.run(address, false);
        assertEquals(List.of(), report.failed());
        assertTrue(
                report.done().stream().anyMatch(line -> line.startsWith("drop load_monitor.part_")),
                report.done().toString());
        assertEquals("50", server.value(database, "SELECT count(*) FROM load_monitor.part"));
        assertEquals(
                List.of(),
                shorter.run(address, true).done().stream()
                        .filter(line -> line.startsWith("make") || line.startsWith("drop"))
                        .toList());
    }

    @Test
    void upkeepWaitsForNobodyAndSaysWhatItCouldNotDo() throws Exception {
        String database = made("locked");
        try (Connection holder = server.address(database).connect()) {
            holder.setAutoCommit(false);
            FleetSchema.execute(holder, "LOCK TABLE load_monitor.text_other IN SHARE MODE");
            FleetUpkeep.Report report =
                    new FleetUpkeep(FleetRetention.DEFAULT, 100).run(server.address(database), false);
            assertTrue(
                    report.failed().stream().anyMatch(line -> line.contains("make load_monitor.text_")),
                    report.failed().toString());
            assertTrue(report.done().stream().anyMatch(line -> line.startsWith("make load_monitor.part_")));
        }
    }
}
