package io.loadmonitor.sample;

/**
 * How often to look at the tasks: at each step of the load while that takes no more than {@link #PER_STEP_NANOS} of CPU
 * time on average, which is 0.5 % of one CPU, and else at as many as that pays for. For one thread.
 */
final class LookBudget {
    /** 0.5 % of 5 s. */
    static final long PER_STEP_NANOS = 25_000_000L;

    /** What is not used is not saved up for long: a host that was quiet is not to be kept busy. */
    private static final long MOST_NANOS = 4 * PER_STEP_NANOS;

    private long left = MOST_NANOS;

    /** So many steps have passed. */
    void earn(int steps) {
        left = Math.min(MOST_NANOS, left + steps * PER_STEP_NANOS);
    }

    /** Whether a look is paid for. */
    boolean allows() {
        return left > 0;
    }

    /** A look took so much CPU time; what is owed is waited for. */
    void spend(long cpuNanos) {
        left -= Math.max(0, cpuNanos);
    }
}
