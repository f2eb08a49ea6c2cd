package io.loadmonitor.procfs;

import java.util.OptionalInt;

/**
 * What the kernel's 1-minute average may be, in its fixed point ({@code include/linux/sched/loadavg.h}: 2048 is 1),
 * given the hundredths that {@code /proc/loadavg} shows. One step of the average ({@code calc_load()}) is
 *
 * <pre>{@code
 * new = (old * 1884 + active * 2048 * (2048 - 1884) [+ 2047 when the average does not fall]) / 2048
 * }</pre>
 *
 * @param least possible value
 * @param most possible value
 */
record AverageRange(long least, long most) {
    private static final long FIXED_1 = 2048;
    private static final long EXP_1 = 1884;

    /** {@code /proc/loadavg} adds this before it cuts the hundredths off (FIXED_1/200). */
    private static final long ROUNDING = FIXED_1 / 200;

    /** No host has more threads (PID_MAX_LIMIT). */
    private static final long MAX_ACTIVE = 4L << 20;

    /** All averages that are shown as so many hundredths. */
    static AverageRange shownAs(long hundredths) {
        long least = ceilingOfDivision(hundredths * FIXED_1, 100) - ROUNDING;
        long most = ceilingOfDivision((hundredths + 1) * FIXED_1, 100) - 1 - ROUNDING;
        return new AverageRange(Math.max(0, least), most);
    }

    /**
     * How many active tasks take this average to {@code after} in one step; empty when no number does, or more than
     * one.
     */
    OptionalInt activeTowards(AverageRange after) {
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
    AverageRange step(int active) {
        return new AverageRange(step(least, active), step(most, active));
    }

    /** What both allow; they must overlap. */
    AverageRange and(AverageRange other) {
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
