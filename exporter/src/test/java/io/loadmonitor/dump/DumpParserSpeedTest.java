package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Not a benchmark: it fails when reading is no longer linear, and prints what it took. CPU time, for tests share
 * the machine.
 */
final class DumpParserSpeedTest {
    private static final int TASKS = 10_000;

    @Test
    void readsAndExplainsTenThousandTasksInTime() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        RawDump raw = Dumps.raw(text());
        for (int run = 1; run <= 3; run++) {
            long start = threads.getCurrentThreadCpuTime();
            StackDump dump = DumpParser.parse(raw);
            long parsed = threads.getCurrentThreadCpuTime();
            LoadBreakdown breakdown = LoadBreakdown.of(dump);
            String headline = breakdown.headline();
            long explained = threads.getCurrentThreadCpuTime();
            assertTrue(dump.complete());
            assertEquals(TASKS, breakdown.tasks());
            assertEquals(100, breakdown.parts().size(), headline);
            System.out.printf(
                    Locale.ROOT,
                    "%,d tasks with a stack each, %,d bytes, run %d: parsed in %.1f ms of CPU, explained in %.1f ms%n",
                    TASKS,
                    raw.sizeBytes(),
                    run,
                    (parsed - start) / 1e6,
                    (explained - parsed) / 1e6);
            assertTrue(explained - start < 2_000_000_000L, "took " + (explained - start) + " ns of CPU time");
        }
    }

    /** The worst case: no two tasks share a stack, and the stacks come in an order of their own. */
    private static String text() {
        StringBuilder text = new StringBuilder("load_monitor dump version=1 id=1 source=kmod\n");
        for (int i = TASKS; i >= 1; i--) {
            text.append("stack id=").append(i).append(" tasks=1\n  schedule_timeout+0x46/0x80\n");
            text.append("  wait_for_").append(i % 100).append("+0x1/0x20 [ext4]\n");
            for (int depth = 0; depth < 14; depth++) {
                text.append("  caller_").append((i * 31 + depth) % 3000);
                text.append("+0x").append(Integer.toHexString(i % 8)).append("/0x3e0\n");
            }
        }
        for (int i = 1; i <= TASKS; i++) {
            text.append("task pid=")
                    .append(i)
                    .append(" tgid=")
                    .append(i)
                    .append(" ppid=1 cpu=0 state=D on=sleep since_ms=35000 switches=12 start_ns=2980000000 stack=")
                    .append(i)
                    .append(" cgroup=\"/system.slice/db.service\" comm=\"worker\\x20")
                    .append(i % 50)
                    .append("\"\n");
        }
        return text.append("end id=1 tasks=").append(TASKS).append('\n').toString();
    }
}
