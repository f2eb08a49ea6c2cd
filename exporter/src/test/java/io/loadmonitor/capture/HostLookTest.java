package io.loadmonitor.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.HostState;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.procfs.ProcFs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostLookTest {
    private static final String DUMP = "load_monitor dump version=1 id=17 source=kmod\n"
            + "trigger kind=manual reason=\"test\"\n"
            + "time monotonic_ns=100000000000\n"
            + "task pid=7 state=D on=sleep stack=0 comm=\"db\"\n"
            + "end id=17 tasks=1\n";

    private final AtomicLong now = new AtomicLong(TimeUnit.SECONDS.toNanos(93));

    @TempDir
    private Path proc;

    private List<String> messages = List.of();
    private HostLook look;

    @BeforeEach
    void host() throws IOException {
        look = new HostLook(new ProcFs(proc), now::get, () -> messages);
        Files.createDirectories(proc.resolve("pressure"));
        put(
                "pressure/io",
                "some avg10=88.10 avg60=1.00 avg300=0.10 total=9\nfull avg10=80.02 avg60=0.00 avg300=0.00"
                        + " total=5\n");
        put(
                "pressure/memory",
                "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00"
                        + " avg300=0.00 total=0\n");
        put("meminfo", "MemTotal: 16410832 kB\nMemAvailable: 1204112 kB\nDirty: 340212 kB\nWriteback: 12880 kB\n");
        disks(100, 1_000, 200, 2_000, 0, 500);
    }

    @Test
    void saysWhatTheDisksDidSinceTheLookBefore() throws IOException {
        look.remember();
        at(98);
        disks(112, 1_070, 540, 86_320, 34, 5_500);
        look.remember();
        at(100);
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(12));
        disks(112, 1_070, 540, 86_320, 34, 7_512);

        StackDump dump = beside();
        assertTrue(dump.complete());
        assertEquals(0, dump.unreadCount());
        HostState host = dump.hostState();
        assertEquals(
                new HostState.Pressure(
                        OptionalLong.of(12),
                        OptionalDouble.empty(),
                        OptionalDouble.of(0),
                        OptionalDouble.of(0),
                        OptionalDouble.of(88.10),
                        OptionalDouble.of(80.02)),
                host.pressure().orElseThrow());
        assertEquals(
                List.of(
                        "Time of the last 10 s in which tasks stalled: for I/O 88 % (all of them 80 %), for memory"
                                + " 0 %.",
                        "Memory: 1.2 of 16.8 GB available, 348 MB to be written to disks, 13 MB being written.",
                        "Disk sda: 34 requests in flight, busy 100 % of 2.0 s."),
                host.sentences());
    }

    /** A look that is no second old would say what one request took. */
    @Test
    void comparesWithAnOlderLookWhereTheNewestIsTooYoung() throws IOException {
        look.remember();
        at(100);
        disks(112, 1_070, 540, 86_320, 34, 6_500);
        look.remember();
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(999));
        assertEquals(7_999, beside().hostState().disks().get(0).overMillis());
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
        assertEquals(1_000, beside().hostState().disks().get(0).overMillis());
    }

    @Test
    void saysLatenciesAndRates() throws IOException {
        look.remember();
        at(101);
        disks(112, 1_070, 544, 86_320, 3, 4_500);
        assertEquals(
                "Disk sda: 3 requests in flight, busy 50 % of 8.0 s; 1.5 reads a second, 5.8 ms each; 43 writes a"
                        + " second, 245.1 ms each.",
                beside().hostState().sentences().get(2));
    }

    @Test
    void saysNothingOfDisksThatItSeesForTheFirstTime() {
        at(100);
        HostState host = beside().hostState();
        assertEquals(List.of(), host.disks());
        assertEquals(2, host.sentences().size(), host.toString());
    }

    /** One odd line of a disk must not take the rest away. */
    @Test
    void saysTheRestWhereTheDisksCannotBeRead() throws IOException {
        put("diskstats", "   8       0 sda of another kernel\n");
        look.remember();
        at(100);
        assertEquals(2, beside().hostState().sentences().size());
    }

    @Test
    void leavesAnOldDumpAsItIs() {
        look.remember();
        at(106);
        RawDump raw = RawDump.of(DUMP.getBytes(StandardCharsets.US_ASCII));
        assertEquals(raw, look.beside(raw));
        at(99);
        assertEquals(raw, look.beside(raw), "from the future: another clock");
    }

    @Test
    void leavesADumpAsItIsWhereNothingCanBeRead() throws IOException {
        Files.delete(proc.resolve("meminfo"));
        at(100);
        RawDump raw = RawDump.of(DUMP.getBytes(StandardCharsets.US_ASCII));
        assertEquals(raw, look.beside(raw));
    }

    /** A file that never answers, as on a host that hangs; the dump is not kept waiting, nor is the next one. */
    @Test
    void doesNotWaitForAHostThatHangs() throws Exception {
        Files.delete(proc.resolve("meminfo"));
        Process made = new ProcessBuilder("mkfifo", proc.resolve("meminfo").toString()).start();
        assertEquals(0, made.waitFor());
        at(100);
        RawDump raw = RawDump.of(DUMP.getBytes(StandardCharsets.US_ASCII));
        long before = System.nanoTime();
        assertEquals(raw, look.beside(raw));
        assertEquals(raw, look.beside(raw));
        assertTrue(System.nanoTime() - before < TimeUnit.SECONDS.toNanos(30), "it waited for the file");
        // Lets the thread go.
        Files.writeString(proc.resolve("meminfo"), "MemTotal: 8 kB\n");
    }

    @Test
    void hasWhatTheKernelSaidLastWithoutAddresses() {
        messages = List.of(
                "<3>[ 1209.600012][   T74] blk_update_request: I/O error, dev sda, sector 2048",
                "<14>[ 1209.7] RIP: 0010:do_exit+0x1/0x2 RSP: 0018:ffffc9000012fe80 at 0xffff888100a5c000",
                "no level \"quoted\"");
        at(100);
        HostState host = beside().hostState();
        assertEquals(
                List.of(
                        "[ 1209.600012][   T74] blk_update_request: I/O error, dev sda, sector 2048",
                        "[ 1209.7] RIP: 0010:do_exit+0x1/0x2 RSP: 0018:(address) at (address)",
                        "no level \\\"quoted\\\""),
                host.log());
        assertEquals(OptionalInt.of(3), host.messages().get(0).level());
        assertEquals(OptionalInt.of(6), host.messages().get(1).level(), "its facility is not told");
        assertEquals(OptionalInt.empty(), host.messages().get(2).level());
    }

    /** What the kernel counts from 0 again is another disk of the same name. */
    @Test
    void saysNothingOfADiskThatWasExchanged() throws IOException {
        look.remember();
        at(100);
        disks(3, 10, 2, 20, 1, 5);
        assertFalse(beside().hostState().disks().stream()
                .anyMatch(disk -> disk.dev().escaped().equals("sda")));
    }

    private void at(long seconds) {
        now.set(TimeUnit.SECONDS.toNanos(seconds));
    }

    private StackDump beside() {
        return DumpParser.parse(look.beside(RawDump.of(DUMP.getBytes(StandardCharsets.US_ASCII))));
    }

    private void disks(int reads, int readMillis, int writes, int writeMillis, int inFlight, int busyMillis)
            throws IOException {
        put(
                "diskstats",
                String.format(
                        "   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0\n   8       0 sda %d 0 0 %d %d 0 0 %d %d %d 0\n",
                        reads, readMillis, writes, writeMillis, inFlight, busyMillis));
    }

    private void put(String name, String text) throws IOException {
        Files.writeString(proc.resolve(name), text);
    }
}
