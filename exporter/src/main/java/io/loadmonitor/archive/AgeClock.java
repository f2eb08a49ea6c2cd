package io.loadmonitor.archive;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * By what time things are old. A clock that is set ahead by 40 days for a minute must not delete everything, so a time
 * counts only when it has gone on evenly for an hour: since the start, and since the last jump. Thread-safe.
 */
final class AgeClock {
    private static final Duration SETTLING = Duration.ofHours(1);

    /** More than the clock is slewed between two looks, and less than would matter. */
    private static final Duration JUMP = Duration.ofMinutes(1);

    private final LongSupplier nanos;
    /** Guarded by this, as the rest. */
    private Instant base;

    private long baseNanos;
    private long settledNanos;

    /**
     * @param wall the wall clock's time now
     * @param nanos a clock that never jumps, {@link System#nanoTime}
     */
    AgeClock(Instant wall, LongSupplier nanos) {
        this.nanos = nanos;
        this.base = wall;
        this.baseNanos = nanos.getAsLong();
        this.settledNanos = baseNanos + SETTLING.toNanos();
    }

    /** The wall clock's time where it is believed. */
    synchronized Optional<Instant> believed(Instant wall) {
        long now = nanos.getAsLong();
        Duration off = Duration.between(base.plusNanos(now - baseNanos), wall).abs();
        if (off.compareTo(JUMP) > 0) {
            settledNanos = now + SETTLING.toNanos();
        }
        base = wall;
        baseNanos = now;
        return now - settledNanos >= 0 ? Optional.of(wall) : Optional.empty();
    }
}
