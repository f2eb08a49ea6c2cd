package io.loadmonitor.capture;

import io.loadmonitor.dump.RawDump;
import io.loadmonitor.kernel.KernelModule;
import io.loadmonitor.kernel.LastId;
import io.loadmonitor.kernel.SystemCallException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every dump that the module took by itself, or at somebody else's request, to a consumer: first those that are
 * in its ring already, then each new one within milliseconds. A dump that the consumer throws on is given to it again
 * later, so it must bear to see one twice. The module may be unloaded and loaded again meanwhile.
 */
public final class KernelDumpWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KernelDumpWatcher.class);

    /** How often to look whether the module is there, and whether something that failed works again. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    /** The longest wait in the kernel, which nothing interrupts: so long may {@link #close} take. */
    private static final int POLL_MILLIS = 1000;

    private final KernelModule module;
    private final KernelModuleSource source;
    private final Consumer<RawDump> consumer;
    private final Duration retry;
    private final int pollMillis;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;
    /** The newest dump that needs no more looking at. Used by the thread alone. */
    private long seen;

    private volatile long lost;
    private volatile String state = "";

    private KernelDumpWatcher(
            KernelModule module,
            KernelModuleSource source,
            Consumer<RawDump> consumer,
            Duration retry,
            int pollMillis) {
        this.module = module;
        this.source = source;
        this.consumer = consumer;
        this.retry = retry;
        this.pollMillis = pollMillis;
        this.thread = new Thread(this::run, "kernel-dump-watcher");
        this.thread.setDaemon(true);
    }

    /** Starts watching in a thread of its own; the consumer is called on that thread. */
    public static KernelDumpWatcher start(KernelModule module, KernelModuleSource source, Consumer<RawDump> consumer) {
        return start(module, source, consumer, RETRY, POLL_MILLIS);
    }

    static KernelDumpWatcher start(
            KernelModule module,
            KernelModuleSource source,
            Consumer<RawDump> consumer,
            Duration retry,
            int pollMillis) {
        KernelDumpWatcher watcher = new KernelDumpWatcher(module, source, consumer, retry, pollMillis);
        watcher.thread.start();
        return watcher;
    }

    /** Dumps that the module overwrote before they could be read, since start. */
    public long lost() {
        return lost;
    }

    /** What it is doing, for people. */
    public String state() {
        return state;
    }

    /** Stops and waits for the thread, which is at most the time of one wait plus one call of the consumer. */
    @Override
    public void close() {
        stopped.countDown();
        try {
            thread.join(2L * POLL_MILLIS + 3000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!isStopped()) {
            try {
                if (module.present()) {
                    watch();
                } else {
                    absent();
                }
            } catch (NoSuchFileException gone) {
                absent();
            } catch (SystemCallException failed) {
                if (failed.isAbsence()) {
                    absent();
                } else {
                    enter("failed: " + failed.getMessage());
                }
            } catch (IOException | RuntimeException failed) {
                enter("failed: " + failed);
            }
            pause();
        }
        enter("stopped");
    }

    /** The ids of a module that is loaded again start again. */
    private void absent() {
        seen = 0;
        enter("waiting for the kernel module to be loaded");
    }

    private void watch() throws IOException {
        try (LastId lastId = module.openLastId()) {
            while (!isStopped() && module.present()) {
                // Read before looking at the device: a dump that ends in between changes the file again.
                long newest = lastId.read();
                if (newest < seen) {
                    seen = 0;
                }
                if (newest != seen) {
                    deliver();
                    seen = Math.max(seen, newest);
                }
                enter("watching the kernel module");
                lastId.await(pollMillis);
            }
        }
        if (!isStopped()) {
            absent();
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // by this thread alone
    private void deliver() throws IOException {
        KernelModuleSource.Found found = source.found(seen);
        if (found.lost() > 0) {
            lost = lost + found.lost();
            LOG.warn("The kernel module overwrote {} dumps before they could be read", found.lost());
        }
        for (KernelModuleSource.FoundDump dump : found.dumps()) {
            consumer.accept(dump.dump());
            seen = dump.id();
        }
        seen = found.newestId();
    }

    private void enter(String next) {
        if (!next.equals(state)) {
            state = next;
            if (next.startsWith("failed")) {
                LOG.warn("Dumps that the kernel module takes by itself: {}", next);
            } else {
                LOG.info("Dumps that the kernel module takes by itself: {}", next);
            }
        }
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }

    private void pause() {
        try {
            stopped.await(retry.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            stopped.countDown();
        }
    }
}
