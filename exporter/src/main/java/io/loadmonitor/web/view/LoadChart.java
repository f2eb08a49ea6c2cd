package io.loadmonitor.web.view;

import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.report.LoadTimeline;
import io.loadmonitor.report.Quantity;
import io.loadmonitor.sample.LoadTickParts;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Active tasks and load over the time of an incident, as it is drawn: by percent from the left and pixels from above,
 * so that letters keep their size on every screen. Curves alone are stretched, from {@value #WIDTH} units. Where it is
 * known what the load consisted of, it is the start page's picture: areas by cause with the load upon them.
 *
 * @param bands what the load consisted of, from the bottom up; empty where that is not known
 * @param highest what it consisted of when it was highest, a sentence; empty text where that is not known
 * @param activeArea path of the area below the active tasks, in units; empty text when none are known, and with bands
 * @param activeLine path of the same as a line; with bands alone
 * @param loadLine path of the 1-minute average; empty text when it is not known
 * @param scale lines across, at round numbers
 * @param times labels below
 * @param spans what held for a while: the alert
 * @param levels numbers to compare with, such as a threshold
 * @param marks one for each dump or for some that are too close to be told apart, oldest first
 * @param lanes rows in which the marks stand above the plot, at least one
 * @param moments pieces of the time from left to right, each with its numbers in words
 * @param words the chart in a sentence
 * @param rows the chart as a table, for who cannot see it; the busiest of each part of the time
 */
public record LoadChart(
        List<LoadArea.Band> bands,
        String highest,
        String activeArea,
        String activeLine,
        String loadLine,
        List<Level> scale,
        List<Label> times,
        List<Span> spans,
        List<Level> levels,
        List<Mark> marks,
        int lanes,
        List<LoadArea.MomentInTime> moments,
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

    private static final int MOST_MOMENTS = 180;

    private static final DateTimeFormatter EXACT_TIME = ChartAxes.format("HH:mm:ss");

    public LoadChart {
        scale = List.copyOf(scale);
        times = List.copyOf(times);
        spans = List.copyOf(spans);
        levels = List.copyOf(levels);
        bands = List.copyOf(bands);
        marks = List.copyOf(marks);
        moments = List.copyOf(moments);
        rows = List.copyOf(rows);
    }

    /** @param below whether the label stands below the line, because another line is just above it */
    public record Level(String y, String label, boolean below) {}

    /**
     * Text below the chart.
     *
     * @param at RFC 3339
     */
    public record Label(String x, String text, String at) {}

    /** What held for a while. */
    public record Span(String x, String width, String label) {}

    /** Empty text for what is not known. */
    public record Row(String time, String active, String load, String parts) {}

    /** A dump that is marked. */
    public record Marked(long id, Instant at, String label) {}

    /** The alert, or a load without one; to is empty while it lasts. */
    public record Held(String label, Instant from, Optional<Instant> to) {}

    /** A number to compare the load with. */
    public record Limit(double value, String label) {}

    /**
     * @param ticks oldest first
     * @param bands what they consisted of, where that is known
     * @param chosen the dump that is shown below
     */
    public static LoadChart of(
            Instant from,
            Instant to,
            List<LoadSample> ticks,
            Optional<CauseBands> bands,
            Held held,
            List<Limit> limits,
            List<Marked> dumps,
            long chosen) {
        return new Drawing(from, to, ticks, bands).draw(held, limits, dumps, chosen);
    }

    /** By how much the plot stands lower than with one row of marks, in pixels. */
    public int shift() {
        return (lanes - 1) * Mark.LANE;
    }

    public boolean drawn() {
        return !activeArea.isEmpty() || !loadLine.isEmpty();
    }

    /** The scales that everything is drawn by. */
    private static final class Drawing {
        private final Instant from;
        private final Instant to;
        private final List<LoadSample> ticks;
        private final Optional<CauseBands> bands;
        private final Duration gap;
        private ChartAxes axes;

        Drawing(Instant from, Instant to, List<LoadSample> ticks, Optional<CauseBands> bands) {
            this.from = from;
            this.to = to;
            this.ticks = ticks;
            this.bands = bands.filter(shown -> !shown.ticks().isEmpty());
            this.gap = TickGaps.of(GAP, LoadTimeline.MOST_TICKS / 2, ticks, LoadSample::at);
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
            List<Mark> marks = Mark.of(dumps, axes, chosen);
            double start = axes.x(held.from());
            double width = Math.max(0.3, axes.x(held.to().orElse(to)) - start);
            Optional<LoadTickParts> highest = bands.flatMap(
                    shown -> shown.ticks().stream().max(Comparator.comparingDouble(LoadTickParts::load1)));
            return new LoadChart(
                    bands.map(shown -> shown.bands(
                                    axes,
                                    highest.orElseThrow().load1(),
                                    highest.orElseThrow().load1ByCause()))
                            .orElse(List.of()),
                    highest.map(this::sentence).orElse(""),
                    bands.isEmpty() ? area() : "",
                    bands.isEmpty() ? "" : steps(),
                    line(),
                    axes.scale(),
                    axes.times(),
                    List.of(new Span(ChartAxes.percent(start), ChartAxes.percent(width), held.label())),
                    levels(near),
                    marks,
                    marks.stream().mapToInt(Mark::lane).max().orElse(0) + 1,
                    bands.map(shown -> shown.moments(axes)).orElseGet(this::moments),
                    words(dumps.size()),
                    rows());
        }

        private String sentence(LoadTickParts highest) {
            return "Highest at " + axes.exact(highest.at()) + " UTC: load " + CauseBands.number(highest.load1())
                    + bands.orElseThrow().sum(highest.load1(), highest.load1ByCause());
        }

        /** Of each piece of the time of which something is known. */
        private List<LoadArea.MomentInTime> moments() {
            return ChartAxes.moments(axes, busiest(MOST_MOMENTS), LoadSample::at, Drawing::words);
        }

        private static String words(LoadSample tick) {
            List<String> known = new ArrayList<>();
            if (tick.load1().isPresent()) {
                known.add("load " + CauseBands.number(tick.load1().getAsDouble()));
            }
            if (tick.active().isPresent()) {
                known.add(Quantity.count(tick.active().getAsInt(), "active task", "active tasks"));
            }
            return String.join("; ", known);
        }

        /** The upper edge of the area of active tasks. */
        private String steps() {
            StringBuilder path = new StringBuilder();
            Optional<LoadSample> last = Optional.empty();
            for (LoadSample tick : ticks) {
                if (tick.active().isEmpty()) {
                    continue;
                }
                String x = axes.units(tick.at());
                String y = axes.inPlot(tick.active().getAsInt());
                path.append(last.isEmpty() || far(last.get(), tick) ? "M" + x + " " + y : "H" + x + "V" + y);
                last = Optional.of(tick);
            }
            return path.toString();
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

        private boolean far(LoadSample one, LoadSample next) {
            return Duration.between(one.at(), next.at()).compareTo(gap) > 0;
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
            Map<Instant, String> parts = new HashMap<>();
            bands.ifPresent(shown -> shown.ticks()
                    .forEach(tick -> parts.put(tick.at(), shown.terms(tick.load1(), tick.load1ByCause()))));
            return busiest(MOST_ROWS).stream()
                    .map(tick -> new Row(
                            axes.exact(tick.at()),
                            tick.active().isPresent()
                                    ? Integer.toString(tick.active().getAsInt())
                                    : "",
                            tick.load1().isPresent()
                                    ? CauseBands.number(tick.load1().getAsDouble())
                                    : "",
                            parts.getOrDefault(tick.at(), "")))
                    .toList();
        }

        /** The busiest tick of each of so many pieces of the time of which something is known. */
        private List<LoadSample> busiest(int most) {
            Function<LoadSample, Double> weight =
                    tick -> tick.active().orElse(-1) + Math.min(tick.load1().orElse(0), 1e6) / 1e7;
            TreeMap<Integer, LoadSample> busiest = new TreeMap<>();
            Instant first = ticks.isEmpty() ? from : ticks.get(0).at();
            Instant last = ticks.isEmpty() ? to : ticks.get(ticks.size() - 1).at();
            double whole = Duration.between(first, last).toMillis() + 1.0;
            for (LoadSample tick : ticks) {
                int part = ticks.size() <= most
                        ? busiest.size()
                        : (int) (Duration.between(first, tick.at()).toMillis() / whole * most);
                busiest.merge(part, tick, (one, other) -> weight.apply(other) > weight.apply(one) ? other : one);
            }
            return List.copyOf(busiest.values());
        }
    }
}
