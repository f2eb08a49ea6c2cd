package io.loadmonitor.e2e;

import java.util.Arrays;
import java.util.Locale;

/** What was measured several times, in one unit. Immutable. */
final class Measured {
    private final double[] sorted;

    private Measured(double[] sorted) {
        this.sorted = sorted;
    }

    static Measured of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Measured(sorted);
    }

    int count() {
        return sorted.length;
    }

    double median() {
        return quantile(0.5);
    }

    /** @param part 0 to 1; the value that so many are at most, by the nearest rank */
    double quantile(double part) {
        return sorted[(int) Math.max(0, Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1))];
    }

    double least() {
        return sorted[0];
    }

    double most() {
        return sorted[sorted.length - 1];
    }

    /** {@code 1.07 (0.98 to 1.31)}, the median and the range. */
    @Override
    public String toString() {
        return count() == 1
                ? number(median())
                : number(median()) + " (" + number(least()) + " to " + number(most()) + ")";
    }

    static String number(double value) {
        return value >= 100
                ? String.format(Locale.ROOT, "%.0f", value)
                : value >= 10 ? String.format(Locale.ROOT, "%.1f", value) : String.format(Locale.ROOT, "%.2f", value);
    }
}
