package io.loadmonitor.e2e;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Waits for things that happen in other processes. */
final class Wait {
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
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting: " + what);
            }
        }
    }
}
