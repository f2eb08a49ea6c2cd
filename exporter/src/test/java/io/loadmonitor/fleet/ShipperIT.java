package io.loadmonitor.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.CaptureLimits;
import io.loadmonitor.archive.DumpTexts;
import io.loadmonitor.archive.Outbox;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.sample.LoadTickParts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What hosts archive is in the store, all of it and once, whatever happens on the way. */
final class ShipperIT {
    private static PostgresServer server;
    private static int databases;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        server = PostgresServer.start("synchronous_commit=on");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static String store() throws FleetException {
        String database = server.database("ship" + ++databases);
        new FleetSchema().apply(server.address(database));
        new FleetUpkeep(FleetRetention.DEFAULT).run(server.address(database), false);
        server.user("shipping_host", FleetSchema.HOSTS);
        return database;
    }

    private static FleetAddress address(String database) {
        return server.address(database, "shipping_host");
    }

    /** Each dump once and with its two parts. */
    private static void assertHolds(String database, int dumps) {
        assertEquals(
                dumps + " dumps, " + dumps + " keys, " + 2 * dumps + " parts, " + 2 * dumps + " tasks",
                server.value(
                        database,
                        "SELECT (SELECT count(*) || ' dumps, ' || count(DISTINCT key) || ' keys, '"
                                + " FROM load_monitor.dump) || (SELECT count(*) || ' parts, ' || coalesce(sum(tasks), 0)"
                                + " || ' tasks' FROM load_monitor.part)"));
    }

    @Test
    void shipsWhatIsArchivedWithItsPartsAndItsIncident() throws Exception {
        String database = store();
        try (FleetArchive host = FleetArchive.open(folder.resolve("a.db"), "web-1", address(database))) {
            host.fill(1, 5);
            host.ship(FleetArchive.NO_TICKS, true, Clock.systemUTC());
            host.shipAll();
            assertHolds(database, 5);
            assertEquals(
                    "kernel_clone|/system.slice/db.service|vf|1|1|35000",
                    server.value(
                            database,
                            "SELECT s.frames[1] || '|' || g.value || '|' || n.value || '|' || p.tasks"
                                    + " || '|' || p.in_d || '|' || p.oldest_ms FROM load_monitor.part p"
                                    + " JOIN load_monitor.signature s ON s.id = p.sig_id"
                                    + " JOIN load_monitor.name n ON n.id = p.program_id"
                                    + " JOIN load_monitor.name g ON g.id = p.cgroup_id WHERE p.in_d = 1 LIMIT 1"));
            assertEquals("5", server.value(database, "SELECT count(*) FROM load_monitor.text"));
            assertEquals(
                    "web-1 http://web-1:9817 6.1.0-56-amd64",
                    server.value(database, "SELECT name || ' ' || url || ' ' || kernel FROM load_monitor.hosts"));
            assertEquals(
                    "1 with 5 dumps",
                    server.value(
                            database,
                            "SELECT count(*) || ' with ' || max(dumps) || ' dumps' FROM load_monitor.incident"));
            assertEquals(
                    "5",
                    server.value(
                            database,
                            "SELECT count(*) FROM load_monitor.dump d JOIN load_monitor.incident i"
                                    + " ON i.host_id = d.host_id AND i.id = d.incident"));
            assertEquals(
                    "6.1.0-56-cloud-amd64",
                    server.value(
                            database,
                            "SELECT DISTINCT k.release FROM load_monitor.signature_kernel s JOIN load_monitor.kernel k"
                                    + " ON k.id = s.kernel_id"));
        }
    }

    @Test
    void aDumpThatIsSentTwiceIsThereOnce() throws Exception {
        String database = store();
        Path file = folder.resolve("a.db");
        try (FleetArchive host = FleetArchive.open(file, "web-1", address(database))) {
            host.fill(1, 30).shipAll();
            Outbox outbox = host.archive.outbox();
            // As if the answer had been lost: everything is to be shipped again.
            outbox.fork();
            for (int i = 1; i <= 30; i++) {
                try (Connection sqlite = DriverManager.getConnection("jdbc:sqlite:" + file)) {
                    FleetSchema.execute(sqlite, "INSERT OR IGNORE INTO outbox SELECT 'DUMP', id, 1, 1 FROM dump");
                }
            }
            host.shipAll();
        }
        assertHolds(database, 30);
        assertEquals("1", server.value(database, "SELECT count(*) FROM load_monitor.incident"));
    }

    @Test
    void nothingIsLostOrDoubledWhenTheServerIsKilledInTheMiddle() throws Exception {
        String database = store();
        try (FleetArchive host = FleetArchive.open(folder.resolve("a.db"), "web-1", address(database))) {
            Shipper shipper = host.ship();
            int stored = 0;
            for (int round = 0; round < 4; round++) {
                host.fill(stored + 1, 60);
                stored += 60;
                Thread.sleep(new Random(round).nextInt(150));
                server.kill();
                host.fill(stored + 1, 20);
                stored += 20;
                FleetArchive.await(() -> shipper.state().trouble().isPresent(), () -> "no trouble: " + shipper.state());
                assertTrue(host.archive.outbox().state().waiting() > 0, "nothing waits without a server");
                server.startAgain();
            }
            host.shipAll();
            assertHolds(database, stored);
            ShipperState state = shipper.state();
            assertTrue(state.failures().getOrDefault(FleetException.Reason.UNREACHABLE, 0L) > 0, state.toString());
            assertEquals(Optional.empty(), state.trouble());
            assertEquals(Duration.ZERO, state.lag(Instant.now()));
            assertEquals(0, state.dropped());
        }
    }

    /** By default some seconds; {@code -Dfleet.away.seconds=600} is what {@code make check-all} takes. */
    @Test
    void shipsAllThatCameInWhileTheServerWasAway() throws Exception {
        int away = Integer.getInteger("fleet.away.seconds", 6);
        String database = store();
        try (FleetArchive host = FleetArchive.open(folder.resolve("a.db"), "web-1", address(database))) {
            Shipper shipper = host.ship();
            host.fill(1, 1).shipAll();
            server.kill();
            for (int second = 0; second < away; second++) {
                host.fill(2 + second, 1);
                Thread.sleep(1000);
            }
            Duration lag = shipper.state().lag(Instant.now());
            assertTrue(lag.compareTo(Duration.ofSeconds(away - 2)) >= 0, () -> "lags " + lag + " after " + away + " s");
            server.startAgain();
            long begun = System.nanoTime();
            FleetArchive.await(
                    BackOff.MOST.plusSeconds(60),
                    () -> host.archive.outbox().state().waiting() == 0,
                    () -> "waits: " + shipper.state());
            System.out.printf(
                    "fleet: %d s without the server, %d dumps; shipped %d ms after it was back, %d tries failed%n",
                    away,
                    away,
                    (System.nanoTime() - begun) / 1_000_000,
                    shipper.state().failures().getOrDefault(FleetException.Reason.UNREACHABLE, 0L));
            assertHolds(database, away + 1);
            assertEquals(0, shipper.state().dropped());
        }
    }

    @Test
    void nothingIsLostOrDoubledWhenTheExporterIsKilledInTheMiddle() throws Exception {
        String database = store();
        Path file = folder.resolve("a.db");
        int dumps = 300;
        FleetArchive.open(file, "web-1", address(database)).fill(1, dumps).close();
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ShipperProgram.class.getName(),
                file.toString(),
                "web-1",
                server.url(database, "shipping_host"));
        Random random = new Random(7);
        int killed = 0;
        boolean done = false;
        while (!done) {
            Process exporter =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String before = count(database);
            while (count(database).equals(before) && exporter.isAlive() && !all(database, dumps)) {
                Thread.sleep(5);
            }
            // In the midst of the next batch, or between the store's answer and the archive's note of it.
            Thread.sleep(random.nextInt(30));
            done = all(database, dumps) || killed > 8;
            exporter.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            killed++;
        }
        assertTrue(killed >= 2, "killed " + killed + " times only");
        try (FleetArchive host = FleetArchive.open(file, "web-1", address(database))) {
            host.shipAll();
        }
        assertHolds(database, dumps);
        assertEquals("1", server.value(database, "SELECT count(*) FROM load_monitor.line"));
    }

    private static String count(String database) {
        return server.value(database, "SELECT count(*) FROM load_monitor.dump");
    }

    private static boolean all(String database, int dumps) {
        return count(database).equals(Integer.toString(dumps));
    }

    @Test
    void anArchiveRestoredFromACopyGoesOnUnderANumberOfItsOwn() throws Exception {
        String database = store();
        Path file = folder.resolve("a.db");
        Path copy = folder.resolve("copy.db");
        try (FleetArchive host = FleetArchive.open(file, "web-1", address(database))) {
            host.fill(1, 10).shipAll();
        }
        Files.copy(file, copy);
        try (FleetArchive host = FleetArchive.open(file, "web-1", address(database))) {
            host.fill(11, 10).shipAll();
        }
        try (FleetArchive restored = FleetArchive.open(copy, "web-1", address(database))) {
            // The same numbers again, for other dumps.
            restored.fill(101, 10).shipAll();
            assertEquals(
                    Optional.of(1L),
                    Optional.of(
                            restored.archive.outbox().open().before().stream().count()));
        }
        assertHolds(database, 30);
        assertEquals(
                "2 lines of 1 host",
                server.value(
                        database,
                        "SELECT count(*) || ' lines of ' || count(DISTINCT host_id) || ' host' FROM load_monitor.line"));
        assertEquals("t", server.value(database, "SELECT went_back FROM load_monitor.hosts"));
    }

    @Test
    void twoHostsOfOneNameAreKeptApartAndARenamedOneIsKnown() throws Exception {
        String database = store();
        UUID one = UUID.randomUUID();
        try (FleetArchive first = FleetArchive.open(
                        folder.resolve("a.db"), "web-1", address(database), Optional.of(one), Clock.systemUTC());
                FleetArchive second = FleetArchive.open(
                        folder.resolve("b.db"),
                        "web-1",
                        address(database),
                        Optional.of(UUID.randomUUID()),
                        Clock.systemUTC())) {
            // The very same texts: what tells them apart is the host alone.
            Instant at = Instant.now();
            first.fill(1, 10, at).shipAll();
            second.fill(1, 10, at).shipAll();
            first.fill(11, 1, at).shipAll();
        }
        assertEquals("21", count(database));
        assertEquals("2", server.value(database, "SELECT count(*) FROM load_monitor.hosts WHERE name_is_shared"));
        try (FleetArchive renamed = FleetArchive.open(
                folder.resolve("a.db"), "db-7", address(database), Optional.of(one), Clock.systemUTC())) {
            renamed.fill(12, 1).shipAll();
        }
        assertEquals(
                "{web-1}", server.value(database, "SELECT former_names FROM load_monitor.hosts WHERE name = 'db-7'"));
    }

    @Test
    void aClockThatIsWrongIsSaidAndItsDumpsAreKept() throws Exception {
        String database = store();
        Clock wrong = Clock.fixed(Instant.parse("2051-03-04T05:06:07Z"), ZoneOffset.UTC);
        try (FleetArchive host =
                FleetArchive.open(folder.resolve("a.db"), "web-1", address(database), Optional.empty(), wrong)) {
            host.fill(1, 3, wrong.instant());
            host.ship(FleetArchive.NO_TICKS, false, wrong);
            host.shipAll();
        }
        assertEquals("3", server.value(database, "SELECT count(*) FROM load_monitor.dump_other"));
        assertEquals(
                "true 24",
                server.value(
                        database,
                        "SELECT clock_is_wrong || ' ' || extract(year FROM justify_interval(clock_ahead))"
                                + " FROM load_monitor.hosts"));
    }

    @Test
    void theLoadByCauseIsSummedOverHostsOnce() throws Exception {
        String database = store();
        Instant minute = Instant.now().minus(Duration.ofMinutes(5)).truncatedTo(ChronoUnit.MINUTES);
        List<LoadTickParts> ticks = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            ticks.add(new LoadTickParts(
                    minute.plusSeconds(5L * i),
                    OptionalInt.of(3),
                    2.5 + i / 12,
                    Map.of(),
                    Map.of("nfs", 2.0 + i / 12, "unseen", 0.5, "dust", 0.0001),
                    true));
        }
        for (String name : List.of("web-1", "web-2", "web-1")) {
            try (FleetArchive host = FleetArchive.open(folder.resolve(name + ".db"), name, address(database))) {
                Shipper shipper = host.ship(() -> ticks, false, Clock.systemUTC());
                FleetArchive.await(
                        () -> server.value(
                                        database,
                                        "SELECT count(*) FROM load_monitor.load l JOIN load_monitor.host h"
                                                + " ON h.id = l.host_id WHERE h.name = '" + name + "'")
                                .equals("4"),
                        () -> shipper.state().toString());
                host.shipAll();
            }
        }
        assertEquals(
                "nfs 4 2, unseen 1 2; nfs 6 2, unseen 1 2",
                server.value(
                        database,
                        "SELECT string_agg(line, '; ' ORDER BY minute) FROM (SELECT minute, string_agg(cause || ' ' ||"
                                + " load1 || ' ' || hosts, ', ' ORDER BY cause) AS line FROM load_monitor.load_by_cause"
                                + " GROUP BY minute) m"));
    }

    @Test
    void whatTheStoreRefusesHoldsUpNothingElse() throws Exception {
        String database = store();
        server.execute(database, "ALTER TABLE load_monitor.dump ADD CONSTRAINT no7 CHECK (number <> 7)");
        try (FleetArchive host = FleetArchive.open(folder.resolve("a.db"), "web-1", address(database))) {
            host.fill(1, 20).shipAll();
            assertHolds(database, 19);
            assertEquals(1, host.archive.outbox().state().refused());
        }
    }

    @Test
    void whatTheRetentionDeletesUnshippedIsCounted() throws Exception {
        Path file = folder.resolve("a.db");
        try (FleetArchive host = FleetArchive.open(
                file, "web-1", FleetAddress.of("jdbc:postgresql://127.0.0.1:1/none?user=x", Optional.empty()))) {
            host.fill(1, 30);
            Archive archive = host.archive;
            archive.keep(new Retention(12, Duration.ofDays(30), 1L << 30, 0));
            Outbox.State state = archive.outbox().state();
            assertEquals(18, state.dropped());
            assertEquals(13, state.waiting(), "12 dumps and their incident");
        }
    }

    @Test
    void anOutboxThatNobodyOpenedStaysEmpty() throws Exception {
        Path file = folder.resolve("a.db");
        try (Archive archive = Archive.open(
                new ArchiveSettings(
                        file, "web-1", Retention.DEFAULT, CaptureLimits.DEFAULT.withDumps(Optional.empty())),
                Clock.systemUTC())) {
            for (int i = 0; i < 3; i++) {
                archive.storeFound(DumpTexts.automatic(i, Instant.now().minusSeconds(9 - i)));
            }
            assertEquals(
                    new Outbox.State(0, Optional.empty(), 0, 0),
                    archive.outbox().state());
            archive.outbox().open();
            assertEquals(4, archive.outbox().state().waiting(), "three dumps and their incident");
        }
    }

    /** Transaction mode: another session for each statement, and nothing of the one before it. */
    @Test
    void shipsThroughPgbouncerInTransactionMode() throws Exception {
        String database = store();
        Path program = server.beside("pgbouncer");
        int port = PostgresServer.freePort();
        Path settings = server.folder().resolve("pgbouncer.ini");
        Files.writeString(settings, """
                [databases]
                * = host=127.0.0.1 port=%d
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                max_client_conn = 100
                default_pool_size = 2
                ignore_startup_parameters = extra_float_digits
                """.formatted(server.port(), port)
                .replace("* = host", database + " = user=shipping_host host"));
        Process pooler = new ProcessBuilder(PostgresServer.asNobody(List.of(program.toString(), settings.toString())))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("pgbouncer.log").toFile())
                .start();
        FleetAddress pooled = FleetAddress.of(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=shipping_host", Optional.empty());
        List<FleetArchive> hosts = new ArrayList<>();
        List<Shipper> shippers = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                FleetArchive host = FleetArchive.open(folder.resolve(i + ".db"), "web-" + i, pooled);
                hosts.add(host);
                shippers.add(host.fill(100 * i, 20).ship());
            }
            for (FleetArchive host : hosts) {
                host.shipAll();
            }
            shippers.forEach(
                    shipper -> assertEquals(Optional.empty(), shipper.state().trouble()));
        } catch (AssertionError e) {
            throw new AssertionError(Files.readString(folder.resolve("pgbouncer.log")), e);
        } finally {
            hosts.forEach(FleetArchive::close);
            pooler.destroyForcibly().waitFor();
        }
        assertHolds(database, 100);
    }

    /** The disk of the server: a small file system that a tablespace is on. */
    @Test
    void aFullDiskOfTheServerLosesNothing() throws Exception {
        PostgresServer.need(System.getProperty("user.name").equals("root"), "only root can mount a small file system");
        String database = store();
        Path disk = Files.createDirectory(server.folder().resolve("small"));
        PostgresServer.run(List.of("mount", "-t", "tmpfs", "-o", "size=6m,mode=777", "tmpfs", disk.toString()));
        try {
            Path space = disk.resolve("space");
            PostgresServer.run(PostgresServer.asNobody(List.of("mkdir", space.toString())));
            server.execute(database, "CREATE TABLESPACE small LOCATION '" + space + "'");
            server.execute(
                    database,
                    "DO $$ DECLARE t text; BEGIN FOR t IN SELECT inhrelid::regclass::text FROM"
                            + " pg_inherits WHERE inhparent IN ('load_monitor.dump'::regclass, 'load_monitor.part'::regclass)"
                            + " LOOP EXECUTE 'ALTER TABLE ' || t || ' SET TABLESPACE small'; END LOOP; END $$");
            Path ballast = disk.resolve("ballast");
            try (FleetArchive host = FleetArchive.open(folder.resolve("a.db"), "web-1", address(database))) {
                PostgresServer.run(List.of("sh", "-c", "cat /dev/zero >" + ballast + " 2>/dev/null || true"));
                host.fill(1, 200);
                Shipper shipper = host.ship();
                FleetArchive.await(
                        () -> shipper.state().failures().containsKey(FleetException.Reason.FULL),
                        () -> "the disk is not full: " + shipper.state());
                assertTrue(host.archive.outbox().state().waiting() > 0, "nothing waits");
                Files.delete(ballast);
                host.shipAll();
                assertHolds(database, 200);
            }
            server.execute("postgres", "DROP DATABASE " + database + " WITH (FORCE)");
            server.execute("postgres", "DROP TABLESPACE small");
        } finally {
            PostgresServer.run(List.of("umount", "-l", disk.toString()));
        }
    }
}
