package io.loadmonitor.web.view;

import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.report.Quantity;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What the load consisted of, as a bar and its legend. The rows sum to the tasks of the dump, or to those that its
 * sample stands for, with the remainder to the active ones; parts that are too many for a bar are summed up in one row,
 * never left out.
 *
 * @param rows in the order of the parts, see {@link LoadBreakdown#parts}
 * @param label the bar in words
 * @param note that the numbers are estimated, or how the sum relates to the number of active tasks; empty text when
 *     they are equal or not known
 */
public record LoadParts(int tasks, List<Row> rows, String label, String note) {
    private static final int MAX_ROWS = 16;
    private static final int SHADES = 4;

    public LoadParts {
        rows = List.copyOf(rows);
    }

    /**
     * A row and its piece of the bar.
     *
     * @param fill class of the piece's colour
     * @param x where the piece begins, percent of the bar
     * @param width percent of the bar
     */
    public record Row(String fill, String x, String width, int tasks, String share, String title) {}

    static LoadParts of(LoadBreakdown breakdown) {
        List<Row> rows = new ArrayList<>();
        int missing = Math.max(0, breakdown.remainder().orElse(0));
        double whole = Math.max(1, breakdown.tasks() + missing);
        Map<LoadCause.Kind, Integer> seen = new EnumMap<>(LoadCause.Kind.class);
        int before = 0;
        int shown = breakdown.parts().size() > MAX_ROWS
                ? MAX_ROWS - 1
                : breakdown.parts().size();
        for (LoadPart part : breakdown.largest(shown)) {
            rows.add(row(
                    part.chronic() ? "fill-chronic" : fill(part.cause().kind(), seen),
                    before,
                    part.tasks(),
                    whole,
                    VisibleText.of(part.titleOnHost())));
            before += part.tasks();
        }
        if (shown < breakdown.parts().size()) {
            int rest = breakdown.tasks() - before;
            rows.add(row(
                    "fill-other",
                    before,
                    rest,
                    whole,
                    Quantity.count(breakdown.parts().size() - shown, "smaller part", "smaller parts")));
            before += rest;
        }
        if (missing > 0) {
            rows.add(row("fill-missing", before, missing, whole, "active, but not in the dump"));
        }
        return new LoadParts(breakdown.tasks(), rows, label(rows), note(breakdown));
    }

    private static String fill(LoadCause.Kind kind, Map<LoadCause.Kind, Integer> seen) {
        int shade = seen.merge(kind, 1, Integer::sum);
        return "fill-" + kind.text() + "-" + ((shade - 1) % SHADES + 1);
    }

    private static Row row(String fill, int before, int tasks, double whole, String title) {
        return new Row(
                fill,
                percent(100 * before / whole),
                percent(100 * tasks / whole),
                tasks,
                Math.round(100 * tasks / whole) + " %",
                title);
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String label(List<Row> rows) {
        return String.join(
                ", ", rows.stream().map(row -> row.tasks() + " " + row.title()).toList());
    }

    private static String note(LoadBreakdown breakdown) {
        if (breakdown.sample().isPresent()) {
            return "The numbers are " + breakdown.sample().get().estimate() + ".";
        }
        OptionalInt remainder = breakdown.remainder();
        if (remainder.isEmpty() || remainder.getAsInt() == 0) {
            return "";
        }
        String counted = "The kernel counted "
                + Quantity.count(breakdown.active().orElse(0), "active task", "active tasks") + "; ";
        int difference = remainder.getAsInt();
        if (difference < 0) {
            return counted + -(long) difference + " more had come by the time the dump was taken.";
        }
        return counted + (difference == 1 ? "1 of them was" : difference + " of them were")
                + " gone or out of reach when the dump was taken.";
    }
}
