package io.loadmonitor.e2e;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Waits for things that happen in other processes. */
final class Wait {
    private static final long STEP_MILLIS = 200;

    private Wait() {}

    /**
     * Asks {@code probe} every 200 ms until it gives something.
     *
     * @param evidence what to show when it never does
     */
    static <T> T until(String what, Duration limit, Supplier<Optional<T>> probe, Supplier<String> evidence) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            Optional<T> found = probe.get();
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + limit.toSeconds() + " s in vain: " + what + "\n" + evidence.get());
            }
            pause(what);
        }
    }

    /**
     * Asks {@code probe} every 200 ms until it gives something, for as long as {@code progress} moves: how long that
     * takes depends on what else the host does, and says nothing. Gives up when nothing moved for
     * {@link Progress#PATIENCE}.
     *
     * @param what is expected
     * @param evidence what to show when it never comes
     */
    static <T> T whileMoving(String what, Progress progress, Supplier<Optional<T>> probe, Supplier<String> evidence) {
        return whileMoving(what, progress, Progress.PATIENCE, probe, evidence);
    }

    static <T> T whileMoving(
            String what, Progress progress, Duration patience, Supplier<Optional<T>> probe, Supplier<String> evidence) {
        long start = System.nanoTime();
        long moved = start;
        while (true) {
            Optional<T> found = probe.get();
            if (found.isPresent()) {
                return found.get();
            }
            long now = System.nanoTime();
            if (progress.moved()) {
                moved = now;
            } else if (now - moved > patience.toNanos()) {
                throw new AssertionError("expected: " + what
                        + "\ncame so far: " + progress.text()
                        + "\nnothing moved for " + seconds(now - moved) + " s; waited " + seconds(now - start)
                        + " s in all"
                        + "\nto run it again: " + runAgain() + "\n" + evidence.get());
            }
            pause(what);
        }
    }

    private static long seconds(long nanos) {
        return Duration.ofNanos(nanos).toSeconds();
    }

    /** Of the test that waits, which is somewhere among the callers; the demo is none. */
    private static String runAgain() {
        return StackWalker.getInstance()
                .walk(frames -> frames.flatMap(
                                frame -> Stream.of(frame.getClassName().split("[.$]")))
                        .filter(name -> name.endsWith("IT"))
                        .findFirst())
                .map(test -> "mvn -B -ntp -pl exporter verify -Dskip.unit.tests=true -Dit.test=" + test)
                .orElse("make demo");
    }

    private static void pause(String what) {
        try {
            Thread.sleep(STEP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting: " + what);
        }
    }
}
