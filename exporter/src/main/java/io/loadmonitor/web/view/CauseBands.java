package io.loadmonitor.web.view;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.FairSample;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.report.Quantity;
import io.loadmonitor.sample.DecomposedLoad;
import io.loadmonitor.sample.LoadTickParts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the load consisted of over a time: areas by cause, one upon another, whose upper edge is the load, and words for
 * each piece of the time. Immutable but for the ticks' list, which nobody changes.
 */
final class CauseBands {
    /** More are one band of their own. */
    static final int MOST_BANDS = 8;

    /** Pieces of the time that are told apart. */
    static final int MOST_MOMENTS = 180;

    private static final int SHADES = 4;
    private static final int PARTS_IN_WORDS = 6;

    /** Less is not worth a word: it is shown as 0.00. */
    private static final double LEAST = 0.005;

    /** Load ticks are 5 s apart; what is not known for longer is no line. */
    private static final Duration GAP = Duration.ofSeconds(60);

    private static final String OTHERS = "other causes";

    private final List<LoadTickParts> ticks;
    private final Map<String, LoadCause> causes;
    private final List<String> order;
    private final Duration gap;

    private CauseBands(List<LoadTickParts> ticks, Map<String, Double> now, CauseCatalogue catalogue) {
        this.ticks = ticks;
        this.causes = catalogue.causes().stream().collect(Collectors.toMap(LoadCause::id, cause -> cause, (a, b) -> a));
        this.order = order(ticks, now);
        this.gap = TickGaps.of(GAP, MOST_MOMENTS, ticks, LoadTickParts::at);
    }

    /**
     * Of each piece of the time the last tick.
     *
     * @param ticks the oldest first
     * @param now the parts at the moment, whose causes are bands as well
     */
    static CauseBands last(List<LoadTickParts> ticks, Map<String, Double> now, CauseCatalogue catalogue) {
        return new CauseBands(thinned(ticks, MOST_MOMENTS, (one, later) -> later), now, catalogue);
    }

    /** Of each piece of the time the tick with the highest load: no maximum is lost. */
    static CauseBands highest(List<LoadTickParts> ticks, CauseCatalogue catalogue) {
        return new CauseBands(thinned(ticks, MOST_MOMENTS, CauseBands::higher), Map.of(), catalogue);
    }

    private static LoadTickParts higher(LoadTickParts one, LoadTickParts other) {
        return other.load1() > one.load1() ? other : one;
    }

    /** So many at most, each with the highest load of its piece of the time, the oldest first. */
    List<LoadTickParts> thinned(int most) {
        return thinned(ticks, most, CauseBands::higher);
    }

    private static List<LoadTickParts> thinned(
            List<LoadTickParts> ticks, int most, BinaryOperator<LoadTickParts> choice) {
        if (ticks.size() <= most) {
            return ticks;
        }
        long from = ticks.get(0).at().toEpochMilli();
        long length = Math.max(1, ticks.get(ticks.size() - 1).at().toEpochMilli() - from + 1);
        TreeMap<Long, LoadTickParts> chosen = new TreeMap<>();
        ticks.forEach(tick -> chosen.merge((tick.at().toEpochMilli() - from) * most / length, tick, choice));
        // A clock that was set back leaves none out.
        return chosen.values().stream()
                .sorted(Comparator.comparing(LoadTickParts::at))
                .toList();
    }

    /** Those that are drawn, the oldest first. */
    List<LoadTickParts> ticks() {
        return ticks;
    }

    /** From the bottom up, each with its part of this load, of which {@code parts} are the parts. */
    List<LoadArea.Band> bands(ChartAxes axes, double load, Map<String, Double> parts) {
        List<LoadArea.Band> bands = new ArrayList<>();
        Map<LoadCause.Kind, Integer> seen = new EnumMap<>(LoadCause.Kind.class);
        double[] below = new double[ticks.size()];
        List<Map<String, Double>> partsByBand =
                ticks.stream().map(tick -> byBand(tick.load1ByCause())).toList();
        Map<String, Integer> byBand = hundredths(load, byBand(parts));
        for (String band : order) {
            double[] above = new double[ticks.size()];
            for (int i = 0; i < above.length; i++) {
                above[i] = below[i] + partsByBand.get(i).getOrDefault(band, 0.0);
            }
            int part = byBand.getOrDefault(band, 0);
            bands.add(new LoadArea.Band(
                    fill(band, seen), path(below, above, axes), title(band), part == 0 ? "" : number(part / 100.0)));
            below = above;
        }
        return bands;
    }

    /** The bands from the bottom up: the largest causes of the time, all others, and what nobody saw. */
    private static List<String> order(List<LoadTickParts> ticks, Map<String, Double> now) {
        Map<String, Double> sums = new HashMap<>();
        ticks.forEach(tick -> tick.load1ByCause().forEach((cause, part) -> sums.merge(cause, part, Double::sum)));
        now.forEach((cause, part) -> sums.merge(cause, part, Double::sum));
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

    private Map<String, Double> byBand(Map<String, Double> parts) {
        Map<String, Double> bands = new HashMap<>();
        parts.forEach((cause, part) -> bands.merge(order.contains(cause) ? cause : OTHERS, part, Double::sum));
        return bands;
    }

    private String path(double[] below, double[] above, ChartAxes axes) {
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

    /** Of the load; empty text without a tick. */
    String line(ChartAxes axes) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < ticks.size(); i++) {
            path.append(i == 0 || far(ticks.get(i - 1), ticks.get(i)) ? 'M' : 'L')
                    .append(axes.units(ticks.get(i).at()))
                    .append(' ')
                    .append(axes.inPlot(ticks.get(i).load1()));
        }
        return path.toString();
    }

    private boolean far(LoadTickParts one, LoadTickParts next) {
        return Duration.between(one.at(), next.at()).compareTo(gap) > 0;
    }

    /** The pieces of the time from left to right. */
    List<LoadArea.MomentInTime> moments(ChartAxes axes) {
        return ChartAxes.moments(axes, ticks, LoadTickParts::at, this::words);
    }

    /** {@code load 28.71 = 14.20 waiting for the ext4 journal + 0.50 unseen; 24 active tasks}. */
    private String words(LoadTickParts tick) {
        return "load " + number(tick.load1()) + sum(tick.load1(), tick.load1ByCause())
                + (tick.active().isPresent()
                        ? "; " + Quantity.count(tick.active().getAsInt(), "active task", "active tasks")
                        : "");
    }

    /** The newest first, so many at most. */
    List<LoadArea.Row> rows(ChartAxes axes, int most) {
        List<LoadArea.Row> rows = new ArrayList<>();
        int every = Math.max(1, (ticks.size() + most - 1) / most);
        for (int i = ticks.size() - 1; i >= 0; i -= every) {
            LoadTickParts tick = ticks.get(i);
            rows.add(new LoadArea.Row(
                    axes.exact(tick.at()), number(tick.load1()), terms(tick.load1(), tick.load1ByCause())));
        }
        return rows;
    }

    /** {@code 14.20 waiting for the ext4 journal + 0.50 unseen}; empty text where nothing makes a load. */
    String terms(double load, Map<String, Double> parts) {
        String sum = sum(load, parts);
        return sum.isEmpty() ? "" : sum.substring(" = ".length());
    }

    /**
     * {@code " = 14.20 waiting for the ext4 journal + 0.50 unseen"}: hundredths that sum to those of the load. Empty
     * where nothing makes a load.
     */
    String sum(double load, Map<String, Double> parts) {
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
                terms.add(number(part.getValue() / 100.0) + " " + title(part.getKey()));
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

    private String title(String band) {
        LoadCause cause = causes.get(band);
        return cause != null ? cause.title() : band;
    }

    private String fill(String band, Map<LoadCause.Kind, Integer> seen) {
        LoadCause cause = causes.get(band);
        if (cause == null) {
            return band.equals(DecomposedLoad.UNSEEN) ? "fill-missing" : "fill-other";
        }
        int shade = seen.merge(cause.kind(), 1, Integer::sum);
        return "fill-" + cause.kind().text() + "-" + ((shade - 1) % SHADES + 1);
    }

    static String number(double part) {
        return String.format(Locale.ROOT, "%.2f", part);
    }
}
