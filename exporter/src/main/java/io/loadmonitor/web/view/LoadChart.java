package io.loadmonitor.web.view;

import io.loadmonitor.dump.LoadSample;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Active tasks and load over the time of an incident, as it is drawn: by percent from the left and pixels from above,
 * so that letters keep their size on every screen. Curves alone are stretched, from {@value #WIDTH} units.
 *
 * @param activeArea path of the area below the active tasks, in units; empty text when none are known
 * @param loadLine path of the 1-minute average; empty text when it is not known
 * @param scale lines across, at round numbers
 * @param times labels below
 * @param spans what held for a while: the alert
 * @param levels numbers to compare with, such as a threshold
 * @param marks one for each dump, oldest first
 * @param words the chart in a sentence
 * @param rows the chart as a table, for who cannot see it; the busiest of each part of the time
 */
public record LoadChart(
        String activeArea,
        String loadLine,
        List<Level> scale,
        List<Label> times,
        List<Span> spans,
        List<Level> levels,
        List<Mark> marks,
        String words,
        List<Row> rows) {
    /** In pixels: the curves begin at TOP, below the marks, and end at the bottom line. */
    public static final int TOP = 26;

    public static final int PLOT = 150;
    public static final int BOTTOM = TOP + PLOT;
    public static final int HEIGHT = BOTTOM + 20;

    static final int WIDTH = 1000;

    /** Of a label, in pixels. */
    private static final int LINE_HEIGHT = 16;

    private static final int MOST_ROWS = 60;

    /** Load ticks are 5 s apart; what is not known for longer is no line. */
    private static final Duration GAP = Duration.ofSeconds(30);

    private static final DateTimeFormatter EXACT_TIME = ChartAxes.format("HH:mm:ss");

    public LoadChart {
        scale = List.copyOf(scale);
        times = List.copyOf(times);
        spans = List.copyOf(spans);
        levels = List.copyOf(levels);
        marks = List.copyOf(marks);
        rows = List.copyOf(rows);
    }

    /** @param below whether the label stands below the line, because another line is just above it */
    public record Level(String y, String label, boolean below) {}

    /** Text below the chart. */
    public record Label(String x, String text) {}

    /** What held for a while. */
    public record Span(String x, String width, String label) {}

    /** @param number by which it is called on this page */
    public record Mark(long id, int number, String x, String label, boolean chosen) {}

    /** Empty text for what is not known. */
    public record Row(String time, String active, String load) {}

    /** A dump that is marked. */
    public record Marked(long id, Instant at, String label) {}

    /** The alert, or a load without one; to is empty while it lasts. */
    public record Held(String label, Instant from, Optional<Instant> to) {}

    /** A number to compare the load with. */
    public record Limit(double value, String label) {}

    /**
     * @param ticks oldest first
     * @param chosen the dump that is shown below
     */
    public static LoadChart of(
            Instant from,
            Instant to,
            List<LoadSample> ticks,
            Held held,
            List<Limit> limits,
            List<Marked> dumps,
            long chosen) {
        return new Drawing(from, to, ticks).draw(held, limits, dumps, chosen);
    }

    public boolean drawn() {
        return !activeArea.isEmpty() || !loadLine.isEmpty();
    }

    /** The scales that everything is drawn by. */
    private static final class Drawing {
        private final Instant from;
        private final Instant to;
        private final List<LoadSample> ticks;
        private ChartAxes axes;

        Drawing(Instant from, Instant to, List<LoadSample> ticks) {
            this.from = from;
            this.to = to;
            this.ticks = ticks;
            this.axes = new ChartAxes(from, to, 1);
        }

        LoadChart draw(Held held, List<Limit> limits, List<Marked> dumps, long chosen) {
            double most = 1;
            for (LoadSample tick : ticks) {
                most = Math.max(
                        most, Math.max(tick.active().orElse(0), tick.load1().orElse(0)));
            }
            List<Limit> near = new ArrayList<>();
            for (Limit limit : limits) {
                // One that is far above what there was would press it to the bottom.
                if (limit.value() <= 2 * most) {
                    most = Math.max(most, limit.value());
                    near.add(limit);
                }
            }
            axes = new ChartAxes(from, to, most);
            List<Mark> marks = new ArrayList<>();
            for (Marked dump : dumps) {
                marks.add(new Mark(
                        dump.id(),
                        marks.size() + 1,
                        ChartAxes.percent(axes.x(dump.at())),
                        dump.label(),
                        dump.id() == chosen));
            }
            double start = axes.x(held.from());
            double width = Math.max(0.3, axes.x(held.to().orElse(to)) - start);
            return new LoadChart(
                    area(),
                    line(),
                    axes.scale(),
                    axes.times(),
                    List.of(new Span(ChartAxes.percent(start), ChartAxes.percent(width), held.label())),
                    levels(near),
                    marks,
                    words(dumps.size()),
                    rows());
        }

        private List<Level> levels(List<Limit> limits) {
            List<Limit> sorted = limits.stream()
                    .sorted(Comparator.comparingDouble(Limit::value))
                    .toList();
            List<Level> levels = new ArrayList<>();
            for (int i = 0; i < sorted.size(); i++) {
                boolean pressed = i + 1 < sorted.size()
                        && (sorted.get(i + 1).value() - sorted.get(i).value()) * PLOT / axes.top() < LINE_HEIGHT;
                levels.add(
                        new Level(axes.y(sorted.get(i).value()), sorted.get(i).label(), pressed));
            }
            return levels;
        }

        /** In steps: a tick counts what there is at one moment, and nobody looks until the next. */
        private String area() {
            StringBuilder path = new StringBuilder();
            Optional<LoadSample> last = Optional.empty();
            for (LoadSample tick : ticks) {
                if (tick.active().isEmpty()) {
                    continue;
                }
                String x = axes.units(tick.at());
                if (last.isPresent() && far(last.get(), tick)) {
                    path.append('H')
                            .append(axes.units(last.get().at().plusSeconds(5)))
                            .append("V")
                            .append(PLOT)
                            .append("Z");
                    last = Optional.empty();
                }
                path.append(last.isEmpty() ? "M" + x + " " + PLOT + "V" : "H" + x + "V")
                        .append(axes.inPlot(tick.active().getAsInt()));
                last = Optional.of(tick);
            }
            last.ifPresent(tick -> path.append('H')
                    .append(axes.units(tick.at().plusSeconds(5)))
                    .append("V")
                    .append(PLOT)
                    .append("Z"));
            return path.toString();
        }

        private String line() {
            StringBuilder path = new StringBuilder();
            Optional<LoadSample> last = Optional.empty();
            for (LoadSample tick : ticks) {
                if (tick.load1().isEmpty()) {
                    continue;
                }
                path.append(last.isEmpty() || far(last.get(), tick) ? 'M' : 'L')
                        .append(axes.units(tick.at()))
                        .append(' ')
                        .append(axes.inPlot(tick.load1().getAsDouble()));
                last = Optional.of(tick);
            }
            return path.toString();
        }

        private static boolean far(LoadSample one, LoadSample next) {
            return Duration.between(one.at(), next.at()).compareTo(GAP) > 0;
        }

        private String words(int dumps) {
            OptionalDouble active = ticks.stream()
                    .filter(tick -> tick.active().isPresent())
                    .mapToDouble(tick -> tick.active().getAsInt())
                    .max();
            OptionalDouble load = ticks.stream()
                    .filter(tick -> tick.load1().isPresent())
                    .mapToDouble(tick -> tick.load1().getAsDouble())
                    .max();
            List<String> most = new ArrayList<>();
            active.ifPresent(
                    tasks -> most.add(Quantity.count((long) tasks, "active task", "active tasks") + " at most"));
            load.ifPresent(average -> most.add(String.format(Locale.ROOT, "1-minute load up to %.2f", average)));
            most.add(Quantity.count(dumps, "dump", "dumps"));
            return "From " + EXACT_TIME.format(from) + " to " + EXACT_TIME.format(to) + " UTC: "
                    + String.join(", ", most) + ".";
        }

        private List<Row> rows() {
            Function<LoadSample, Double> weight =
                    tick -> tick.active().orElse(-1) + Math.min(tick.load1().orElse(0), 1e6) / 1e7;
            TreeMap<Integer, LoadSample> busiest = new TreeMap<>();
            for (LoadSample tick : ticks) {
                int part = ticks.size() <= MOST_ROWS
                        ? busiest.size()
                        : (int) Math.min(MOST_ROWS - 1, axes.x(tick.at()) * MOST_ROWS / 100);
                busiest.merge(part, tick, (one, other) -> weight.apply(other) > weight.apply(one) ? other : one);
            }
            return busiest.values().stream()
                    .map(tick -> new Row(
                            EXACT_TIME.format(tick.at()),
                            tick.active().isPresent()
                                    ? Integer.toString(tick.active().getAsInt())
                                    : "",
                            tick.load1().isPresent()
                                    ? String.format(
                                            Locale.ROOT, "%.2f", tick.load1().getAsDouble())
                                    : ""))
                    .toList();
        }
    }
}
