package io.loadmonitor.metrics;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A reader that asks the disk, read at each tick on a thread of its own, so that a scrape finds its families already
 * there. One that comes after an event reads anew, so nothing that was counted is shown late; what changes without one
 * is at most a tick old. While reading fails, each scrape tries it and says why it failed. Safe for use by several
 * threads.
 */
final class TickedReader implements FamilyReader, AutoCloseable {
    /** One tick and a late one: then whatever ticks is in trouble, and the scrape looks itself. */
    private static final int TICKS_KEPT = 2;

    private final FamilyReader reader;
    private final LongSupplier events;
    private final long keptNanos;
    private final LongSupplier nanos;
    private final ScheduledThreadPoolExecutor ticking = new ScheduledThreadPoolExecutor(1, this::thread);
    private volatile @Nullable Kept kept;

    /** @param events how many have been so far */
    TickedReader(FamilyReader reader, Duration tick, LongSupplier events) {
        this(reader, tick, events, System::nanoTime);
        // What ends it is close() alone: a tick throws nothing.
        Future<?> unused = ticking.scheduleWithFixedDelay(this::tick, 0, tick.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Without ticks. */
    TickedReader(FamilyReader reader, Duration tick, LongSupplier events, LongSupplier nanos) {
        this.reader = reader;
        this.events = events;
        this.keptNanos = TICKS_KEPT * tick.toNanos();
        this.nanos = nanos;
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
    public void read(Samples samples) throws Exception {
        Kept last = kept;
        if (last == null || last.events != events.getAsLong() || nanos.getAsLong() - last.atNanos > keptNanos) {
            last = look();
        }
        samples.addAll(last.samples);
    }

    void tick() {
        try {
            look();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception saidByTheNextScrape) {
            kept = null;
        }
    }

    /** An event amid the reading makes the next scrape read once more. */
    private Kept look() throws Exception {
        long before = events.getAsLong();
        long start = nanos.getAsLong();
        Samples own = new Samples();
        reader.read(own);
        Kept read = new Kept(own, start, before);
        kept = read;
        return read;
    }

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task, "metrics-" + reader.collector());
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        ticking.shutdownNow();
    }

    private record Kept(Samples samples, long atNanos, long events) {}
}
