package io.loadmonitor.sample;

/** kernel/sched/loadavg.c and fs/proc/loadavg.c in their own arithmetic, written apart from what is tested. */
final class SimulatedLoad {
    private static final long SECOND = 1_000_000_000L;

    private final long periodNanos;
    private long nextNanos;
    private long average;

    SimulatedLoad(int timerHz, long firstNanos, double load) {
        periodNanos = (5L * timerHz + 1) * SECOND / timerHz;
        nextNanos = firstNanos;
        average = (long) (load * 2048);
    }

    /** When the next step is due. */
    long nextNanos() {
        return nextNanos;
    }

    void step(int active) {
        nextNanos += periodNanos;
        long fixed = active * 2048L;
        long sum = average * 1884 + fixed * (2048 - 1884);
        average = (fixed >= average ? sum + 2047 : sum) / 2048;
    }

    /** As it is shown. */
    long hundredths() {
        long shown = average + 2048 / 200;
        return (shown >> 11) * 100 + (((shown & 2047) * 100) >> 11);
    }
}
