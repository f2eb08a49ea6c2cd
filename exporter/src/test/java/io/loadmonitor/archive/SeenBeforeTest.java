package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.DumpTexts.raw;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.RawDump;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SeenBeforeTest {
    private static final Duration MONTH = Duration.ofDays(30);
    private static final Duration STEP = Duration.ofHours(2);

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private Optional<Archive> opened = Optional.empty();

    @AfterEach
    void close() {
        opened.ifPresent(Archive::close);
    }

    private Archive open(Retention retention) throws ArchiveException {
        opened = Optional.of(Archive.open(
                new ArchiveSettings(folder.resolve("a.db"), "db1", retention),
                clock,
                () -> Long.MAX_VALUE,
                DumpReading::of,
                clock::nanos));
        return opened.get();
    }

    private Archive open() throws ArchiveException {
        return open(new Retention(1000, MONTH, 1 << 30, 0));
    }

    private static RawDump dump(long id, Instant at, String function) {
        return raw(DumpTexts.of(id, "threshold", at, "vf", "/", function));
    }

    private static long store(Archive archive, RawDump raw) throws ArchiveException {
        return archive.storeFound(raw).orElseThrow().id();
    }

    /** {@code kernel_clone: 2 from ... to ...} by the innermost frame. */
    private static Map<String, String> seen(Archive archive, long id) throws ArchiveException {
        Map<String, String> seen = new TreeMap<>();
        for (SeenSignature one : archive.signatures(id)) {
            seen.put(
                    one.signature().frames().get(0),
                    one.tasks()
                            + one.before()
                                    .map(before -> " seen " + before.dumps() + " from +"
                                            + NOON.until(before.first(), ChronoUnit.SECONDS) + " to +"
                                            + NOON.until(before.last(), ChronoUnit.SECONDS))
                                    .orElse(" never seen"));
        }
        return seen;
    }

    @Test
    void saysHowOftenAndWhenEachStackWasSeenBefore() throws Exception {
        Archive archive = open();
        long first = store(archive, dump(1, NOON, "kernel_clone"));
        store(archive, dump(2, NOON.plusSeconds(10), "io_wait"));
        long third = store(archive, dump(3, NOON.plusSeconds(20), "kernel_clone"));
        long fourth = store(archive, dump(4, NOON.plusSeconds(30), "kernel_clone"));

        assertEquals(Map.of("kernel_clone", "1 never seen", "[cpu-user]", "1 never seen"), seen(archive, first));
        assertEquals(
                Map.of("kernel_clone", "1 seen 1 from +0 to +0", "[cpu-user]", "1 seen 2 from +0 to +10"),
                seen(archive, third));
        assertEquals(
                Map.of("kernel_clone", "1 seen 2 from +0 to +20", "[cpu-user]", "1 seen 3 from +0 to +20"),
                seen(archive, fourth));
        assertEquals(List.of(), archive.signatures(99));
    }

    @Test
    void countsByWhenADumpWasTakenNotByWhenItCame() throws Exception {
        Archive archive = open();
        long late = store(archive, dump(2, NOON.plusSeconds(10), "kernel_clone"));
        long early = store(archive, dump(1, NOON, "kernel_clone"));

        assertEquals("1 never seen", seen(archive, early).get("kernel_clone"));
        assertEquals("1 seen 1 from +0 to +0", seen(archive, late).get("kernel_clone"));
    }

    @Test
    void remembersDumpsThatAreDeleted() throws Exception {
        Archive archive = open(new Retention(2, MONTH, 1 << 30, 0));
        for (int i = 0; i < 5; i++) {
            store(archive, dump(i + 1, NOON.plusSeconds(i), i == 4 ? "io_wait" : "kernel_clone"));
        }
        archive.prune();

        long next = store(archive, dump(9, NOON.plusSeconds(9), "kernel_clone"));

        assertEquals(
                Map.of("kernel_clone", "1 seen 4 from +0 to +3", "[cpu-user]", "1 seen 5 from +0 to +4"),
                seen(archive, next));
        archive.close();
        archive = open(new Retention(1, MONTH, 1 << 30, 0));
        archive.prune();
        assertEquals(
                Map.of("kernel_clone", "1 seen 4 from +0 to +3", "[cpu-user]", "1 seen 5 from +0 to +4"),
                seen(archive, next));
    }

    @Test
    void countsADumpThatCameTwiceOnce() throws Exception {
        Archive archive = open();
        archive.storeFound(DumpTexts.cutOff(1, NOON));
        assertEquals(
                Optional.empty(), archive.storeFound(DumpTexts.manual(1, NOON)), "the whole text of the same dump");
        assertEquals(Map.of("kernel_clone", "1 never seen", "[cpu-user]", "1 never seen"), seen(archive, 1));
        long reserved = archive.reserveDump(DumpTrigger.MANUAL, Optional.empty(), OptionalLong.empty());
        archive.store(reserved, DumpTexts.manual(1, NOON));
        assertFalse(archive.dump(1).isPresent(), "the row that was asked for stays");

        assertEquals(Map.of("kernel_clone", "1 never seen", "[cpu-user]", "1 never seen"), seen(archive, reserved));
        long next = store(archive, dump(2, NOON.plusSeconds(9), "kernel_clone"));
        assertEquals(
                Map.of("kernel_clone", "1 seen 1 from +0 to +0", "[cpu-user]", "1 seen 1 from +0 to +0"),
                seen(archive, next));
    }

    @Test
    void forgetsWhatNoDumpHadForLong() throws Exception {
        Archive archive = open(new Retention(1, MONTH, 1 << 30, 0));
        store(archive, dump(1, NOON, "kernel_clone"));
        store(archive, dump(2, NOON.plusSeconds(1), "io_wait"));
        clock.advance(SignatureTable.REMEMBERED);
        store(archive, dump(3, NOON.plusSeconds(2), "io_wait"));
        archive.prune();
        assertEquals(2 + 1, count("signature"), "exactly as old as may be");

        clock.advance(Duration.ofSeconds(1));
        archive.prune();

        assertEquals(2, count("signature"), "io_wait and the task that computes were seen later");
        assertEquals(2, count("dump_signature"), "of the dump that was stored a moment ago");
    }

    @Test
    void boundsWhatItRemembersOfDeletedDumps() throws Exception {
        Archive archive = open(new Retention(1, MONTH, 1 << 20, 0));
        for (int i = 0; i < 40; i++) {
            store(archive, dump(i + 1, NOON.plusSeconds(i), "place_" + (char) ('a' + i % 26) + (char) ('a' + i / 26)));
        }

        archive.prune();

        assertEquals(
                (1 << 20) / SignatureTable.BYTES_EACH + 2, count("signature"), "and those of the dump that is kept");
        long next = store(archive, dump(99, NOON.plusSeconds(99), "place_aa"));
        assertEquals("1 never seen", seen(archive, next).get("place_aa"), "the oldest go first");
        long again = store(archive, dump(100, NOON.plusSeconds(100), "place_mb"));
        assertEquals("1 seen 1 from +38 to +38", seen(archive, again).get("place_mb"));
    }

    @Test
    void remembersOfOneDumpTheThousandSignaturesOfTheMostTasks() throws Exception {
        Archive archive = open();
        StringBuilder text = new StringBuilder("load_monitor dump version=1 id=1 source=kmod boot_id=b release=6.1.0\n"
                + "time wall=" + NOON + " monotonic_ns=1\n");
        for (int i = 1; i <= 1500; i++) {
            text.append("stack id=")
                    .append(i)
                    .append(" tasks=1\n  place_")
                    .append(Integer.toString(i, 36))
                    .append("x+0x1/0x2\n");
        }
        int tasks = 0;
        for (int i = 1; i <= 1500; i++) {
            for (int n = 0; n < (i == 1500 ? 3 : 1); n++) {
                text.append("task pid=")
                        .append(++tasks)
                        .append(" state=D on=sleep stack=")
                        .append(i)
                        .append(" comm=\"a\"\n");
            }
        }
        long id = store(
                archive,
                raw(text.append("end id=1 tasks=").append(tasks).append('\n').toString()));

        assertEquals(1000, count("dump_signature"));
        assertEquals(3, archive.signatures(id).get(0).tasks());
    }

    /** An archive of version 1, as the program of that time left it. */
    @Test
    void putsDownTheSignaturesOfAnOlderArchiveLittleByLittle() throws Exception {
        Archive archive = open();
        for (int i = 0; i < 150; i++) {
            store(archive, dump(i + 1, NOON.plusSeconds(i), "kernel_clone"));
        }
        archive.close();
        sql("DELETE FROM dump_signature", "DELETE FROM signature", "UPDATE dump SET signed = 0");

        long started = System.nanoTime();
        archive = open();
        long tookMillis = (System.nanoTime() - started) / 1_000_000;

        assertEquals(20, number("SELECT count(*) FROM dump WHERE signed = 1"), "at the start");
        assertEquals("1 seen 19 from +130 to +148", seen(archive, 150).get("kernel_clone"), "the newest first");
        archive.prune();
        assertEquals(120, number("SELECT count(*) FROM dump WHERE signed = 1"));
        archive.prune();
        assertEquals(150, number("SELECT count(*) FROM dump WHERE signed = 1"));
        assertEquals("1 seen 149 from +0 to +148", seen(archive, 150).get("kernel_clone"));
        assertTrue(tookMillis < 20_000, tookMillis + " ms");
    }

    @Test
    void goesOnAfterADumpWhoseTextIsDamaged() throws Exception {
        Archive archive = open();
        store(archive, dump(1, NOON, "kernel_clone"));
        long second = store(archive, dump(2, NOON.plusSeconds(1), "kernel_clone"));
        archive.close();
        sql(
                "DELETE FROM dump_signature",
                "DELETE FROM signature",
                "UPDATE dump SET signed = 0",
                "UPDATE dump_text SET gzip = x'00' WHERE dump_id = 1");

        archive = open();

        assertEquals("1 never seen", seen(archive, second).get("kernel_clone"));
        assertEquals(2, number("SELECT count(*) FROM dump WHERE signed = 1"), "nobody tries it again");
    }

    @Test
    void upgradesAnArchiveOfTheFirstVersion() throws Exception {
        Path file = folder.resolve("a.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            String schema = Files.readString(Path.of("src/main/resources/io/loadmonitor/archive/schema/001.sql"));
            for (String one : schema.split(";[ \t]*(\n|$)")) {
                if (!one.isBlank()) {
                    statement.executeUpdate(one);
                }
            }
            statement.executeUpdate("CREATE TABLE schema_version (version INTEGER NOT NULL)");
            statement.executeUpdate("INSERT INTO schema_version VALUES (1)");
        }

        Archive archive = open();

        long id = store(archive, dump(1, NOON, "kernel_clone"));
        assertEquals("1 never seen", seen(archive, id).get("kernel_clone"));
    }

    @Test
    void tellsWhatTheHostAlwaysHasFromWhatIsNew() throws Exception {
        Archive archive = open();
        for (int i = 0; i < 5; i++) {
            long id = store(archive, DumpTexts.withVendor(i + 1, NOON.plus(STEP.multipliedBy(i)), ""));
            assertFalse(archive.signatures(id).get(0).chronic(), "dump " + id);
            assertFalse(archive.dump(id).orElseThrow().summary().headline().contains("chronic"));
        }
        String own = "task pid=200 tgid=200 state=D on=sleep since_ms=5 switches=1 start_ns=99000000000 stack=2"
                + " comm=\"touch\"\n";

        long id = store(archive, DumpTexts.withVendor(6, NOON.plus(STEP.multipliedBy(5)), own));

        assertEquals(
                "3 active tasks at 22:04:10 (load 4.42) = 1 waiting for a frozen file system or suspended volume"
                        + " (touch) + 2 chronic (waiting in vendor: vendor_wait)",
                archive.dump(id).orElseThrow().summary().headline());
        assertEquals(
                List.of("frozen-filesystem 1 false", "module 2 true"),
                archive.dump(id).orElseThrow().breakdown().orElseThrow().parts().stream()
                        .map(part -> part.cause().id() + " " + part.tasks() + " " + part.chronic())
                        .toList());
        Map<String, Boolean> chronic = new TreeMap<>();
        archive.signatures(id)
                .forEach(seen -> chronic.put(seen.signature().frames().get(0), seen.chronic()));
        assertEquals(Map.of("vendor_wait", true, "mnt_want_write", false), chronic);
    }

    @Test
    void findsTheDumpBeforeInTheSameBootAlone() throws Exception {
        Archive archive = open();
        long first = store(archive, DumpTexts.withVendor(1, NOON, ""));
        long second = store(archive, DumpTexts.withVendor(2, NOON.plusSeconds(1), ""));
        long other = store(archive, dump(3, NOON.plusSeconds(2), "kernel_clone"));

        assertEquals(Optional.empty(), archive.dumpBefore(archive.dump(first).orElseThrow()));
        assertEquals(
                Optional.of(first),
                archive.dumpBefore(archive.dump(second).orElseThrow())
                        .map(dump -> dump.summary().id()));
        assertEquals(Optional.empty(), archive.dumpBefore(archive.dump(other).orElseThrow()), "of another boot");
    }

    /** Not a benchmark: it prints what it took. CPU time, for tests share the machine; flushing is not in it. */
    @Test
    void storesTenThousandTasksInTime() throws Exception {
        Archive archive = open();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (int run = 1; run <= 8; run++) {
            StringBuilder text =
                    new StringBuilder("load_monitor dump version=1 id=" + run + " source=kmod boot_id=b release=6.1.0\n"
                            + "time wall=" + NOON.plusSeconds(run) + " monotonic_ns=" + run + "\n");
            for (int i = 1; i <= 500; i++) {
                text.append("stack id=").append(i).append(" tasks=20\n");
                for (int depth = 0; depth < 14; depth++) {
                    text.append("  caller_")
                            .append((char) ('a' + i % 26))
                            .append('_')
                            .append((i * 31 + depth) % 3000)
                            .append("x+0x1/0x3e0\n");
                }
            }
            for (int i = 1; i <= 10_000; i++) {
                text.append("task pid=")
                        .append(i)
                        .append(" tgid=")
                        .append(i / 4)
                        .append(" ppid=1 cpu=0 state=D on=sleep since_ms=35000"
                                + " switches=12 start_ns=2980000000 stack=")
                        .append(i % 500 + 1)
                        .append(" cgroup=\"/system.slice/db")
                        .append(i % 50)
                        .append(".service\" comm=\"worker")
                        .append(i % 200)
                        .append("\"\n");
            }
            RawDump raw = raw(
                    text.append("end id=").append(run).append(" tasks=10000\n").toString());
            long start = threads.getCurrentThreadCpuTime();
            DumpReading reading = DumpReading.of(raw);
            long read = threads.getCurrentThreadCpuTime();
            store(archive, raw);
            long stored = threads.getCurrentThreadCpuTime();
            System.out.printf(
                    Locale.ROOT,
                    "10,000 tasks, %d signatures, run %d: read in %.0f ms of CPU, read and stored in %.0f ms%n",
                    reading.signatures().size(),
                    run,
                    (read - start) / 1e6,
                    (stored - read) / 1e6);
            assertTrue(stored - read < 10_000_000_000L, "took " + (stored - read) + " ns");
        }
    }

    private long count(String table) throws Exception {
        return number("SELECT count(*) FROM " + table);
    }

    private long number(String query) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("a.db"));
                Statement statement = connection.createStatement()) {
            return statement.executeQuery(query).getLong(1);
        }
    }

    /** Made up: no module that draws samples has been captured yet. */
    @Test
    void remembersWhatASampleStandsFor() throws Exception {
        Archive archive = open();
        long id = store(archive, RawDump.of("""
                load_monitor dump version=1 id=1 source=kmod boot_id=b release=6.12.0
                time wall=2026-11-22T12:04:10Z monotonic_ns=5
                count sampled=3 of=40
                task pid=1 state=D on=sleep wchan=a comm="a"
                task pid=2 state=D on=sleep wchan=a comm="a"
                task pid=3 state=D on=sleep wchan=b comm="b"
                end id=1 tasks=3
                """.getBytes(StandardCharsets.US_ASCII)));
        assertEquals(
                List.of(27, 13),
                archive.signatures(id).stream().map(SeenSignature::tasks).toList());
    }

    private void sql(String... statements) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("a.db"));
                Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.executeUpdate(one);
            }
        }
    }
}
