package io.loadmonitor.web;

import io.javalin.http.Handler;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many answers are built at a time that need much memory for a moment: pages, reports, flame graphs, files. A
 * parsed dump of 10,000 tasks and what is made of it take some 30 MB; the memory is sized for two. Safe for use by
 * several threads.
 */
final class Builds {
    private static final int MOST = 2;
    private static final long MAX_WAIT_SECONDS = 10;
    private static final int RETRY_SECONDS = 5;

    private final Semaphore places = new Semaphore(MOST, true);

    /** What needs a place. */
    interface Work<T, E extends Exception> {
        T run() throws E;
    }

    /**
     * Waits for a place, 10 seconds at most, and holds it while the work is done.
     *
     * @throws Refusal 503 when there is none in that time
     */
    <T, E extends Exception> T run(Work<T, E> work) throws E {
        enter();
        try {
            return work.run();
        } finally {
            places.release();
        }
    }

    /** A handler that holds a place until it has its answer, which then is in memory or can be read in parts. */
    Handler within(Handler handler) {
        return context -> run(() -> {
            handler.handle(context);
            return context;
        });
    }

    private void enter() {
        boolean entered = false;
        try {
            entered = places.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!entered) {
            throw busy();
        }
    }

    /** Too many ask for such answers. */
    static Refusal busy() {
        return new Refusal(
                503,
                "busy",
                "Too much is asked for at once. Try again in a few seconds.",
                Map.of("Retry-After", Integer.toString(RETRY_SECONDS)));
    }
}
