package io.loadmonitor.capture;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A look at files that may hang, on a host that does: in a thread of its own, for which nobody waits longer than a
 * while, and of which there is one at a time. Safe for use by several threads; while one waits, others do.
 */
final class TimedLook<T> {
    private final String name;
    private final Duration time;
    private final Callable<T> look;
    // Guarded by this.
    private FutureTask<T> newest;

    /** No look came to its end. */
    static final class FailedException extends Exception {
        private static final long serialVersionUID = 1L;

        FailedException(String message) {
            super(message);
        }
    }

    /**
     * @param name of its thread
     * @param time that a look may take
     */
    TimedLook(String name, Duration time, Callable<T> look) {
        this.name = name;
        this.time = time;
        this.look = look;
        this.newest = new FutureTask<>(look);
        newest.cancel(false);
    }

    /** @throws FailedException when it fails, takes too long, or an earlier one has not come back yet */
    synchronized T now() throws FailedException {
        if (!newest.isDone()) {
            throw new FailedException("an earlier look has not come back");
        }
        newest = new FutureTask<>(look);
        Thread thread = new Thread(newest, name);
        thread.setDaemon(true);
        thread.start();
        try {
            return newest.get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            throw new FailedException(String.valueOf(failed.getCause()));
        } catch (TimeoutException late) {
            throw new FailedException("it takes longer than " + time.toMillis() + " ms");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new FailedException("interrupted");
        }
    }
}
