package io.loadmonitor.web.view;

import io.loadmonitor.web.view.LoadChart.Label;
import io.loadmonitor.web.view.LoadChart.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The scales of a chart: time from the left, by percent, and tasks from the bottom, by pixels from above. What is
 * stretched has {@value LoadChart#WIDTH} units for the width.
 */
final class ChartAxes {
    private static final int MOST_LINES = 5;
    private static final int MOST_LABELS = 6;
    private static final int[] MINUTES = {1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 43200};
    private static final DateTimeFormatter TIME = format("HH:mm");
    private static final DateTimeFormatter EXACT = format("HH:mm:ss");
    private static final long DAY_SECONDS = 86_400;
    private static final DateTimeFormatter DAY = format("d MMM");

    private final Instant from;
    private final Instant to;
    private final double millis;
    private final double step;
    private final double top;

    /** @param most the greatest number that is drawn */
    ChartAxes(Instant from, Instant to, double most) {
        this.from = from;
        this.to = to;
        this.millis = Math.max(1, Duration.between(from, to).toMillis());
        this.step = step(most / MOST_LINES);
        this.top = step * Math.ceil(most * 1.04 / step);
    }

    static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
    }

    /** Of the uppermost line. */
    double top() {
        return top;
    }

    List<Level> scale() {
        List<Level> scale = new ArrayList<>();
        for (double value = 0; value <= top - step / 2; value += step) {
            scale.add(new Level(y(value), number(value), false));
        }
        return scale;
    }

    /** Percent of the width. */
    double x(Instant at) {
        return Math.min(100, Math.max(0, 100 * Duration.between(from, at).toMillis() / millis));
    }

    String units(Instant at) {
        return String.format(Locale.ROOT, "%.1f", x(at) * LoadChart.WIDTH / 100);
    }

    /** Pixels from above. */
    String y(double value) {
        return String.format(Locale.ROOT, "%.1f", LoadChart.BOTTOM - LoadChart.PLOT * value / top);
    }

    /** The same from where the plot begins. */
    String inPlot(double value) {
        return String.format(Locale.ROOT, "%.1f", LoadChart.PLOT - LoadChart.PLOT * value / top);
    }

    /** To the second; with the day where there is more than one. */
    String exact(Instant time) {
        boolean days = !DAY.format(from).equals(DAY.format(to));
        return (days ? DAY.format(time) + ", " : "") + EXACT.format(time);
    }

    /** A piece of the time for each of the ticks, around it: from left to right, without gaps. */
    static <T> List<LoadArea.MomentInTime> moments(
            ChartAxes axes, List<T> ticks, Function<T, Instant> at, Function<T, String> words) {
        List<LoadArea.MomentInTime> moments = new ArrayList<>();
        double start = ticks.isEmpty() ? 0 : Math.max(0, axes.x(at.apply(ticks.get(0))) - 1);
        for (int i = 0; i < ticks.size(); i++) {
            Instant time = at.apply(ticks.get(i));
            double end = i + 1 == ticks.size()
                    ? Math.min(100, axes.x(time) + 1)
                    : (axes.x(time) + axes.x(at.apply(ticks.get(i + 1)))) / 2;
            moments.add(new LoadArea.MomentInTime(
                    percent(start),
                    percent(Math.max(0, end - start)),
                    time.truncatedTo(ChronoUnit.SECONDS).toString(),
                    axes.exact(time) + " UTC",
                    words.apply(ticks.get(i))));
            start = end;
        }
        return moments;
    }

    List<Label> times() {
        long minutes = MINUTES[MINUTES.length - 1];
        for (int each : MINUTES) {
            if (millis / 60_000 / each <= MOST_LABELS) {
                minutes = each;
                break;
            }
        }
        long stepSeconds = minutes * 60;
        DateTimeFormatter format = minutes >= 1440 ? DAY : TIME;
        List<Label> labels = new ArrayList<>();
        for (long at = Math.floorDiv(from.getEpochSecond(), stepSeconds) * stepSeconds + stepSeconds;
                at <= to.getEpochSecond() && labels.size() <= 2 * MOST_LABELS;
                at += stepSeconds) {
            double x = x(Instant.ofEpochSecond(at));
            // Nothing is cut off at the edges, and the zone stands on the left.
            if (x >= 11 && x <= 94) {
                Instant time = Instant.ofEpochSecond(at);
                labels.add(new Label(percent(x), (at % DAY_SECONDS == 0 ? DAY : format).format(time), time.toString()));
            }
        }
        return labels;
    }

    static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f%%", value);
    }

    /** 1, 2 or 5 times a power of ten. */
    private static double step(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double step : new double[] {1, 2, 5}) {
            if (step * power >= least) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ENGLISH, "%,.0f", value)
                : String.format(Locale.ENGLISH, "%.1f", value);
    }
}
