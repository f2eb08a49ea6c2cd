package io.loadmonitor.incident;

import java.time.Duration;
import java.util.List;

/**
 * Which further dumps an incident gets while it lasts.
 *
 * @param after so long after its first dump; growing; a dump that was taken later for another
 *     reason counts as well
 * @param growth one more when active tasks, or those in uninterruptible sleep, are so many times what the last dump
 *     had, and one when they fell below the same share of it; more than 1
 * @param most of one incident, those that alerts asked for included; 0 for none
 * @param spacing least time between two
 */
public record FollowUp(List<Duration> after, double growth, int most, Duration spacing) {
    public static final FollowUp DEFAULT = new FollowUp(
            List.of(Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofMinutes(15)),
            1.5,
            12,
            Duration.ofSeconds(30));

    public static final FollowUp NONE = new FollowUp(List.of(), 1.5, 0, Duration.ofSeconds(30));

    public FollowUp {
        after = List.copyOf(after);
        Duration before = Duration.ZERO;
        for (Duration one : after) {
            if (one.compareTo(before) <= 0) {
                throw new IllegalArgumentException(
                        "after is " + after + ", but each must be longer than the one before");
            }
            before = one;
        }
        if (!(growth > 1 && growth <= 100)) {
            throw new IllegalArgumentException("growth is " + growth + ", but must be more than 1, and 100 at most");
        }
        if (most < 0 || most > 1000) {
            throw new IllegalArgumentException("most is " + most + ", but must be 0 to 1000");
        }
        if (spacing.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("spacing is " + spacing + ", but must be a second or more");
        }
    }
}
