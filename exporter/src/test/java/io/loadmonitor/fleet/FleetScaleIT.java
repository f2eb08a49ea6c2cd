package io.loadmonitor.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.e2e.Browser;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The questions over very many parts: by which plans they are answered, and in what time; and how fast parts come in.
 * By default a small store; {@code -Dfleet.parts=10000000} is that of a day of 5,000 hosts. The figures are printed.
 */
final class FleetScaleIT {
    private static final int PARTS = Integer.getInteger("fleet.parts", 200_000);
    private static final int HOSTS = PARTS >= 5_000_000 ? 5000 : 500;
    private static final int SIGNATURES = PARTS / 50;
    private static final int SECONDS = Integer.getInteger("fleet.ingest.seconds", 3);

    /** What the wait may be for on a machine that does much else; the targets are for an idle one. */
    private static final double LENIENCE = Double.parseDouble(System.getProperty("fleet.lenience", "10"));

    private static PostgresServer server;
    private static String database;
    private static Instant now;

    @BeforeAll
    static void fill() throws Exception {
        server = PostgresServer.start("fsync=off", "synchronous_commit=off", "max_wal_size=4GB");
        database = server.database("scale");
        new FleetSchema().apply(server.address(database));
        new FleetUpkeep(FleetRetention.DEFAULT).run(server.address(database), false);
        // The last moment of today, so that the day's parts are in one partition at whatever hour this runs.
        now = Instant.now()
                .truncatedTo(ChronoUnit.DAYS)
                .plus(1, ChronoUnit.DAYS)
                .minusMillis(1);
        long begun = System.nanoTime();
        server.execute(database, """
                INSERT INTO load_monitor.kernel (release, version) SELECT '6.12.' || i, ARRAY[6, 12, i]
                    FROM generate_series(1, 10) i;
                INSERT INTO load_monitor.host (name, machine, kernel_id)
                    SELECT 'host-' || i, gen_random_uuid(), 1 + i %% 10 FROM generate_series(1, %1$d) i;
                INSERT INTO load_monitor.cause (name, title) SELECT 'cause' || i, 'waiting for ' || i
                    FROM generate_series(1, 40) i;
                INSERT INTO load_monitor.name (value) SELECT CASE WHEN i <= 300 THEN '/system.slice/app-' || i || '.service'
                    ELSE 'worker' || i END FROM generate_series(1, 350) i;
                INSERT INTO load_monitor.signature (id, frames, cause_id, first_seen)
                    SELECT i, ARRAY['f' || (i %% 3000), 'g' || (i %% 700), 'nfs' || (i %% 50), 'vfs_read', 'ksys_read'],
                        1 + i %% 40, timestamptz '%2$s' - interval '30 days' FROM generate_series(0, %3$d) i;
                INSERT INTO load_monitor.signature (id, frames, cause_id, first_seen)
                    VALUES (777777777, '{nfs_wait_bit_killable,nfs7}', 1, timestamptz '%2$s' - interval '1 hour');
                INSERT INTO load_monitor.signature_kernel SELECT id, 1 + id %% 10, first_seen FROM load_monitor.signature;
                INSERT INTO load_monitor.part SELECT timestamptz '%2$s' - ((%4$d - i) / 6) * 6 * interval '1 day' / %4$d,
                        (%3$d * power(random(), 4))::int, 1 + (random() * %5$d)::int, 1 + i %% 40, 1 + i %% 300,
                        301 + i %% 50, 3, 2, 900
                    FROM generate_series(1, %4$d) i
                """.formatted(HOSTS, now, SIGNATURES, PARTS, HOSTS - 1));
        // The same stack on 400 hosts, since an hour, 20 dumps each.
        server.execute(database, """
                INSERT INTO load_monitor.part SELECT timestamptz '%s' - interval '1 hour' * (1 - i / 20.0)
                    - h * interval '1 ms', 777777777, h, 1, 5, 305, 3, 3, 900
                    FROM generate_series(1, 20) i, generate_series(1, 400) h
                """.formatted(now));
        server.execute(database, """
                INSERT INTO load_monitor.fleet_load SELECT date_trunc('minute', timestamptz '%s') - m * interval '1 min', c, s,
                    c * s, 300 FROM generate_series(0, 1440) m, generate_series(1, 12) c, generate_series(0, 15) s
                """.formatted(now));
        server.execute(database, """
                INSERT INTO load_monitor.incident (host_id, line, id, began_at, ended_at, is_foreign, alerts, causes,
                    headline, dumps) SELECT 1 + i %% %d, '%s', i, timestamptz '%s' - i * interval '30 s',
                    CASE WHEN i %% 10 > 0 THEN timestamptz '%3$s' - i * interval '30 s' + interval '10 min' END, false,
                    '{LoadHigh}', ARRAY['cause' || 1 + i %% 3], 'h', 3 FROM generate_series(1, 2000) i
                """.formatted(HOSTS, UUID.randomUUID(), now));
        server.execute(database, "VACUUM ANALYZE");
        System.out.printf(
                Locale.ROOT,
                "fleet: %,d parts of %,d hosts made in %.1f s; a part takes %s bytes of heap and %s of indexes%n",
                PARTS,
                HOSTS,
                (System.nanoTime() - begun) / 1e9,
                server.value(database, bytes("pg_relation_size")),
                server.value(database, bytes("pg_indexes_size")));
    }

    private static String bytes(String function) {
        return "SELECT round(sum(" + function + "(inhrelid)) / (SELECT count(*) FROM load_monitor.part), 1)"
                + " FROM pg_inherits WHERE inhparent = 'load_monitor.part'::regclass";
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static String at(String before) {
        return "timestamptz '" + now + "' - interval '" + before + "'";
    }

    @Test
    void sameSignatureSinceAnHour() throws Exception {
        ask(
                "same signature since",
                50,
                "SELECT count(DISTINCT host_id), min(taken_at), sum(tasks) FROM load_monitor.part WHERE sig_id ="
                        + " 777777777 AND taken_at >= " + at("61 min"),
                "Index Only Scan",
                2);
        assertEquals(
                "400",
                server.value(
                        database,
                        "SELECT count(*) FROM load_monitor.signature_hosts(777777777, " + at("2 h") + ", " + at("0 s")
                                + ")"));
    }

    @Test
    void whatSpreads() throws Exception {
        ask(
                "what spreads in 10 minutes",
                300,
                "SELECT * FROM load_monitor.spreading(" + at("0 s") + ", interval '10 minutes', 3)",
                "Index Only Scan",
                3);
        assertTrue(
                server.value(
                                database,
                                "SELECT string_agg(sig_id::text, ',') FROM load_monitor.spreading(" + at("55 min")
                                        + ", interval '10 minutes', 3)")
                        .contains("777777777"),
                "the stack of 400 hosts does not spread in its first ten minutes");
    }

    @Test
    void hostsByFunction() throws Exception {
        ask(
                "hosts by function",
                50,
                "SELECT * FROM load_monitor.hosts_by_function('nfs_wait_bit_killable', " + at("1 h") + ", " + at("0 s")
                        + ")",
                "Index Only Scan",
                2);
    }

    @Test
    void hostsByProgram() throws Exception {
        ask(
                "hosts by program",
                300,
                "SELECT * FROM load_monitor.hosts_by_program('worker305', " + at("1 h") + ", " + at("0 s") + ")",
                "Index Only Scan",
                2);
    }

    @Test
    void hostsByControlGroup() throws Exception {
        ask(
                "hosts by control group",
                300,
                "SELECT * FROM load_monitor.hosts_by_cgroup('app-7.service', " + at("1 h") + ", " + at("0 s") + ")",
                "Index Only Scan",
                2);
    }

    @Test
    void incidentsThatShareACause() throws Exception {
        ask(
                "incidents that share a cause",
                300,
                "SELECT * FROM load_monitor.shared_incidents(" + at("1 day") + ", " + at("0 s") + ")",
                "incident",
                0);
    }

    @Test
    void loadOfAllHosts() throws Exception {
        try (FleetStore store = new FleetStore(server.address(database))) {
            List<FleetStore.LoadPoint> points = store.load(now.minus(Duration.ofHours(3)), now, 1);
            long begun = System.nanoTime();
            points = store.load(now.minus(Duration.ofHours(3)), now, 1);
            report("load by cause over three hours", (System.nanoTime() - begun) / 1e6, 300);
            assertEquals(12 * 180, points.size(), 12 * 3);
        }
    }

    @Test
    void newSinceAKernel() throws Exception {
        ask("new since a kernel", 1000, "SELECT * FROM load_monitor.new_since_kernel('6.12.9')", "signature_kernel", 0);
    }

    /**
     * @param node that the plan must have
     * @param days of partitions of the parts that it may look at; 0: it looks at none
     */
    private static void ask(String question, double targetMillis, String sql, String node, int days)
            throws FleetException, SQLException {
        List<String> plan = new ArrayList<>();
        double best = Double.MAX_VALUE;
        try (Connection connection = server.address(database).connect();
                Statement statement = connection.createStatement()) {
            FleetSchema.execute(connection, "SET jit = off");
            for (int i = 0; i < 3; i++) {
                long begun = System.nanoTime();
                try (ResultSet rows = statement.executeQuery(sql)) {
                    while (rows.next()) {
                        rows.getString(1);
                    }
                }
                best = Math.min(best, (System.nanoTime() - begun) / 1e6);
            }
            try (ResultSet rows = statement.executeQuery("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + sql)) {
                while (rows.next()) {
                    plan.add(rows.getString(1));
                }
            }
        }
        String text = String.join("\n", plan);
        report(question, best, targetMillis);
        assertTrue(text.contains(node), () -> question + ": expected a plan with " + node + ", came\n" + text);
        assertFalse(
                text.matches("(?s).*Seq Scan on part_[0-9]{8} [^\\n]*rows=[1-9].*"),
                () -> question + ": expected no part read as a whole, came\n" + text);
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        for (int day = -1; day < 8; day++) {
            String partition = "part_" + today.plusDays(day).format(DateTimeFormatter.BASIC_ISO_DATE);
            // At midnight the hour before is in the day before.
            if (day > 0) {
                assertFalse(
                        text.matches("(?s).*Scan[^\\n]* on " + partition + " [^\\n]*rows=[1-9].*"),
                        () -> question + ": expected that " + partition + " is left alone, came\n" + text);
            }
        }
        assertTrue(days > 0 || !text.contains("part_2"), () -> question + ": expected no part, came\n" + text);
    }

    private static void report(String question, double millis, double target) {
        System.out.printf(Locale.ROOT, "fleet: %-32s %8.1f ms (target %.0f)%n", question, millis, target);
        assertTrue(
                millis < target * LENIENCE,
                () -> question + ": expected less than " + target * LENIENCE + " ms, came " + millis);
    }

    /** As a person sees it: until the page is drawn, in a real browser on the same two CPUs. */
    @Test
    void pagesInABrowser(@TempDir Path folder) throws Exception {
        server.user("scale_reader", FleetSchema.READERS);
        try (FleetPages pages = FleetPages.start(server.url(database, "scale_reader"), folder);
                Browser browser = Browser.start(folder)) {
            for (String path : List.of(
                    "/",
                    "/signatures/" + HexFormat.of().toHexDigits(777777777L),
                    "/hosts/host-7",
                    "/search?function=nfs7")) {
                double best = Double.MAX_VALUE;
                for (int i = 0; i < 4; i++) {
                    browser.open(pages.address(path));
                    best = Math.min(
                            best,
                            ((Number) browser.ask("performance.getEntriesByType('navigation')[0].loadEventStart"))
                                    .doubleValue());
                    assertEquals(
                            200L, browser.ask("performance.getEntriesByType('navigation')[0].responseStatus"), path);
                }
                report("page " + path.replaceFirst("/[0-9a-f]{16}", "/ID"), best, 300);
            }
        }
    }

    /** Batches of 50 dumps with six parts each, by two hosts at a time. */
    @Test
    void ingestsManyPartsASecond() throws Exception {
        ExecutorService hosts = Executors.newFixedThreadPool(2);
        try {
            List<Future<Long>> counts = new ArrayList<>();
            long begun = System.nanoTime();
            for (int thread = 0; thread < 2; thread++) {
                int number = thread;
                counts.add(hosts.submit((Callable<Long>) () -> ingest(number)));
            }
            long parts = 0;
            for (Future<Long> count : counts) {
                parts += count.get();
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            System.out.printf(Locale.ROOT, "fleet: ingest %28s %,8.0f parts/s (target 15,000)%n", "", parts / seconds);
            assertTrue(parts > 0, "nothing was taken in");
        } finally {
            hosts.shutdownNow();
        }
    }

    private static long ingest(int thread) throws Exception {
        Random random = new Random(thread);
        UUID machine = UUID.randomUUID();
        UUID line = UUID.randomUUID();
        long parts = 0;
        long deadline = System.nanoTime() + SECONDS * 1_000_000_000L;
        try (Connection connection = server.address(database).connect();
                PreparedStatement call =
                        connection.prepareStatement("SELECT load_monitor.ingest(CAST(? AS jsonb)) ->> 'parts'")) {
            for (int batch = 1; System.nanoTime() < deadline; batch++) {
                call.setString(1, batch(machine, line, batch, thread, random));
                try (ResultSet rows = call.executeQuery()) {
                    rows.next();
                    parts += rows.getLong(1);
                }
            }
        }
        return parts;
    }

    private static String batch(UUID machine, UUID line, int batch, int thread, Random random) {
        StringBuilder dumps = new StringBuilder();
        StringBuilder parts = new StringBuilder();
        StringBuilder signatures = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            Instant taken = Instant.now();
            UUID key = new UUID(random.nextLong(), random.nextLong());
            dumps.append(i == 0 ? "" : ",")
                    .append("{\"at\":\"" + taken + "\",\"key\":\"" + key + "\",\"number\":" + i
                            + ",\"trigger\":\"alert\",\"load1\":4.5,\"active\":9,\"tasks\":18,\"complete\":true,"
                            + "\"kernel\":\"6.12.1\",\"headline\":\"18 active tasks\"}");
            for (int part = 0; part < 6; part++) {
                int signature = (int) (SIGNATURES * Math.pow(random.nextDouble(), 4));
                String comma = i + part == 0 ? "" : ",";
                parts.append(comma)
                        .append("{\"at\":\"" + taken + "\",\"key\":\"" + key + "\",\"sig\":" + signature
                                + ",\"cause\":\"cause" + (1 + part) + "\",\"cgroup\":\"/system.slice/app-"
                                + (1 + random.nextInt(300)) + ".service\",\"program\":\"worker" + (301 + part)
                                + "\",\"tasks\":3,\"d\":2,\"oldest_ms\":900}");
                signatures
                        .append(comma)
                        .append("{\"id\":" + signature + ",\"frames\":[\"f" + signature % 3000
                                + "\",\"vfs_read\"],\"cause\":\"cause1\",\"seen\":\"" + taken + "\"}");
            }
        }
        return "{\"protocol\":\"1\",\"host\":{\"name\":\"shipper-" + thread + "\",\"machine\":\"" + machine
                + "\",\"kernel\":\"6.12.1\",\"clock\":\"" + Instant.now() + "\"},\"line\":{\"id\":\"" + line
                + "\",\"batch\":" + batch + ",\"token\":\"" + UUID.randomUUID() + "\"},\"causes\":{\"cause1\":\"one\"},"
                + "\"signatures\":[" + signatures + "],\"dumps\":[" + dumps + "],\"parts\":[" + parts + "]}";
    }
}
