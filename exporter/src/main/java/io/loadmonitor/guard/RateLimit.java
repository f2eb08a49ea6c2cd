package io.loadmonitor.guard;

import java.time.Duration;

/**
 * How many requests all clients together may have.
 *
 * @param interval after which there may be one more; more than zero
 * @param burst that may come at once; 1 or more
 */
public record RateLimit(Duration interval, int burst) {
    public RateLimit {
        if (interval.isNegative() || interval.isZero() || burst < 1) {
            throw new IllegalArgumentException("rate of " + burst + " in " + interval);
        }
    }
}
