package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UninterruptibleLookTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    Path root;

    /** What each reading of the clock adds: what a thread costs. */
    private final AtomicLong costNanos = new AtomicLong(1_000);

    private final AtomicLong cpu = new AtomicLong();
    private UninterruptibleLook look;

    @BeforeEach
    void lay() throws IOException {
        for (int pid = 1; pid <= 100; pid++) {
            Path task = Files.createDirectories(root.resolve(pid + "/task/" + pid));
            Files.writeString(
                    task.resolve("stat"), pid + " (x) " + (pid <= 7 ? 'D' : 'S') + " 1 1 1" + " 0".repeat(45) + "\n");
        }
        look = new UninterruptibleLook(new ProcFs(root), () -> cpu.addAndGet(costNanos.get()));
    }

    @Test
    void countsByItselfWhereThatIsCheap() throws IOException {
        assertEquals(OptionalInt.of(7), look.at(0));
    }

    @Test
    void takesTheNumberOfAScrapeWhileItIsOfTheSameTick() throws IOException {
        look.note(new TaskStates(10, Map.of(TaskState.UNINTERRUPTIBLE, 3), 0, 0, true), 10 * SECOND);
        assertEquals(OptionalInt.of(3), look.at(12 * SECOND));
        assertEquals(OptionalInt.of(7), look.at(13 * SECOND));
    }

    @Test
    void stopsAtItsBoundAndTriesAgainMuchLater() throws IOException {
        costNanos.set(Duration.ofMillis(1).toNanos());
        assertEquals(OptionalInt.empty(), look.at(0), "100 threads of a millisecond each");
        long used = cpu.get();
        assertEquals(true, used < Duration.ofMillis(60).toNanos(), used + " ns");
        costNanos.set(1_000);
        assertEquals(OptionalInt.empty(), look.at(300 * SECOND));
        look.note(new TaskStates(10, Map.of(TaskState.UNINTERRUPTIBLE, 3), 0, 0, true), 305 * SECOND);
        assertEquals(OptionalInt.of(3), look.at(306 * SECOND), "what costs nothing is still taken");
        assertEquals(OptionalInt.of(7), look.at(600 * SECOND));
    }

    @Test
    void saysNothingOfAProcThatIsEmpty(@TempDir Path empty) throws IOException {
        assertEquals(OptionalInt.empty(), new UninterruptibleLook(new ProcFs(empty)).at(0));
    }
}
