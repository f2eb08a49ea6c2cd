package io.loadmonitor.archive;

import java.time.Duration;
import java.time.Instant;

/**
 * A moment by two clocks.
 *
 * @param counted by {@link LimitClock}, which never jumps; limits count by it
 * @param wall by the wall clock, for people
 */
record LimitTime(Instant counted, Instant wall) {
    /** What the wall clock is going to show at that time. */
    Instant wall(Instant otherCounted) {
        return wall.plus(Duration.between(counted, otherCounted));
    }
}
