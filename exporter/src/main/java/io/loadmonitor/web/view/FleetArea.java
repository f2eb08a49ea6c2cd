package io.loadmonitor.web.view;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.fleet.FleetStore.LoadPoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The load of all hosts by cause as stacked areas.
 *
 * @param bands from the ground up; empty where nobody has reported yet
 */
public record FleetArea(List<Band> bands, List<LoadChart.Level> scale, List<LoadChart.Label> times, String words) {
    /** The largest; all others are one. */
    private static final int BANDS = 9;

    private static final String UNSEEN = "unseen";
    private static final int SHADES = 4;

    /**
     * @param fill class of its colour
     * @param path in a box that is {@link LoadChart#WIDTH} wide and as high as the plot
     * @param now the newest value
     */
    public record Band(String title, String fill, String path, String now) {}

    public FleetArea {
        bands = List.copyOf(bands);
        scale = List.copyOf(scale);
        times = List.copyOf(times);
    }

    /** @param points in the order of their times */
    public static FleetArea of(List<LoadPoint> points, Instant from, Instant to, CauseCatalogue causes) {
        Map<Instant, Map<String, Double>> rows = new TreeMap<>();
        Map<String, Double> sums = new HashMap<>();
        Map<String, String> titles = new HashMap<>();
        points.forEach(point -> {
            rows.computeIfAbsent(point.at(), none -> new HashMap<>()).merge(point.cause(), point.load1(), Double::sum);
            sums.merge(point.cause(), point.load1(), Double::sum);
            titles.put(point.cause(), point.title());
        });
        List<String> largest = sums.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .toList();
        List<String> shown = largest.subList(0, Math.min(BANDS, largest.size()));
        double most = rows.values().stream()
                .mapToDouble(row ->
                        row.values().stream().mapToDouble(Double::doubleValue).sum())
                .max()
                .orElse(0);
        if (rows.isEmpty() || most <= 0) {
            return new FleetArea(List.of(), List.of(), List.of(), "");
        }
        ChartAxes axes = new ChartAxes(from, to, most);
        List<Instant> times = new ArrayList<>(rows.keySet());
        double[] below = new double[times.size()];
        List<Band> bands = new ArrayList<>();
        Map<LoadCause.Kind, Integer> seen = new EnumMap<>(LoadCause.Kind.class);
        Map<String, Double> newest = new LinkedHashMap<>();
        for (String cause : shown) {
            double[] values = times.stream()
                    .mapToDouble(at -> rows.getOrDefault(at, Map.of()).getOrDefault(cause, 0.0))
                    .toArray();
            newest.put(titles.getOrDefault(cause, cause), values[values.length - 1]);
            bands.add(band(
                    titles.getOrDefault(cause, cause),
                    fill(causes.cause(cause), cause, seen),
                    times,
                    below,
                    values,
                    axes));
        }
        if (largest.size() > shown.size()) {
            double[] rest = times.stream()
                    .mapToDouble(at -> rows.getOrDefault(at, Map.of()).entrySet().stream()
                            .filter(one -> !shown.contains(one.getKey()))
                            .mapToDouble(Map.Entry::getValue)
                            .sum())
                    .toArray();
            bands.add(band("other causes", "fill-other", times, below, rest, axes));
        }
        String words = newest.entrySet().stream()
                .filter(one -> one.getValue() >= 0.005)
                .map(one -> number(one.getValue()) + " " + one.getKey())
                .reduce((one, next) -> one + ", " + next)
                .orElse("no load");
        return new FleetArea(bands, axes.scale(), axes.times(), words);
    }

    private static Band band(
            String title, String fill, List<Instant> times, double[] below, double[] values, ChartAxes axes) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            path.append(i == 0 ? 'M' : 'L')
                    .append(axes.units(times.get(i)))
                    .append(' ')
                    .append(axes.inPlot(below[i] + values[i]));
        }
        for (int i = values.length - 1; i >= 0; i--) {
            path.append('L').append(axes.units(times.get(i))).append(' ').append(axes.inPlot(below[i]));
            below[i] += values[i];
        }
        return new Band(title, fill, path.append('Z').toString(), number(values[values.length - 1]));
    }

    private static String fill(Optional<LoadCause> cause, String id, Map<LoadCause.Kind, Integer> seen) {
        if (cause.isEmpty()) {
            return id.equals(UNSEEN) ? "fill-missing" : "fill-other";
        }
        int shade = seen.merge(cause.get().kind(), 1, Integer::sum);
        return "fill-" + cause.get().kind().text() + "-" + ((shade - 1) % SHADES + 1);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
