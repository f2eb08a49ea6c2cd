package io.loadmonitor.loadavg;

import java.util.OptionalInt;

/**
 * What the kernel's 1-minute average may be, in its fixed point ({@code include/linux/sched/loadavg.h}: 2048 is 1),
 * given the hundredths that are shown. One step of the average ({@code calc_load()}), once in 5 s, is
 *
 * <pre>{@code
 * new = (old * 1884 + active * 2048 * (2048 - 1884) [+ 2047 when the average does not fall]) / 2048
 * }</pre>
 *
 * @param least possible value
 * @param most possible value; below {@code least} when none is possible
 * @see <a href="https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/include/linux/sched/loadavg.h">
 *     loadavg.h</a>
 */
public record AverageRange(long least, long most) {
    private static final long FIXED_1 = 2048;
    private static final long EXP_1 = 1884;

    /** {@code /proc/loadavg} and the module add this before they cut the hundredths off (FIXED_1/200). */
    private static final long ROUNDING = FIXED_1 / 200;

    /** No host has more threads (PID_MAX_LIMIT). */
    private static final long MAX_ACTIVE = 4L << 20;

    private static final AverageRange NONE = new AverageRange(1, 0);

    /**
     * All averages that are shown as so many hundredths.
     *
     * @param hundredths 0 or more; empty for what no host can reach
     */
    public static AverageRange shownAs(long hundredths) {
        if (hundredths >= MAX_ACTIVE * 100) {
            return NONE;
        }
        long least = ceilingOfDivision(hundredths * FIXED_1, 100) - ROUNDING;
        long most = ceilingOfDivision((hundredths + 1) * FIXED_1, 100) - 1 - ROUNDING;
        return new AverageRange(Math.max(0, least), most);
    }

    /** Whether no average is possible. */
    public boolean isEmpty() {
        return least > most;
    }

    /** How far the possible values lie apart, in tasks; 0 for a single one. */
    public double width() {
        return (most - least) / (double) FIXED_1;
    }

    /** The value in the middle, in tasks with two decimals. */
    public double middle() {
        return Math.round((least + most) * 50.0 / FIXED_1) / 100.0;
    }

    /**
     * How many active tasks take this average to {@code after} in one step; empty when no number does, or more than
     * one.
     */
    public OptionalInt activeTowards(AverageRange after) {
        long middle = (after.least + after.most) * FIXED_1 - (least + most) * EXP_1;
        long guess = Math.round(middle / 2.0 / (FIXED_1 * (FIXED_1 - EXP_1)));
        OptionalInt found = OptionalInt.empty();
        for (long active = Math.max(0, guess - 1); active <= guess + 1 && active <= MAX_ACTIVE; active++) {
            AverageRange reached = step((int) active);
            if (reached.least <= after.most && reached.most >= after.least) {
                if (found.isPresent()) {
                    return OptionalInt.empty();
                }
                found = OptionalInt.of((int) active);
            }
        }
        return found;
    }

    /** The average after one step with so many active tasks. */
    public AverageRange step(int active) {
        return new AverageRange(step(least, active), step(most, active));
    }

    /** All averages from which a step with so many active tasks leads into this range. */
    public AverageRange before(int active) {
        long gained = active * FIXED_1 * (FIXED_1 - EXP_1);
        long from = Math.max(0, Math.floorDiv(least * FIXED_1 - (FIXED_1 - 1) - gained, EXP_1));
        long to = Math.min(MAX_ACTIVE * FIXED_1, ceilingOfDivision((most + 1) * FIXED_1 - gained, EXP_1));
        while (from <= to && step(from, active) < least) {
            from++;
        }
        while (to >= from && step(to, active) > most) {
            to--;
        }
        return new AverageRange(from, to);
    }

    /** What both allow; empty where they do not overlap. */
    public AverageRange and(AverageRange other) {
        return new AverageRange(Math.max(least, other.least), Math.min(most, other.most));
    }

    private static long step(long average, long active) {
        long fixed = active * FIXED_1;
        long sum = average * EXP_1 + fixed * (FIXED_1 - EXP_1);
        return (fixed >= average ? sum + FIXED_1 - 1 : sum) / FIXED_1;
    }

    private static long ceilingOfDivision(long number, long divisor) {
        return -Math.floorDiv(-number, divisor);
    }
}
