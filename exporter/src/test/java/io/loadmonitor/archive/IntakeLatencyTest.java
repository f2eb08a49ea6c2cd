package io.loadmonitor.archive;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a durable alert costs on this disk. The figures are printed; the bound only catches what is broken. */
final class IntakeLatencyTest {
    private static final int ALERTS = 500;

    @TempDir
    Path folder;

    @Test
    void takesAnAlertInWithinMilliseconds() throws Exception {
        ArchiveSettings settings = new ArchiveSettings(
                folder.resolve("a.db"),
                "vm",
                new Retention(100_000, Duration.ofDays(30), 1 << 30, 0),
                CaptureLimits.DEFAULT.withWaiting(10_000));
        long[] nanos = new long[ALERTS];
        long[] repeated = new long[ALERTS];
        try (Archive archive = Archive.open(settings, Clock.systemUTC())) {
            for (int i = -100; i < ALERTS; i++) {
                List<RoutedAlert> alert =
                        List.of(TestAlerts.routed(TestAlerts.firing(i, DumpTexts.NOON.plusSeconds(i))));
                long begin = System.nanoTime();
                archive.takeIn(alert);
                long taken = System.nanoTime();
                archive.takeIn(alert);
                if (i >= 0) {
                    nanos[i] = taken - begin;
                    repeated[i] = System.nanoTime() - taken;
                }
            }
        }
        long[] flushes = flush(folder.resolve("flush"));
        Arrays.sort(nanos);
        Arrays.sort(repeated);
        System.out.printf(
                "IntakeLatencyTest: new alert p50 %.2f ms, p99 %.2f ms, max %.2f ms; repeated p50 %.3f ms;"
                        + " a bare 4 KiB write and flush p50 %.2f ms, p99 %.2f ms (%s)%n",
                nanos[ALERTS / 2] / 1e6,
                nanos[ALERTS * 99 / 100] / 1e6,
                nanos[ALERTS - 1] / 1e6,
                repeated[ALERTS / 2] / 1e6,
                flushes[ALERTS / 2] / 1e6,
                flushes[ALERTS * 99 / 100] / 1e6,
                Files.getFileStore(folder).type());
        assertTrue(nanos[ALERTS / 2] < 500_000_000, "the median alert took " + nanos[ALERTS / 2] + " ns");
    }

    /** What no database on this disk can be quicker than. */
    private static long[] flush(Path file) throws IOException {
        long[] nanos = new long[ALERTS];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int i = 0; i < ALERTS; i++) {
                long begin = System.nanoTime();
                channel.write(ByteBuffer.allocate(4096));
                channel.force(false);
                nanos[i] = System.nanoTime() - begin;
            }
        }
        Arrays.sort(nanos);
        return nanos;
    }
}
