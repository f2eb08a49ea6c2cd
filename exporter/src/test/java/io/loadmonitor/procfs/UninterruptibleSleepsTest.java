package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a /proc made of files. */
final class UninterruptibleSleepsTest {
    @TempDir
    private Path root;

    private final UninterruptibleSleeps sleeps = new UninterruptibleSleeps();

    @Test
    void oneLookProvesNothing() throws IOException {
        thread(7, 'D', 100, 5);
        walk();
        assertEquals(Optional.empty(), sleeps.oldest());
    }

    @Test
    void whoHasNotRunBetweenTwoLooksSleptAllTheTime() throws IOException {
        thread(7, 'D', 100, 5);
        long before = System.nanoTime();
        walk();
        pause();
        walk();
        Duration first = sleeps.oldest().orElseThrow();
        assertTrue(first.toNanos() > 0 && first.toNanos() < System.nanoTime() - before, first.toString());
        pause();
        walk();
        assertTrue(sleeps.oldest().orElseThrow().compareTo(first) > 0);
    }

    @Test
    void whoRanInBetweenBeginsAnew() throws IOException {
        thread(7, 'D', 100, 5);
        walk();
        pause();
        thread(7, 'D', 100, 6);
        walk();
        assertEquals(Optional.empty(), sleeps.oldest());
        pause();
        walk();
        assertTrue(sleeps.oldest().isPresent());
    }

    @Test
    void anotherThreadOfTheSameNumberBeginsAnew() throws IOException {
        thread(7, 'D', 100, 5);
        walk();
        pause();
        thread(7, 'D', 200, 5);
        walk();
        assertEquals(Optional.empty(), sleeps.oldest());
    }

    @Test
    void theOldestCountsAndWhoWokeUpIsForgotten() throws IOException {
        thread(7, 'D', 100, 5);
        walk();
        pause();
        thread(8, 'D', 100, 5);
        walk();
        pause();
        walk();
        Duration both = sleeps.oldest().orElseThrow();
        thread(7, 'S', 100, 5);
        walk();
        assertTrue(sleeps.oldest().orElseThrow().compareTo(both) < 0, "8 is the younger one");
        thread(8, 'R', 100, 6);
        sleeps.lookAgain();
        assertEquals(Optional.empty(), sleeps.oldest());
    }

    @Test
    void looksAgainAtThoseThatItKnowsWithoutAWalk() throws IOException {
        thread(7, 'D', 100, 5);
        walk();
        pause();
        sleeps.lookAgain();
        assertTrue(sleeps.oldest().isPresent());
        Files.delete(root.resolve("7/task/7/stat"));
        sleeps.lookAgain();
        assertEquals(Optional.empty(), sleeps.oldest(), "it has ended");
    }

    @Test
    void whereTheKernelDoesNotCountNothingIsProven() throws IOException {
        thread(7, 'D', 100, 5);
        Files.writeString(root.resolve("7/task/7/schedstat"), "0 0 0\n");
        thread(8, 'D', 100, 5);
        Files.delete(root.resolve("8/task/8/schedstat"));
        walk();
        pause();
        walk();
        assertEquals(Optional.empty(), sleeps.oldest());
    }

    @Test
    void aWalkThatWasGivenUpForgetsNobody() throws IOException {
        thread(7, 'D', 100, 5);
        walk();
        pause();
        sleeps.gaveUp();
        walk();
        assertTrue(sleeps.oldest().isPresent());
    }

    /** Those that are known stay; of the others as many as there is room for. */
    @Test
    void remembersABoundedNumber() throws IOException {
        UninterruptibleSleeps few = new UninterruptibleSleeps(8);
        thread(1, 'D', 100, 5);
        walk(few);
        pause();
        for (int pid = 2; pid <= 20; pid++) {
            thread(pid, 'D', 100, 5);
        }
        for (int look = 1; look <= 3; look++) {
            walk(few);
            assertTrue(few.oldest().isPresent(), "the first is forgotten");
            assertTrue(few.size() >= 8 && few.size() <= 9, () -> few.size() + " are remembered");
        }
    }

    private void walk() throws IOException {
        walk(sleeps);
    }

    private void walk(UninterruptibleSleeps those) throws IOException {
        long began = System.nanoTime();
        new ThreadWalk(new ProcFs(root)).walk(() -> false, (files, stat) -> those.look(files, stat, began));
        those.walked();
    }

    /** Longer than a tick of any clock. */
    private static void pause() {
        long until = System.nanoTime() + 2_000_000;
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }

    private void thread(int pid, char state, long startTicks, int timesOnCpu) throws IOException {
        Path task = Files.createDirectories(root.resolve(pid + "/task/" + pid));
        Files.writeString(
                task.resolve("stat"),
                pid + " (vf) " + state + " 1 94 94 34816 94 4194304 101 0 0 0 0 0 0 0 20 0 1 0 " + startTicks
                        + " 2519040 190 18446744073709551615 4194304 4720477 140730915110736 0 0 0 0 0 0 1 0 0 17 0 0"
                        + " 0 0 0 0 4943344 4965884 36491264 140730915114885 140730915114895 140730915114895"
                        + " 140730915119090 0\n");
        Files.writeString(task.resolve("schedstat"), "5856863 7419146 " + timesOnCpu + "\n");
    }
}
