package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ThreadWalkTest {
    @TempDir
    private Path root;

    @Test
    void visitsEveryThreadOfEveryProcess() throws IOException {
        thread(7, 7, Capture.read("busy/stat"));
        thread(7, 8, Capture.read("vfork-parent/stat"));
        thread(12, 12, Capture.read("idle-worker/stat"));
        Files.createDirectories(root.resolve("sys/kernel"));
        Files.createDirectories(root.resolve("self/task/7"));
        TreeSet<String> visited = new TreeSet<>();
        ThreadWalk.Outcome outcome = new ThreadWalk(new ProcFs(root))
                .walk(
                        () -> false,
                        (files, stat) ->
                                visited.add(files.tgid() + ":" + stat.state().letter()));
        assertEquals(new TreeSet<>(List.of("7:R", "7:D", "12:I")), visited);
        assertEquals(new ThreadWalk.Outcome(3, 0, true), outcome);
    }

    @Test
    void passesOverThreadsAndProcessesThatEndedMeanwhile() throws IOException {
        thread(7, 7, Capture.read("busy/stat"));
        Files.createDirectories(root.resolve("7/task/8"));
        Files.createDirectories(root.resolve("9"));
        assertEquals(
                new ThreadWalk.Outcome(1, 0, true),
                new ThreadWalk(new ProcFs(root)).walk(() -> false, (files, stat) -> {}));
    }

    @Test
    void countsWhatItCannotUnderstand() throws IOException {
        thread(7, 7, "garbage");
        assertEquals(
                new ThreadWalk.Outcome(0, 1, true),
                new ThreadWalk(new ProcFs(root)).walk(() -> false, (files, stat) -> {}));
    }

    @Test
    void stopsWhenToldAndSaysSo() throws IOException {
        for (int pid = 1; pid <= 5; pid++) {
            thread(pid, pid, Capture.read("busy/stat"));
        }
        List<Long> visited = new ArrayList<>();
        ThreadWalk.Outcome outcome = new ThreadWalk(new ProcFs(root))
                .walk(() -> visited.size() == 2, (files, stat) -> visited.add(files.tgid()));
        assertEquals(new ThreadWalk.Outcome(2, 0, false), outcome);
    }

    @Test
    void failsWhereThereIsNoProc() {
        Path missing = root.resolve("missing");
        assertThrows(
                NoSuchFileException.class,
                () -> new ThreadWalk(new ProcFs(missing)).walk(() -> false, (files, stat) -> {}));
    }

    @Test
    void survivesThreadsThatComeAndGoOnThisHost() throws Exception {
        Thread churn = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                Thread brief = new Thread(() -> {});
                brief.start();
                try {
                    brief.join();
                } catch (InterruptedException end) {
                    return;
                }
            }
        });
        churn.start();
        try {
            for (int round = 0; round < 20; round++) {
                ThreadWalk.Outcome outcome = new ThreadWalk(ProcFs.ofThisHost()).walk(() -> false, (files, stat) -> {});
                assertTrue(outcome.complete() && outcome.threads() > 10, outcome.toString());
            }
        } finally {
            churn.interrupt();
            churn.join();
        }
    }

    private void thread(long pid, long tid, String stat) throws IOException {
        Path directory = Files.createDirectories(root.resolve(pid + "/task/" + tid));
        Files.write(directory.resolve("stat"), stat.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }
}
