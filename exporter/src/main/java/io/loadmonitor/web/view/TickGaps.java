package io.loadmonitor.web.view;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** For how long nothing may be known between two load ticks that a line joins. */
final class TickGaps {
    private TickGaps() {}

    /**
     * Ticks are left out of a long time: of each piece one stays, so two that are left may be two pieces apart. Old
     * ones are thinned out further, to one a minute.
     *
     * @param least where all ticks are there
     * @param pieces of the whole time, of each of which a tick is left where there is one
     * @param ticks the oldest first
     */
    static <T> Duration of(Duration least, int pieces, List<T> ticks, Function<T, Instant> at) {
        if (ticks.size() < 3) {
            return least;
        }
        long[] millis = IntStream.range(1, ticks.size())
                .mapToLong(i -> Duration.between(at.apply(ticks.get(i - 1)), at.apply(ticks.get(i)))
                        .toMillis())
                .sorted()
                .toArray();
        long whole = Duration.between(at.apply(ticks.get(0)), at.apply(ticks.get(ticks.size() - 1)))
                .toMillis();
        long most = Math.max(least.toMillis(), 5 * millis[millis.length / 2] / 2);
        // Fewer ticks than pieces: none was left out for want of room.
        return Duration.ofMillis(ticks.size() < pieces / 2 ? most : Math.max(most, 2 * whole / pieces + 1));
    }
}
