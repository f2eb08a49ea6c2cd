package io.loadmonitor.metrics;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A reader that asks the disk, on a thread of its own: a disk that does not answer holds that thread, and not the
 * scrape, which then lacks this reader's families alone. While it is held, later scrapes do not wait at all. Safe for
 * use by several threads.
 */
final class TimedReader implements FamilyReader {
    private final FamilyReader reader;
    private final Duration most;
    private final ExecutorService thread;

    /** Guarded by this: the reading that has not ended. */
    private Future<?> held = CompletableFuture.completedFuture(null);

    /** @param most that one reading may take */
    TimedReader(FamilyReader reader, Duration most) {
        this.reader = reader;
        this.most = most;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "collector-" + reader.collector());
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public String collector() {
        return reader.collector();
    }

    @Override
    public Set<Family> families() {
        return reader.families();
    }

    @Override
    public synchronized void read(Samples samples) throws Exception {
        if (!held.isDone()) {
            throw new IOException("collector " + collector() + " still waits for the disk, since an earlier scrape");
        }
        Samples own = new Samples();
        Future<?> reading = thread.submit(() -> {
            reader.read(own);
            return null;
        });
        held = reading;
        try {
            reading.get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException(
                    "collector " + collector() + " has waited for the disk for " + most.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
        samples.addAll(own);
    }
}
