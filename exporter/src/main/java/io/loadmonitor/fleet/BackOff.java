package io.loadmonitor.fleet;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait after so many failures in a row: from a second on twice as long each time, up to five minutes, and
 * of that between a half and the whole by chance, so that thousands of hosts do not come back at one moment. For one
 * thread.
 */
final class BackOff {
    static final Duration MOST = Duration.ofMinutes(5);

    private static final long FIRST_MILLIS = 1000;

    private final DoubleSupplier chance;
    private int failures;

    /** @param chance from 0 to 1 */
    BackOff(DoubleSupplier chance) {
        this.chance = chance;
    }

    Duration failed() {
        long whole = Math.min(MOST.toMillis(), FIRST_MILLIS << Math.min(failures, 20));
        failures++;
        return Duration.ofMillis((long) (whole * (0.5 + chance.getAsDouble() / 2)));
    }

    void succeeded() {
        failures = 0;
    }
}
