package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OwnThreadsTest {
    private static final Duration NO_TIME = Duration.ZERO;

    @TempDir
    Path root;

    @Test
    void findsTheOneThatTheKernelHolds() throws Exception {
        thread(7, "main", 'S', 100);
        thread(8, "archive", 'D', 100);
        assertEquals(Optional.of("archive (8)"), threads().uninterruptibleThroughout(3, NO_TIME));
        thread(8, "archive", 'S', 100);
        assertEquals(Optional.empty(), threads().uninterruptibleThroughout(3, NO_TIME));
    }

    @Test
    void passesOverWhoIsInItForAMoment() throws Exception {
        thread(8, "archive", 'D', 100);
        Thread later = new Thread(() -> {
            try {
                Thread.sleep(300);
                thread(8, "archive", 'S', 100);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        later.start();
        assertEquals(Optional.empty(), threads().uninterruptibleThroughout(200, Duration.ofMillis(10)));
        later.join();
    }

    @Test
    void readsItsOwnOfARealSystem() throws Exception {
        assertEquals(
                Optional.empty(),
                new OwnThreads(ProcFs.ofThisHost()).uninterruptibleThroughout(5, Duration.ofMillis(20)));
        assertEquals(Optional.empty(), threads().uninterruptibleThroughout(2, NO_TIME), "there is no /proc");
    }

    private OwnThreads threads() {
        return new OwnThreads(new ProcFs(root));
    }

    private void thread(long tid, String comm, char state, long startTicks) throws IOException {
        Path folder = Files.createDirectories(root.resolve("self/task/" + tid));
        Path next = Files.writeString(
                root.resolve("next"),
                tid + " (" + comm + ") " + state + " 1 7 7 0 -1 4194368 1 0 0 0 0 0 0 0 20 0 30 0 " + startTicks
                        + " 1 1 18446744073709551615 1 1 0 0 0 0 0 0 16800975 0 0 0 -1 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
        Files.move(next, folder.resolve("stat"), StandardCopyOption.ATOMIC_MOVE);
    }
}
