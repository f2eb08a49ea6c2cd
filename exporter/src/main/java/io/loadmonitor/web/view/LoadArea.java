package io.loadmonitor.web.view;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.FairSample;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.sample.DecomposedLoad;
import io.loadmonitor.sample.LoadParts;
import io.loadmonitor.sample.LoadTickParts;
import io.loadmonitor.web.view.LoadChart.Label;
import io.loadmonitor.web.view.LoadChart.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The load of the last two hours by cause, as areas one upon another, and the load as the line upon them, which is
 * their sum. Drawn as {@link LoadChart} is.
 *
 * @param sentence what it consists of now: the parts sum to it
 * @param bands from the bottom up; empty before the first load tick
 * @param loadLine path of the 1-minute average, in units
 * @param moments pieces of the time from left to right, each with its parts in words
 * @param words the chart in a sentence
 * @param rows the chart as a table, for who cannot see it
 */
public record LoadArea(
        String sentence,
        List<Band> bands,
        String loadLine,
        List<Level> scale,
        List<Label> times,
        List<MomentInTime> moments,
        String words,
        List<Row> rows) {
    /** More are one band of their own. */
    static final int MOST_BANDS = 8;

    /** Of two hours: 40 s each, of which the last tick is shown. */
    private static final int MOST_MOMENTS = 180;

    private static final int MOST_ROWS = 24;
    private static final int SHADES = 4;
    private static final int PARTS_IN_WORDS = 6;

    /** Less is not worth a word: it is shown as 0.00. */
    private static final double LEAST = 0.005;

    /** Load ticks are 5 s apart; what is not known for longer is no line. */
    private static final Duration GAP = Duration.ofSeconds(60);

    private static final String OTHERS = "other causes";
    private static final DateTimeFormatter TIME = ChartAxes.format("HH:mm:ss");

    public LoadArea {
        bands = List.copyOf(bands);
        scale = List.copyOf(scale);
        times = List.copyOf(times);
        moments = List.copyOf(moments);
        rows = List.copyOf(rows);
    }

    /**
     * One cause.
     *
     * @param fill class of its colour
     * @param path in units
     * @param now its part of the load now; empty text where it has none
     */
    public record Band(String fill, String path, String title, String now) {}

    /** A piece of the time. */
    public record MomentInTime(String x, String width, String words) {}

    /** The parts at one time. */
    public record Row(String time, String load, String parts) {}

    /** @param ticks the oldest first */
    public static LoadArea of(LoadParts now, List<LoadTickParts> ticks, CauseCatalogue catalogue) {
        Map<String, LoadCause> causes =
                catalogue.causes().stream().collect(Collectors.toMap(LoadCause::id, cause -> cause, (a, b) -> a));
        List<LoadTickParts> shown = thinned(ticks);
        List<String> order = order(shown, now);
        String sentence = "Load " + number(now.load1()) + sum(now.load1(), now.byCause(), causes);
        if (shown.size() < 2) {
            return new LoadArea(sentence, List.of(), "", List.of(), List.of(), List.of(), "", List.of());
        }
        Instant from = shown.get(0).at();
        Instant to = shown.get(shown.size() - 1).at();
        double most = shown.stream().mapToDouble(LoadTickParts::load1).max().orElse(0);
        ChartAxes axes = new ChartAxes(from, to, Math.max(1, most));
        List<Band> bands = new ArrayList<>();
        Map<LoadCause.Kind, Integer> seen = new EnumMap<>(LoadCause.Kind.class);
        double[] below = new double[shown.size()];
        List<Map<String, Double>> partsByBand =
                shown.stream().map(tick -> byBand(tick.load1ByCause(), order)).toList();
        Map<String, Integer> nowByBand = hundredths(now.load1(), byBand(now.byCause(), order));
        for (String band : order) {
            double[] above = new double[shown.size()];
            for (int i = 0; i < above.length; i++) {
                above[i] = below[i] + partsByBand.get(i).getOrDefault(band, 0.0);
            }
            int part = nowByBand.getOrDefault(band, 0);
            bands.add(new Band(
                    fill(band, causes, seen),
                    path(shown, below, above, axes),
                    title(band, causes),
                    part == 0 ? "" : number(part / 100.0)));
            below = above;
        }
        return new LoadArea(
                sentence,
                bands,
                line(shown, axes),
                axes.scale(),
                axes.times(),
                moments(shown, axes, causes),
                "From " + TIME.format(from) + " to " + TIME.format(to) + " UTC the 1-minute load was up to "
                        + number(most) + "; the areas of its causes sum to it.",
                rows(shown, causes));
    }

    /** The last tick of each piece of the time. */
    private static List<LoadTickParts> thinned(List<LoadTickParts> ticks) {
        if (ticks.size() <= MOST_MOMENTS) {
            return ticks;
        }
        long from = ticks.get(0).at().toEpochMilli();
        long length = Math.max(1, ticks.get(ticks.size() - 1).at().toEpochMilli() - from + 1);
        TreeMap<Long, LoadTickParts> last = new TreeMap<>();
        ticks.forEach(tick -> last.put((tick.at().toEpochMilli() - from) * MOST_MOMENTS / length, tick));
        // A clock that was set back leaves none out.
        return last.values().stream()
                .sorted(Comparator.comparing(LoadTickParts::at))
                .toList();
    }

    /** The bands from the bottom up: the largest causes of the time, all others, and what nobody saw. */
    private static List<String> order(List<LoadTickParts> ticks, LoadParts now) {
        Map<String, Double> sums = new HashMap<>();
        ticks.forEach(tick -> tick.load1ByCause().forEach((cause, part) -> sums.merge(cause, part, Double::sum)));
        now.byCause().forEach((cause, part) -> sums.merge(cause, part, Double::sum));
        double unseen = sums.getOrDefault(DecomposedLoad.UNSEEN, 0.0);
        sums.remove(DecomposedLoad.UNSEEN);
        sums.values().removeIf(sum -> sum < LEAST);
        List<String> order = sums.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST_BANDS)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(ArrayList::new));
        if (sums.size() > MOST_BANDS) {
            order.add(OTHERS);
        }
        if (unseen >= LEAST) {
            order.add(DecomposedLoad.UNSEEN);
        }
        return order;
    }

    private static Map<String, Double> byBand(Map<String, Double> parts, List<String> order) {
        Map<String, Double> bands = new HashMap<>();
        parts.forEach((cause, part) -> bands.merge(order.contains(cause) ? cause : OTHERS, part, Double::sum));
        return bands;
    }

    private static String path(List<LoadTickParts> ticks, double[] below, double[] above, ChartAxes axes) {
        StringBuilder path = new StringBuilder();
        int first = 0;
        for (int i = 0; i < ticks.size(); i++) {
            boolean ends = i + 1 == ticks.size() || far(ticks.get(i), ticks.get(i + 1));
            if (!ends) {
                continue;
            }
            for (int at = first; at <= i; at++) {
                path.append(at == first ? 'M' : 'L')
                        .append(axes.units(ticks.get(at).at()))
                        .append(' ')
                        .append(axes.inPlot(above[at]));
            }
            for (int at = i; at >= first; at--) {
                path.append('L')
                        .append(axes.units(ticks.get(at).at()))
                        .append(' ')
                        .append(axes.inPlot(below[at]));
            }
            path.append('Z');
            first = i + 1;
        }
        return path.toString();
    }

    private static String line(List<LoadTickParts> ticks, ChartAxes axes) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < ticks.size(); i++) {
            path.append(i == 0 || far(ticks.get(i - 1), ticks.get(i)) ? 'M' : 'L')
                    .append(axes.units(ticks.get(i).at()))
                    .append(' ')
                    .append(axes.inPlot(ticks.get(i).load1()));
        }
        return path.toString();
    }

    private static boolean far(LoadTickParts one, LoadTickParts next) {
        return Duration.between(one.at(), next.at()).compareTo(GAP) > 0;
    }

    private static List<MomentInTime> moments(
            List<LoadTickParts> ticks, ChartAxes axes, Map<String, LoadCause> causes) {
        List<MomentInTime> moments = new ArrayList<>();
        double start = 0;
        for (int i = 0; i < ticks.size(); i++) {
            LoadTickParts tick = ticks.get(i);
            double end = i + 1 == ticks.size()
                    ? 100
                    : (axes.x(tick.at()) + axes.x(ticks.get(i + 1).at())) / 2;
            moments.add(new MomentInTime(
                    ChartAxes.percent(start),
                    ChartAxes.percent(Math.max(0, end - start)),
                    TIME.format(tick.at()) + " UTC: load " + number(tick.load1())
                            + sum(tick.load1(), tick.load1ByCause(), causes)));
            start = end;
        }
        return moments;
    }

    private static List<Row> rows(List<LoadTickParts> ticks, Map<String, LoadCause> causes) {
        List<Row> rows = new ArrayList<>();
        int every = Math.max(1, (ticks.size() + MOST_ROWS - 1) / MOST_ROWS);
        for (int i = ticks.size() - 1; i >= 0; i -= every) {
            LoadTickParts tick = ticks.get(i);
            String parts = sum(tick.load1(), tick.load1ByCause(), causes);
            rows.add(new Row(
                    TIME.format(tick.at()),
                    number(tick.load1()),
                    parts.isEmpty() ? "" : parts.substring(" = ".length())));
        }
        return rows;
    }

    /**
     * {@code " = 14.20 waiting for the ext4 journal + 0.50 unseen"}: hundredths that sum to those of the load. Empty
     * where nothing makes a load.
     */
    private static String sum(double load, Map<String, Double> parts, Map<String, LoadCause> causes) {
        Map<String, Integer> hundredths = hundredths(load, parts);
        List<Map.Entry<String, Integer>> sorted = hundredths.entrySet().stream()
                .filter(part -> part.getValue() > 0)
                .sorted(Comparator.comparing((Map.Entry<String, Integer> part) ->
                                part.getKey().equals(DecomposedLoad.UNSEEN))
                        .thenComparing(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
        List<String> terms = new ArrayList<>();
        int rest = 0;
        for (int i = 0; i < sorted.size(); i++) {
            Map.Entry<String, Integer> part = sorted.get(i);
            boolean isUnseen = part.getKey().equals(DecomposedLoad.UNSEEN);
            if (i < PARTS_IN_WORDS || isUnseen) {
                terms.add(number(part.getValue() / 100.0) + " " + title(part.getKey(), causes));
            } else {
                rest += part.getValue();
            }
        }
        if (rest > 0) {
            boolean unseenIsLast = sorted.get(sorted.size() - 1).getKey().equals(DecomposedLoad.UNSEEN);
            terms.add(terms.size() - (unseenIsLast ? 1 : 0), number(rest / 100.0) + " of " + OTHERS);
        }
        return terms.isEmpty() ? "" : " = " + String.join(" + ", terms);
    }

    private static Map<String, Integer> hundredths(double load, Map<String, Double> parts) {
        Map<String, Integer> fine = new HashMap<>();
        parts.forEach((cause, part) -> fine.put(cause, (int) Math.min(Integer.MAX_VALUE, Math.round(part * 1e4))));
        int whole = (int) Math.min(Integer.MAX_VALUE, Math.round(load * 100));
        return FairSample.apportion(fine, whole, Function.identity());
    }

    private static String title(String band, Map<String, LoadCause> causes) {
        LoadCause cause = causes.get(band);
        return cause != null ? cause.title() : band;
    }

    private static String fill(String band, Map<String, LoadCause> causes, Map<LoadCause.Kind, Integer> seen) {
        LoadCause cause = causes.get(band);
        if (cause == null) {
            return band.equals(DecomposedLoad.UNSEEN) ? "fill-missing" : "fill-other";
        }
        int shade = seen.merge(cause.kind(), 1, Integer::sum);
        return "fill-" + cause.kind().text() + "-" + ((shade - 1) % SHADES + 1);
    }

    private static String number(double part) {
        return String.format(Locale.ROOT, "%.2f", part);
    }
}
