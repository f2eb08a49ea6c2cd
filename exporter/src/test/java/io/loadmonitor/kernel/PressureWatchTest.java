package io.loadmonitor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On the real files where the kernel has them. That all tasks stall cannot be had without harm to the host; that some
 * task waits for a CPU for 20 ms can, and goes the same way.
 */
final class PressureWatchTest {
    private static final Path PROC = Path.of("/proc");
    private static final Duration WINDOW = Duration.ofSeconds(2);

    @TempDir
    private Path folder;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    private void hear(String resource, int percent) {
        heard.add(resource + ' ' + percent);
    }

    @Test
    void hearsOfAStallFromTheKernel() throws Exception {
        Assumptions.assumeTrue(Files.isWritable(PROC.resolve("pressure/cpu")), "this kernel tells no pressure");
        List<Thread> busy = new ArrayList<>();
        try (PressureWatch watch = new PressureWatch(PROC, "some", WINDOW, this::hear)) {
            watch.watch(Map.of("cpu", 1));
            assertEquals(Optional.empty(), watch.obstacle("cpu"));
            for (int i = 0; i <= 2 * Runtime.getRuntime().availableProcessors(); i++) {
                busy.add(new Thread(PressureWatchTest::spin));
                busy.get(i).start();
            }
            assertEquals("cpu 1", heard.poll(30, TimeUnit.SECONDS));
            assertEquals("cpu 1", heard.poll(30, TimeUnit.SECONDS), "again and again while it lasts");

            watch.watch(Map.of("cpu", 2));
            heard.clear();
            assertEquals("cpu 2", heard.poll(30, TimeUnit.SECONDS), "another share is in force at once");
            watch.watch(Map.of());
            heard.clear();
            assertEquals(null, heard.poll(5, TimeUnit.SECONDS), "nothing is watched any more");
        } finally {
            busy.forEach(Thread::interrupt);
        }
    }

    private static void spin() {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!Thread.currentThread().isInterrupted() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void theKernelTakesWhatIsWrittenForAllTasks() throws Exception {
        for (String resource : List.of("memory", "io")) {
            Path file = PROC.resolve("pressure").resolve(resource);
            Assumptions.assumeTrue(Files.isWritable(file), "this kernel tells no pressure");
            for (int percent : List.of(1, 100)) {
                try (PressureTrigger trigger = PressureTrigger.open(
                        file, "full", WINDOW.multipliedBy(percent).dividedBy(100), WINDOW)) {
                    trigger.await(1);
                }
            }
            SystemCallException refused = assertThrows(
                    SystemCallException.class, () -> PressureTrigger.open(file, "full", WINDOW.plusMillis(1), WINDOW));
            assertTrue(refused.is(Errno.EINVAL), refused.getMessage());
        }
    }

    @Test
    void saysWhatIsInTheWayAndGoesOn() throws Exception {
        try (PressureWatch watch = new PressureWatch(folder, WINDOW, this::hear)) {
            watch.watch(Map.of("memory", 50, "io", 90));
            assertTrue(
                    watch.obstacle("memory").orElseThrow().startsWith("this kernel tells no pressure (open "),
                    watch.obstacle("memory").toString());
            watch.watch(Map.of("io", 90));
            assertEquals(Optional.empty(), watch.obstacle("memory"), "is not to be watched any more");
            assertTrue(watch.obstacle("io").isPresent());

            Files.createDirectories(folder.resolve("pressure"));
            Files.writeString(folder.resolve("pressure/io"), "");
            watch.watch(Map.of("io", 90));
            assertEquals(Optional.empty(), watch.obstacle("io"));
            assertEquals("full 1800000 2000000\0", Files.readString(folder.resolve("pressure/io")));
        }
        assertTrue(heard.isEmpty());
    }

    @Test
    void everyRefusalHasItsWords() throws Exception {
        Files.createDirectories(folder.resolve("pressure/io"));
        try (PressureWatch watch = new PressureWatch(folder, WINDOW, this::hear)) {
            watch.watch(Map.of("io", 1));
            String obstacle = watch.obstacle("io").orElseThrow();
            assertTrue(obstacle.endsWith("pressure/io: error number 21"), obstacle);
            assertFalse(obstacle.contains("psi"), obstacle);
        }
    }
}
