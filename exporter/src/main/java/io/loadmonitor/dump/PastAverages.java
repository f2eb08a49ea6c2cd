package io.loadmonitor.dump;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The 1-minute averages after earlier load ticks, from the newest one and the active tasks at each. The kernel takes
 * one step a tick ({@code calc_load()} of {@code include/linux/sched/loadavg.h}, in 2048ths):
 *
 * <pre>{@code
 * new = (old * 1884 + active * 2048 * 164 [+ 2047 when the average does not fall]) / 2048
 * }</pre>
 *
 * Solved backwards, the half hundredth that the newest average leaves open grows by 2048/1884 a tick; forwards it
 * shrinks by as much. So all values that an earlier average may have had are an interval, narrowed from both ends: by
 * the newest average, and by what no average can be (less than 0, or more than the threads a host can have). What is
 * still wider than 0.05 is not known. Stateless.
 */
final class PastAverages {
    private static final long FIXED_1 = 2048;
    private static final long EXP_1 = 1884;

    /** {@code /proc/loadavg} and the module add this before they cut the hundredths off (FIXED_1/200). */
    private static final long ROUNDING = FIXED_1 / 200;

    /** PID_MAX_LIMIT, in 2048ths. */
    private static final long MOST = (4L << 20) * FIXED_1;

    /** 0.05 */
    private static final long WIDEST_KNOWN = 102;

    private record Range(long least, long most) {
        boolean isEmpty() {
            return least > most;
        }

        Range and(Range other) {
            return new Range(Math.max(least, other.least), Math.min(most, other.most));
        }
    }

    private PastAverages() {}

    /**
     * @param newest as shown, two decimals
     * @param active at the ticks, the newest first
     * @return one for each tick, in that order; empty where it is not known
     */
    static List<OptionalDouble> of(double newest, List<Integer> active) {
        List<Range> ranges = backwards(newest, active);
        for (int back = ranges.size() - 2; back >= 0; back--) {
            Range older = ranges.get(back + 1);
            Range stepped = new Range(step(older.least, active.get(back)), step(older.most, active.get(back)));
            ranges.set(back, ranges.get(back).and(stepped));
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
    private static List<Range> backwards(double newest, List<Integer> active) {
        List<Range> ranges = new ArrayList<>(active.size());
        Range after = shownAs(newest);
        for (int tasks : active) {
            if (after.isEmpty()) {
                return ranges;
            }
            ranges.add(after);
            after = before(after, tasks);
        }
        return ranges;
    }

    private static Range shownAs(double load) {
        if (load >= MOST / (double) FIXED_1) {
            return new Range(1, 0);
        }
        long hundredths = Math.round(load * 100);
        long least = ceilingOfDivision(hundredths * FIXED_1, 100) - ROUNDING;
        return new Range(Math.max(0, least), ceilingOfDivision((hundredths + 1) * FIXED_1, 100) - 1 - ROUNDING);
    }

    /** All averages from which a step with so many active tasks leads into the range. */
    private static Range before(Range after, long active) {
        long gained = active * FIXED_1 * (FIXED_1 - EXP_1);
        long least = Math.max(0, Math.floorDiv(after.least * FIXED_1 - (FIXED_1 - 1) - gained, EXP_1));
        long most = Math.min(MOST, ceilingOfDivision((after.most + 1) * FIXED_1 - gained, EXP_1));
        while (least <= most && step(least, active) < after.least) {
            least++;
        }
        while (most >= least && step(most, active) > after.most) {
            most--;
        }
        return new Range(least, most);
    }

    private static long step(long average, long active) {
        long fixed = active * FIXED_1;
        long sum = average * EXP_1 + fixed * (FIXED_1 - EXP_1);
        return (fixed >= average ? sum + FIXED_1 - 1 : sum) / FIXED_1;
    }

    private static OptionalDouble known(Range range) {
        return range.isEmpty() || range.most - range.least > WIDEST_KNOWN
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.round((range.least + range.most) * 50.0 / FIXED_1) / 100.0);
    }

    private static long ceilingOfDivision(long number, long divisor) {
        return -Math.floorDiv(-number, divisor);
    }
}
