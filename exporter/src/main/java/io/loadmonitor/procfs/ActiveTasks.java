package io.loadmonitor.procfs;

import io.loadmonitor.loadavg.AverageRange;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Computes back how many tasks were active (running or uninterruptible, by the kernel's own count) at each step of the
 * load average, from nothing but the 1-minute average of {@code /proc/loadavg}: the kernel takes a step every LOAD_FREQ
 * (5*HZ+1 timer ticks: 5.001 s at 1000 Hz, 5.004 s at 250 Hz, 5.01 s at 100 Hz), and one step's old and new value have
 * exactly one number of tasks between them. The two decimals leave an error of at most 0.12 tasks.
 *
 * <p>It must be fed at least every 5 s, best every {@link #SAMPLE_PERIOD}; after a longer gap it starts anew. A step
 * that leaves the shown value as it is shows by its time alone. A step that fits no whole number (the kernel may fold
 * several into one on a host that was idle) gives no tick: the number is never guessed. Safe for use by several
 * threads.
 */
public final class ActiveTasks {
    /** How often to feed it, so that a step is known within that time. */
    public static final Duration SAMPLE_PERIOD = Duration.ofSeconds(1);

    private static final long SHORTEST_STEP_NANOS = 5_000_000_000L;

    /** 5.01 s at 100 Hz, the 10 timer ticks by which the kernel may be late, and the clock's drift. */
    private static final long LONGEST_STEP_NANOS = 5_150_000_000L;

    /** The first sample, or the newest step's bounds, for the next step to be due. */
    private long stepAfterNanos;

    private long stepBeforeNanos;
    private boolean stepSeen;
    private boolean fed;
    private long lastNanos;
    private long shownHundredths;
    private AverageRange average = AverageRange.shownAs(0);
    private Optional<LoadTick> newest = Optional.empty();
    private Optional<LoadTick> before = Optional.empty();

    /**
     * Takes one sample in.
     *
     * @param load1 the 1-minute average as {@code /proc/loadavg} shows it
     * @param nanos when it was read, by any clock that never goes back, such as {@link System#nanoTime}
     */
    public synchronized void feed(double load1, long nanos) {
        long hundredths = Math.round(load1 * 100);
        if (!fed || nanos - lastNanos >= SHORTEST_STEP_NANOS) {
            restart(hundredths, nanos);
        } else if (nanos - lastNanos > 0) {
            next(hundredths, nanos);
            lastNanos = nanos;
            shownHundredths = hundredths;
        }
    }

    /**
     * The newest step, unless it is older than the next but one is due: then what was known no longer holds.
     *
     * @param nanos now, by the clock of {@link #feed}
     */
    public synchronized Optional<LoadTick> newest(long nanos) {
        return newest.filter(tick -> nanos - tick.seenNanos() <= 2 * LONGEST_STEP_NANOS);
    }

    /**
     * The newest step and the one directly before it, as far as they are known; the newest first.
     *
     * @param nanos as for {@link #newest}
     */
    public synchronized List<LoadTick> newestTwo(long nanos) {
        return newest(nanos).stream()
                .flatMap(tick -> Stream.concat(Stream.of(tick), before.stream()))
                .toList();
    }

    private void restart(long hundredths, long nanos) {
        fed = true;
        stepSeen = false;
        stepAfterNanos = nanos;
        stepBeforeNanos = nanos;
        lastNanos = nanos;
        shownHundredths = hundredths;
        average = AverageRange.shownAs(hundredths);
    }

    private void next(long hundredths, long nanos) {
        boolean changed = hundredths != shownHundredths;
        if (!changed && nanos - stepBeforeNanos < LONGEST_STEP_NANOS) {
            return;
        }
        // Only when this step directly follows the one before does what was learned about the decimals hold.
        boolean follows = stepSeen && nanos - stepAfterNanos < 2 * SHORTEST_STEP_NANOS;
        AverageRange shownBefore = AverageRange.shownAs(shownHundredths);
        AverageRange shown = AverageRange.shownAs(hundredths);
        AverageRange from = follows ? average : shownBefore;
        OptionalInt active = from.activeTowards(shown);
        if (active.isEmpty() && follows) {
            from = shownBefore;
            active = from.activeTowards(shown);
        }
        if (active.isPresent()) {
            before = newest.filter(tick -> follows && nanos - tick.seenNanos() < 2 * SHORTEST_STEP_NANOS);
            newest = Optional.of(new LoadTick(active.getAsInt(), hundredths / 100.0, nanos));
            average = from.step(active.getAsInt()).and(shown);
        } else if (!changed) {
            // The step is late; the next sample sees it.
            return;
        } else {
            average = shown;
        }
        stepAfterNanos = changed ? lastNanos : stepAfterNanos + SHORTEST_STEP_NANOS;
        stepBeforeNanos = changed ? nanos : Math.min(nanos, stepBeforeNanos + LONGEST_STEP_NANOS);
        stepSeen = true;
    }
}
