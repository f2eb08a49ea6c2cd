package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TaskStatesTest {
    @TempDir
    private Path root;

    @Test
    void countsByThreadAndLeavesItsOwnOutOfRunning() throws IOException {
        Files.createSymbolicLink(root.resolve("self"), Path.of("50"));
        thread(7, 7, "busy/stat");
        thread(7, 8, "vfork-parent/stat");
        thread(7, 9, "vfork-parent/stat");
        thread(7, 10, "busy/stat");
        thread(12, 12, "idle-worker/stat");
        thread(13, 13, "odd-names/stat");
        thread(50, 50, "busy/stat");
        thread(50, 51, "odd-names/stat");
        TaskStates states = TaskStates.count(new ProcFs(root), () -> false, (thread, stat) -> {});
        assertEquals(8, states.threads());
        assertEquals(1, states.ownRunning());
        assertEquals(2, states.of(TaskState.RUNNING));
        assertEquals(2, states.of(TaskState.UNINTERRUPTIBLE));
        assertEquals(1, states.of(TaskState.IDLE));
        assertEquals(2, states.of(TaskState.SLEEPING));
        assertTrue(states.complete());
    }

    @Test
    void hasEveryStateAlsoThoseThatNoneIsIn() {
        TaskStates states = new TaskStates(0, Map.of(), 0, 0, true);
        assertEquals(Set.of(TaskState.values()), states.counts().keySet());
        assertEquals(0, states.of(TaskState.ZOMBIE));
    }

    @Test
    void saysWhenItWasStopped() throws IOException {
        thread(7, 7, "busy/stat");
        assertFalse(TaskStates.count(new ProcFs(root), () -> true, (thread, stat) -> {})
                .complete());
    }

    @Test
    void addsUpOnThisHost() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        int before = TaskStates.count(ProcFs.ofThisHost(), () -> false, (thread, stat) -> {})
                .threads();
        Thread[] sleepers = new Thread[200];
        for (int i = 0; i < sleepers.length; i++) {
            sleepers[i] = new Thread(() -> {
                try {
                    end.await();
                } catch (InterruptedException ignored) {
                    Thread.currentThread().interrupt();
                }
            });
            sleepers[i].start();
        }
        try {
            TaskStates states = TaskStates.count(ProcFs.ofThisHost(), () -> false, (thread, stat) -> {});
            int sum = states.counts().values().stream()
                    .mapToInt(Integer::intValue)
                    .sum();
            assertEquals(states.threads(), sum + states.ownRunning());
            assertTrue(states.ownRunning() >= 1, "this thread runs while it counts");
            assertTrue(states.threads() >= before + sleepers.length / 2, before + " -> " + states.threads());
        } finally {
            end.countDown();
            for (Thread sleeper : sleepers) {
                sleeper.join();
            }
        }
    }

    private void thread(long pid, long tid, String capture) throws IOException {
        Path directory = Files.createDirectories(root.resolve(pid + "/task/" + tid));
        Files.write(directory.resolve("stat"), Capture.read(capture).getBytes(StandardCharsets.ISO_8859_1));
    }
}
