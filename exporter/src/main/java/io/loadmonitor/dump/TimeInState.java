package io.loadmonitor.dump;

import java.util.Arrays;
import java.util.Optional;

/**
 * For how long at most (from /proc: at least) the tasks of a group have been in their state, as far as the dump says.
 *
 * @param tasks whose time is known, at least 1
 * @param maxMillis the longest
 * @param medianMillis of an even number of tasks the lower one
 */
public record TimeInState(int tasks, long maxMillis, long medianMillis) {
    /** @param millis in any order; empty for none */
    static Optional<TimeInState> of(long[] millis) {
        if (millis.length == 0) {
            return Optional.empty();
        }
        long[] sorted = millis.clone();
        Arrays.sort(sorted);
        return Optional.of(new TimeInState(sorted.length, sorted[sorted.length - 1], sorted[(sorted.length - 1) / 2]));
    }
}
