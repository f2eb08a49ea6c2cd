package io.loadmonitor.capture;

import java.time.Duration;

/**
 * What a dump from /proc may cost.
 *
 * @param time from its start to its end; what was not seen by then is missing, and the dump says so
 * @param maxTasks described; more are only counted
 */
public record ProcfsLimits(Duration time, int maxTasks) {
    public static final ProcfsLimits DEFAULT = new ProcfsLimits(Duration.ofSeconds(5), 20_000);

    public ProcfsLimits {
        if (time.isNegative() || time.isZero() || time.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("the time limit must be above 0 and at most 10 minutes, not " + time);
        }
        if (maxTasks < 1) {
            throw new IllegalArgumentException("maxTasks must be at least 1, not " + maxTasks);
        }
    }
}
