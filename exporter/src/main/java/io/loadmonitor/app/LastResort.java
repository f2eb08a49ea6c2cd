package io.loadmonitor.app;

import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a fault that nobody caught: the process ends, and who started it starts it anew, with all that the
 * archive has accepted. A server that goes on without one of its threads answers 202 to alerts of which no dump is ever
 * taken, and nobody knows.
 */
final class LastResort implements Thread.UncaughtExceptionHandler {
    /** EX_SOFTWARE of sysexits.h. */
    static final int FAULT = 70;

    private static final Logger LOG = LoggerFactory.getLogger(LastResort.class);

    private final IntConsumer end;

    /** @param end given the exit code */
    LastResort(IntConsumer end) {
        this.end = end;
    }

    /** For every thread of this process from now on. Without the shutdown hooks: one of them may be what hangs. */
    static void install() {
        Thread.setDefaultUncaughtExceptionHandler(new LastResort(Runtime.getRuntime()::halt));
    }

    /** For tasks of an executor, which keeps what they throw to itself. */
    static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (Error e) {
                Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
                if (handler != null) {
                    handler.uncaughtException(Thread.currentThread(), e);
                }
                throw e;
            }
        };
    }

    @Override
    public void uncaughtException(Thread thread, Throwable fault) {
        try {
            LOG.error("Thread {} ended by a fault that nobody caught, so the process ends", thread.getName(), fault);
        } finally {
            end.accept(FAULT);
        }
    }
}
