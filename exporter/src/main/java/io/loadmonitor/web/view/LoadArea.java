package io.loadmonitor.web.view;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.sample.LoadParts;
import io.loadmonitor.sample.LoadTickParts;
import io.loadmonitor.web.view.LoadChart.Label;
import io.loadmonitor.web.view.LoadChart.Level;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;

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
    private static final int MOST_ROWS = 24;
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

    /**
     * A piece of the time.
     *
     * @param at the moment that it stands for, RFC 3339
     * @param time the same in UTC, for people
     */
    public record MomentInTime(String x, String width, String at, String time, String words) {}

    /** The parts at one time. */
    public record Row(String time, String load, String parts) {}

    /** @param ticks the oldest first */
    public static LoadArea of(LoadParts now, List<LoadTickParts> ticks, CauseCatalogue catalogue) {
        CauseBands bands = CauseBands.last(ticks, now.byCause(), catalogue);
        List<LoadTickParts> shown = bands.ticks();
        String sentence = "Load " + CauseBands.number(now.load1()) + bands.sum(now.load1(), now.byCause());
        if (shown.size() < 2) {
            return new LoadArea(sentence, List.of(), "", List.of(), List.of(), List.of(), "", List.of());
        }
        Instant from = shown.get(0).at();
        Instant to = shown.get(shown.size() - 1).at();
        double most = shown.stream().mapToDouble(LoadTickParts::load1).max().orElse(0);
        ChartAxes axes = new ChartAxes(from, to, Math.max(1, most));
        return new LoadArea(
                sentence,
                bands.bands(axes, now.load1(), now.byCause()),
                bands.line(axes),
                axes.scale(),
                axes.times(),
                bands.moments(axes),
                "From " + TIME.format(from) + " to " + TIME.format(to) + " UTC the 1-minute load was up to "
                        + CauseBands.number(most) + "; the areas of its causes sum to it.",
                bands.rows(axes, MOST_ROWS));
    }
}
