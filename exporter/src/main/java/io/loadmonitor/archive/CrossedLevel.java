package io.loadmonitor.archive;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a dump that nobody asked for was taken at, by its reason: {@code load 4.43 >= 4.00}, {@code active 11 >= 8}
 * (kmod/watch.c; the exporter writes the same).
 */
record CrossedLevel(OptionalDouble load, OptionalInt active) {
    private static final Pattern REASON =
            Pattern.compile("(load|active) [0-9.]{1,12} >= ([0-9]{1,7}(?:\\.[0-9]{1,2})?)");

    /** Neither where the reason does not say. */
    static CrossedLevel of(String reason) {
        Matcher matcher = REASON.matcher(reason);
        if (!matcher.matches()) {
            return new CrossedLevel(OptionalDouble.empty(), OptionalInt.empty());
        }
        double level = Double.parseDouble(matcher.group(2));
        return matcher.group(1).equals("load")
                ? new CrossedLevel(OptionalDouble.of(level), OptionalInt.empty())
                : new CrossedLevel(OptionalDouble.empty(), OptionalInt.of((int) level));
    }
}
