package io.loadmonitor.web.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A dump above a chart, or several that are too close to be told apart. Marks stand in rows, the lowest first, so that
 * none covers another on the narrowest screen; those that find no room in any row are one with the mark before them.
 *
 * @param id of the dump, or of the first
 * @param x percent from the left
 * @param lane row, from 0, the lowest
 * @param width in pixels, from 10 to the left of x
 * @param text its number on the page: {@code 3}, {@code 3–5}
 * @param label in words
 * @param chosen whether it is the dump that is shown, or one of them
 */
public record Mark(long id, String x, int lane, int width, String text, String label, boolean chosen) {
    /** The height of a row, in pixels. */
    static final int LANE = 23;

    static final int MOST_LANES = 3;

    /** Of a plot on a phone, in pixels. */
    private static final int NARROW = 340;

    private static final int HALF = 10;
    private static final int BETWEEN = 2;

    /** From above, of its middle, in pixels: those of higher rows stand above the chart. */
    public int y() {
        return HALF + 1 - lane * LANE;
    }

    /** Of the middle of the text, in pixels from x. */
    public int middle() {
        return width / 2 - HALF;
    }

    /** @param dumps the oldest first */
    static List<Mark> of(List<LoadChart.Marked> dumps, ChartAxes axes, long chosen) {
        List<Mark> marks = new ArrayList<>();
        double[] ends = new double[MOST_LANES];
        Arrays.fill(ends, -NARROW);
        int first = 0;
        for (int i = 0; i < dumps.size(); i++) {
            LoadChart.Marked dump = dumps.get(i);
            double left = axes.x(dump.at()) * NARROW / 100 - HALF;
            int lane = 0;
            while (lane < MOST_LANES && ends[lane] + BETWEEN > left) {
                lane++;
            }
            if (lane < MOST_LANES) {
                first = i;
                marks.add(new Mark(
                        dump.id(),
                        ChartAxes.percent(axes.x(dump.at())),
                        lane,
                        2 * HALF,
                        Integer.toString(i + 1),
                        dump.label(),
                        dump.id() == chosen));
                ends[lane] = left + 2 * HALF;
            } else {
                Mark last = marks.remove(marks.size() - 1);
                String text = (first + 1) + "–" + (i + 1);
                int width = 9 + 7 * text.length();
                marks.add(new Mark(
                        last.id(),
                        last.x(),
                        last.lane(),
                        width,
                        text,
                        dumps.get(first).label() + ", to " + dump.label(),
                        last.chosen() || dump.id() == chosen));
                ends[last.lane()] += width - last.width();
            }
        }
        return marks;
    }
}
