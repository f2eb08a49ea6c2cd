package io.loadmonitor.report;

import java.time.Duration;
import java.util.Locale;

/** Amounts in words. */
public final class Quantity {
    private Quantity() {}

    /** Two units at most: {@code 850 ms}, {@code 42 s}, {@code 3 min 5 s}, {@code 2 h 10 min}, {@code 4 d 3 h}. */
    public static String of(Duration duration) {
        Duration d = duration.isNegative() ? duration.negated() : duration;
        if (d.toSeconds() == 0 && d.toMillis() > 0) {
            return d.toMillis() + " ms";
        }
        if (d.toMinutes() == 0) {
            return d.toSeconds() + " s";
        }
        if (d.toHours() == 0) {
            return two(d.toMinutes(), "min", d.toSecondsPart(), "s");
        }
        if (d.toDays() == 0) {
            return two(d.toHours(), "h", d.toMinutesPart(), "min");
        }
        return two(d.toDays(), "d", d.toHoursPart(), "h");
    }

    /** {@code 9.1 us}, {@code 812 us}, {@code 4.2 ms}: three digits are enough to see whether it hurts. */
    public static String ofNanos(long nanos) {
        if (nanos < 1_000) {
            return nanos + " ns";
        }
        if (nanos < 1_000_000) {
            return number(nanos / 1e3) + " µs";
        }
        return nanos < 1_000_000_000 ? number(nanos / 1e6) + " ms" : number(nanos / 1e9) + " s";
    }

    public static String ofBytes(long bytes) {
        if (bytes < 1_000) {
            return bytes + " B";
        }
        return bytes < 1_000_000 ? number(bytes / 1e3) + " kB" : number(bytes / 1e6) + " MB";
    }

    public static String count(long count, String one, String many) {
        return String.format(Locale.ENGLISH, "%,d %s", count, count == 1 ? one : many);
    }

    private static String number(double value) {
        return String.format(Locale.ENGLISH, value < 10 ? "%.1f" : "%.0f", value);
    }

    private static String two(long large, String unit, long small, String smallUnit) {
        return large + " " + unit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }
}
