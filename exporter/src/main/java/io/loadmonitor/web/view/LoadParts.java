package io.loadmonitor.web.view;

import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.ProcessCount;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What the load consisted of, as a bar and a table. The rows sum to the tasks of the dump, with the remainder to the
 * active ones; parts that are too many for a bar are summed up in one row, never left out.
 *
 * @param rows largest first
 * @param label the bar in words
 * @param note how the sum relates to the number of active tasks; empty text when they are equal or not known
 */
public record LoadParts(int tasks, List<Row> rows, String label, String note) {
    private static final int MAX_ROWS = 16;
    private static final int MAX_NAMES = 6;
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
     * @param names of the tasks: {@code java × 8}
     */
    public record Row(
            String fill, String x, String width, int tasks, String share, String title, List<String> names,
            String moreNames) {
        public Row {
            names = List.copyOf(names);
        }
    }

    static LoadParts of(LoadBreakdown breakdown) {
        List<Row> rows = new ArrayList<>();
        int missing = Math.max(0, breakdown.remainder().orElse(0));
        double whole = Math.max(1, breakdown.tasks() + missing);
        Map<LoadCause.Kind, Integer> seen = new EnumMap<>(LoadCause.Kind.class);
        int before = 0;
        int shown = breakdown.parts().size() > MAX_ROWS ? MAX_ROWS - 1 : breakdown.parts().size();
        for (LoadPart part : breakdown.parts().subList(0, shown)) {
            LoadCause.Kind kind = part.cause().kind();
            int shade = seen.merge(kind, 1, Integer::sum);
            rows.add(row("fill-" + kind.text() + "-" + ((shade - 1) % SHADES + 1), before, part.tasks(), whole,
                    part.title(), names(part), moreNames(part)));
            before += part.tasks();
        }
        if (shown < breakdown.parts().size()) {
            int rest = breakdown.tasks() - before;
            rows.add(row("fill-other", before, rest, whole,
                    Quantity.count(breakdown.parts().size() - shown, "smaller part", "smaller parts"), List.of(), ""));
            before += rest;
        }
        if (missing > 0) {
            rows.add(row("fill-missing", before, missing, whole, "active, but not in the dump", List.of(), ""));
        }
        return new LoadParts(breakdown.tasks(), rows, label(rows), note(breakdown));
    }

    private static Row row(
            String fill, int before, int tasks, double whole, String title, List<String> names, String more) {
        return new Row(fill, percent(100 * before / whole), percent(100 * tasks / whole), tasks,
                Math.round(100 * tasks / whole) + " %", title, names, more);
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static List<String> names(LoadPart part) {
        return part.processes().stream().limit(MAX_NAMES).map(LoadParts::name).toList();
    }

    private static String name(ProcessCount process) {
        return process.comm().escaped() + (process.tasks() > 1 ? " × " + process.tasks() : "");
    }

    private static String moreNames(LoadPart part) {
        int more = part.processes().size() - MAX_NAMES;
        return more > 0 ? "and " + Quantity.count(more, "other name", "other names") : "";
    }

    private static String label(List<Row> rows) {
        return String.join(", ", rows.stream().map(row -> row.tasks() + " " + row.title()).toList());
    }

    private static String note(LoadBreakdown breakdown) {
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
