package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.History;
import io.loadmonitor.dump.StackDump.Tick;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The load ticks that a dump tells of: the newest of its tick line, the earlier ones of its history line. Stateless.
 */
public final class LoadHistory {
    private LoadHistory() {}

    /**
     * The ticks, oldest first; none where the dump lacks its time or its tick. Times of earlier ticks are reckoned back
     * by the period, so they are as exact as the kernel kept it. An average is given where it follows from the numbers
     * to within 0.03: see {@link PastAverages}.
     */
    public static List<LoadSample> of(StackDump dump) {
        Optional<Instant> wall = dump.time().flatMap(StackDump.Time::wall);
        if (wall.isEmpty()
                || dump.tick().isEmpty()
                || dump.tick().get().ageMillis().isEmpty()) {
            return List.of();
        }
        Tick newest = dump.tick().get();
        Optional<History> history = dump.history()
                .filter(past -> past.periodMillis().isPresent())
                .filter(past -> newest.active().isEmpty()
                        || newest.active().getAsInt() == past.active().get(0));
        List<LoadSample> samples = new ArrayList<>();
        try {
            Instant at = wall.get().minusMillis(newest.ageMillis().getAsLong());
            if (history.isEmpty()) {
                samples.add(new LoadSample(
                        at,
                        newest.active(),
                        OptionalDouble.of(newest.load1()),
                        OptionalInt.empty(),
                        OptionalInt.empty()));
                return samples;
            }
            List<Integer> active = history.get().active();
            List<OptionalDouble> averages = PastAverages.of(newest.load1(), active);
            long period = history.get().periodMillis().getAsLong();
            for (int back = 0; back < active.size(); back++) {
                samples.add(LoadSample.tick(
                        at.minusMillis(Math.multiplyExact(period, (long) back)), active.get(back), averages.get(back)));
            }
        } catch (DateTimeException | ArithmeticException farFromAnyCalendar) {
            // A damaged number; the ticks before it are good.
        }
        Collections.reverse(samples);
        return samples;
    }
}
