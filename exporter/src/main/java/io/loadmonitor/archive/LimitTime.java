package io.loadmonitor.archive;

import java.time.Duration;
import java.time.Instant;

/**
 * A moment by two clocks.
 *
 * @param counted by {@link LimitClock}, which never jumps; limits count by it
 * @param wall by the wall clock, for people
 * @param evenSince by {@link LimitClock}: when the wall clock was last seen to have jumped
 * @param sureFrom by {@link LimitClock}: from when on the wall clock says what is old
 */
record LimitTime(Instant counted, Instant wall, Instant evenSince, Instant sureFrom) {
    /** What a wall clock that goes on as it does now shows, or showed, at that time. */
    Instant wall(Instant otherCounted) {
        return wall.plus(Duration.between(counted, otherCounted));
    }

    boolean sure() {
        return !counted.isBefore(sureFrom);
    }
}
