package io.loadmonitor.sample;

/**
 * When the kernel takes its next step of the load averages, from nothing but how often the shown average changes: so
 * that somebody can look at the tasks right after it, and is asleep when the kernel counts. The kernel counts each
 * LOAD_FREQ (5*HZ+1 timer ticks: 5.001 s at 1000 Hz, 5.004 s at 250 Hz, 5.01 s at 100 Hz;
 * {@code include/linux/sched/loadavg.h}) and shows the new averages 10 timer ticks later, 10 to 100 ms
 * ({@code kernel/sched/loadavg.c}, calc_global_load()).
 *
 * <p>It keeps two times between which the last step was. A change of what is shown brings them together, up to the
 * time between two looks; a step that leaves what is shown as it is shows by its time alone, and takes them apart by
 * the 9 ms that the period may differ. For one thread.
 */
final class TickPhase {
    static final long SHORTEST_NANOS = 5_001_000_000L;
    static final long LONGEST_NANOS = 5_010_000_000L;

    /** At 250 Hz, in the middle of the others. */
    private static final double TYPICAL_NANOS = 5_004_000_000.0;

    /** By so much the kernel's timers and who looks may be late. */
    private static final long LATE_NANOS = 5_000_000L;

    /** At most so many looks at what is shown for one step, some 15 us each. */
    private static final int LOOKS = 50;

    private static final long SHORTEST_PAUSE_NANOS = 3_000_000L;

    private boolean begun;
    private long hundredths;
    private long lookedNanos;

    /** The last step was after this, */
    private long afterNanos;

    /** and not after this. */
    private long beforeNanos;

    /** The last step changed nothing that is shown: a change soon after it is this very step, which was late. */
    private boolean silent;

    /**
     * What a look says.
     *
     * @param steps that the kernel has taken since the last one that was known; 0 for none
     * @param changed whether what is shown has changed
     */
    record Passed(int steps, boolean changed) {
        static final Passed NONE = new Passed(0, false);
    }

    /**
     * Takes one look in.
     *
     * @param shownHundredths the 1-minute average as {@code /proc/loadavg} shows it
     * @param nanos when it was read, by {@link System#nanoTime}
     */
    Passed look(long shownHundredths, long nanos) {
        Passed passed = passed(shownHundredths, nanos);
        hundredths = shownHundredths;
        lookedNanos = nanos;
        return passed;
    }

    private Passed passed(long shownHundredths, long nanos) {
        if (!begun) {
            begun = true;
            afterNanos = nanos - LONGEST_NANOS;
            beforeNanos = nanos;
            return Passed.NONE;
        }
        if (shownHundredths != hundredths) {
            boolean late = silent && nanos - beforeNanos < SHORTEST_NANOS / 2;
            int steps = late ? 0 : Math.max(1, stepsUntil(nanos));
            between(lookedNanos, nanos, steps);
            silent = false;
            return new Passed(steps, true);
        }
        if (nanos - windowEnd() < 0) {
            return Passed.NONE;
        }
        int steps = Math.max(1, stepsUntil(nanos));
        between(afterNanos + steps * SHORTEST_NANOS, nanos, steps);
        silent = true;
        return new Passed(steps, false);
    }

    /** The last step was between these, and so many periods after the one before. */
    private void between(long after, long before, int steps) {
        long earliest = Math.max(after, afterNanos + steps * SHORTEST_NANOS);
        long latest = Math.min(before, beforeNanos + steps * LONGEST_NANOS);
        boolean agree = steps > 0 && latest - earliest >= 0;
        afterNanos = Math.max(agree ? earliest : after, before - LONGEST_NANOS);
        beforeNanos = agree ? latest : before;
    }

    /** Steps that were due by then: where it is not known well when the last one was, those that must have been. */
    private int stepsUntil(long nanos) {
        long apart = beforeNanos - afterNanos;
        double steps = apart < SHORTEST_NANOS / 2
                ? Math.round((nanos - afterNanos - apart / 2.0) / TYPICAL_NANOS)
                : Math.floor((nanos - beforeNanos) / (double) LONGEST_NANOS);
        return (int) Math.min(Integer.MAX_VALUE, steps);
    }

    /** When to look next, by {@link System#nanoTime}: not before, and soon after. */
    long nextNanos() {
        if (!begun) {
            return lookedNanos;
        }
        long start = afterNanos + SHORTEST_NANOS;
        if (lookedNanos - start < 0) {
            return start;
        }
        return lookedNanos + Math.max(SHORTEST_PAUSE_NANOS, (windowEnd() - start) / LOOKS);
    }

    private long windowEnd() {
        return beforeNanos + LONGEST_NANOS + LATE_NANOS;
    }
}
