package io.loadmonitor.kernellog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile texts cost time in proportion to their length, and no more memory than the limits allow. */
final class KernelLogLimitsTest {
    private static final int BYTES = 4 << 20;
    private static final long MOST_NANOS = 20_000_000_000L;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "task:",
                "task: state:D ",
                "a D ",
                " D 0 ",
                "state:D stack: 0 pid: ",
                "INFO: task a:1 ",
                ": ",
                "[<",
                "(a) from (",
                "<ffffffff8030b0e7>{a+1} ",
                "f+0x1/0x2 ",
                "[ ",
                "Nov 22 ",
                "r10:00000000 ",
                "00000000 ",
                "RIP: 0",
                "==> /proc/",
                "/proc/1/",
                "uninterrupted task, comm: , pid 1",
                "a ",
                "1 ",
                " ",
                ".a: ",
                "S a 1 1.000000 ",
                "\t",
                "a:1 [inline] ",
                "{\"a\":\"b\",",
                "a;b;c 1 ",
                "\u001b[1m",
                "&lt;",
                "ps -o a,b,",
                "A B ",
                "in-flight: 1:a ",
                "#0 [ffff] a at ",
                "f (a:1 (discriminator 1) ",
                "2026-03-03T04:05:06 a: ",
                "[  812.400013] ",
                "2026-03-03T04:05:06Z stdout P ",
                " blocked for more than 1 seconds.",
                "INFO: task a:1 blocked for more than ",
                "root 1 0.0 0.0 1 1 ? D 1:11 0:00 "
            })
    void readsLongLinesOfAnyPieceInTime(String piece) {
        for (int length : new int[] {250, 1_000, 60_000}) {
            String line = piece.repeat(length / piece.length()) + '\n';
            inTime(line.repeat(BYTES / 4 / line.length()));
        }
    }

    @Test
    void readsManyReportsTasksAndFramesInTime() {
        KernelLog log =
                inTime("sysrq: Show State\ntask:a state:D stack:0 pid:1 ppid:2 flags:0x0\n f+0x1/0x2\n".repeat(20_000));
        assertEquals(10_000, log.reports().size());
        assertTrue(log.unread() > 0, "what is beyond the limit is unread");
        inTime(("sysrq: Show State\n" + "task:a state:D stack:0 pid:1 ppid:2 flags:0x0\n f+0x1/0x2\n".repeat(60_000)));
        KernelLog deep = inTime("INFO: task a:1 blocked for more than 1 seconds.\n" + " f+0x1/0x2\n".repeat(1_000));
        assertEquals(1_000 - 511, deep.unread(), "frames of one task");
    }

    @Test
    void forgetsCallersBeyondTheLimit() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            text.append("[  1.0][  T")
                    .append(i)
                    .append("] INFO: task a:")
                    .append(i)
                    .append(" blocked for more than 1 seconds.\n");
        }
        assertEquals(5_000, inTime(text.toString()).understood());
    }

    /** As a log of everyday looks: other programs' lines, and one report at its end. */
    @Test
    void readsATextOfAnySizeLineByLine() throws IOException {
        long size = Long.getLong("explain.megabytes", 16) * 1_000_000;
        byte[] line = "Mar  3 04:05:06 box app[812]: request served in 12 ms from cache, status 200\n"
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] report = ("Mar  3 04:05:07 box kernel: INFO: task cp:930 blocked for more than 120 seconds.\n"
                        + "Mar  3 04:05:07 box kernel: cp              D    0   930    901 0x00000000\n"
                        + "Mar  3 04:05:07 box kernel: Call Trace:\n"
                        + "Mar  3 04:05:07 box kernel:  rpc_wait_bit_killable+0x24/0xb0 [sunrpc]\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        int lines = (int) (size / line.length);
        InputStream text = new SequenceInputStream(new Repeated(line, lines), new ByteArrayInputStream(report));
        AtomicLong told = new AtomicLong();
        KernelLog log = KernelLogReader.read(text, (bytes, read) -> {
            assertTrue(bytes > told.getAndSet(bytes), "progress goes on");
        });
        assertTrue(told.get() > size - 2_000_000, "told of " + told + " of " + size + " bytes");
        assertEquals(lines + 4, log.lines());
        assertEquals(0, log.unread());
        LogReport only = LogTexts.only(log);
        assertEquals(lines + 1, only.firstLine());
        assertEquals(930, only.dump().tasks().get(0).pid());
    }

    private static final class Repeated extends InputStream {
        private final byte[] line;
        private int left;
        private int at;

        Repeated(byte[] line, int times) {
            this.line = line;
            this.left = times;
        }

        @Override
        public int read() {
            if (left == 0) {
                return -1;
            }
            int next = line[at++] & 0xff;
            if (at == line.length) {
                at = 0;
                left--;
            }
            return next;
        }
    }

    private static KernelLog inTime(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        KernelLog log = KernelLogReader.read(bytes);
        long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
        assertTrue(nanos < MOST_NANOS, bytes.length + " bytes took " + nanos + " ns of CPU time");
        assertEquals(log.lines(), log.understood() + log.skipped() + log.unread());
        return log;
    }
}
