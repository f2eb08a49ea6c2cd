package io.loadmonitor.dump;

import io.loadmonitor.loadavg.AverageRange;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The 1-minute averages after earlier load ticks, from the newest one and the active tasks at each. The kernel takes
 * one step a tick, see {@link AverageRange}. Solved backwards, the half hundredth that the newest average leaves open
 * grows by 2048/1884 a tick; forwards it shrinks by as much. So all values that an earlier average may have had are an
 * interval, narrowed from both ends: by the newest average, and by what no average can be (less than 0, or more than
 * the threads a host can have). What is still wider than 0.05 is not known. Stateless.
 */
final class PastAverages {
    private static final double WIDEST_KNOWN = 0.05;

    private PastAverages() {}

    /**
     * @param newest as shown, two decimals
     * @param active at the ticks, the newest first
     * @return one for each tick, in that order; empty where it is not known
     */
    static List<OptionalDouble> of(double newest, List<Integer> active) {
        List<AverageRange> ranges = backwards(newest, active);
        for (int back = ranges.size() - 2; back >= 0; back--) {
            ranges.set(back, ranges.get(back).and(ranges.get(back + 1).step(active.get(back))));
        }
        List<OptionalDouble> averages = new ArrayList<>(active.size());
        for (int back = 0; back < active.size(); back++) {
            averages.add(
                    back == 0
                            ? OptionalDouble.of(newest)
                            : back < ranges.size() ? known(ranges.get(back)) : OptionalDouble.empty());
        }
        return averages;
    }

    /** Ends early where no average leads to the next one: the kernel had folded several ticks into one. */
    private static List<AverageRange> backwards(double newest, List<Integer> active) {
        List<AverageRange> ranges = new ArrayList<>(active.size());
        AverageRange after = AverageRange.shownAs(Math.round(newest * 100));
        for (int tasks : active) {
            if (after.isEmpty()) {
                return ranges;
            }
            ranges.add(after);
            after = after.before(tasks);
        }
        return ranges;
    }

    private static OptionalDouble known(AverageRange range) {
        return range.isEmpty() || range.width() > WIDEST_KNOWN
                ? OptionalDouble.empty()
                : OptionalDouble.of(range.middle());
    }
}
