package io.loadmonitor.procfs;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/**
 * How many threads are in uninterruptible sleep, for each load tick, as far as that is cheap: the number of a scrape
 * that walked /proc a moment ago, else a walk of its own, which may use 50 ms of CPU. With 5 s between two ticks that
 * is a hundredth of a CPU at most, and enough for a thousand threads or two (measured on 6.18, x86-64: 22 us a thread
 * at 8,000 threads, up to 50 us where each process has few). On a host with so many that it does not get to the end it
 * is tried again only after 10 minutes, and meanwhile the ticks beside a scrape have the number and the others have
 * none.
 *
 * <p>As in {@link TaskState}, frozen tasks count, too. Safe for use by several threads.
 */
public final class UninterruptibleLook {
    /** Half the time between two ticks: a number from nearer to another tick is that one's. */
    public static final Duration OLDEST = Duration.ofMillis(2500);

    static final Duration MOST_CPU = Duration.ofMillis(50);

    /** Who walks at a tick has the average to read every second; on a crowded host 50 ms of CPU may take long. */
    static final Duration LONGEST = Duration.ofSeconds(2);

    static final Duration PAUSE = Duration.ofMinutes(10);

    private final ProcFs procFs;
    private final LongSupplier cpuNanos;

    // Guarded by this.
    private OptionalInt noted = OptionalInt.empty();
    private long notedNanos;
    private boolean pausing;
    private long pausedNanos;

    public UninterruptibleLook(ProcFs procFs) {
        this(procFs, ThreadCpu::nanos);
    }

    /** @param cpuNanos CPU time of the thread that calls it */
    UninterruptibleLook(ProcFs procFs, LongSupplier cpuNanos) {
        this.procFs = procFs;
        this.cpuNanos = cpuNanos;
    }

    /**
     * Notes what a walk for another purpose found.
     *
     * @param nanos when, by {@link System#nanoTime}
     */
    public void note(TaskStates states, long nanos) {
        note(states.of(TaskState.UNINTERRUPTIBLE), nanos);
    }

    /**
     * Notes what a look of another kind found.
     *
     * @param nanos when, by {@link System#nanoTime}
     */
    public synchronized void note(int uninterruptible, long nanos) {
        noted = OptionalInt.of(uninterruptible);
        notedNanos = nanos;
    }

    /**
     * The number at this moment, exact to {@link #OLDEST}; empty where it would not be cheap.
     *
     * @param nanos now, by {@link System#nanoTime}
     * @throws IOException when /proc cannot be listed
     */
    public OptionalInt at(long nanos) throws IOException {
        synchronized (this) {
            if (noted.isPresent() && nanos - notedNanos <= OLDEST.toNanos()) {
                return noted;
            }
            if (pausing && nanos - pausedNanos < PAUSE.toNanos()) {
                return OptionalInt.empty();
            }
        }
        long cpu = cpuNanos.getAsLong();
        long start = System.nanoTime();
        TaskStates states = TaskStates.count(
                procFs,
                () -> cpuNanos.getAsLong() - cpu > MOST_CPU.toNanos() || System.nanoTime() - start > LONGEST.toNanos(),
                (files, stat) -> {});
        synchronized (this) {
            // Walking slowly is the host's load, which is what is looked at; only a walk that costs much is left alone.
            pausing = !states.complete() && cpuNanos.getAsLong() - cpu > MOST_CPU.toNanos();
            pausedNanos = nanos;
        }
        // No thread at all is no /proc.
        return states.complete() && states.threads() > 0
                ? OptionalInt.of(states.of(TaskState.UNINTERRUPTIBLE))
                : OptionalInt.empty();
    }
}
