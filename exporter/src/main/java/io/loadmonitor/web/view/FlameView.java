package io.loadmonitor.web.view;

import io.loadmonitor.dump.StackDump;
import io.loadmonitor.flame.FlameFrame;
import io.loadmonitor.flame.FlameGraph;
import io.loadmonitor.flame.FlameName;
import io.loadmonitor.flame.FoldedStacks;
import io.loadmonitor.flame.StackDiff;
import io.loadmonitor.report.Quantity;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A flame graph as it is drawn: callers above, what they call below. It can be read without a script; the script adds
 * zoom and search.
 *
 * @param diff whether it compares two dumps
 * @param height in pixels
 * @param tasks in the dump, also where they are a fair sample of more
 * @param note what is not drawn, and that the tasks are a sample; empty when all is drawn of all
 */
public record FlameView(boolean diff, int tasks, List<Box> boxes, int height, String note) {
    /** Boxes in a page, and in a file that holds nothing else. */
    static final int MAX_IN_PAGE = 2_000;

    static final int MAX_IN_FILE = 10_000;

    private static final int ROW = 18;
    private static final int SHADES = 4;
    private static final int STEPS = 3;

    public FlameView {
        boxes = List.copyOf(boxes);
    }

    /**
     * @param x and width, in percent of the graph's width
     * @param y from above, in pixels
     * @param fill class of its colour
     * @param title all that there is to say of it
     * @param level from 1
     * @param from and units, its place in tasks
     */
    public record Box(
            String x,
            String width,
            int y,
            String fill,
            String label,
            String title,
            int level,
            int from,
            int units,
            int before,
            int after) {}

    static FlameView of(StackDump dump, int maxBoxes) {
        FlameGraph graph = FlameGraph.of(FoldedStacks.of(dump), maxBoxes);
        return new FlameView(
                false,
                dump.tasks().size(),
                graph.frames().stream()
                        .map(frame -> box(
                                frame,
                                graph.root(),
                                fill(frame.name()),
                                frame.name().kind() == FlameName.Kind.ALL
                                        ? Quantity.count(frame.after(), "task", "tasks")
                                        : frame.name().text(),
                                frame.name().text() + " — " + Quantity.count(frame.after(), "task", "tasks") + ", "
                                        + share(frame.after(), graph.root().after())))
                        .toList(),
                graph.levels() * ROW,
                Stream.of(
                                note(graph),
                                dump.sample()
                                        .map(sample -> "The numbers are those of the dump, " + sample.text() + ".")
                                        .orElse(""))
                        .filter(note -> !note.isEmpty())
                        .collect(Collectors.joining(" ")));
    }

    static FlameView of(StackDiff diff, int maxBoxes) {
        FlameGraph graph = FlameGraph.of(diff, maxBoxes);
        int largest = graph.frames().stream()
                .filter(frame -> frame.depth() > 0)
                .mapToInt(frame -> Math.abs(frame.difference()))
                .max()
                .orElse(0);
        return new FlameView(
                true,
                graph.root().width(),
                graph.frames().stream()
                        .map(frame -> box(
                                frame,
                                graph.root(),
                                fill(frame.difference(), largest),
                                sign(frame.difference()) + " " + frame.name().text(),
                                frame.name().text() + " — " + frame.before() + " → " + frame.after() + " tasks ("
                                        + sign(frame.difference()) + "); "
                                        + share(frame.before(), graph.root().before()) + " → "
                                        + share(frame.after(), graph.root().after())))
                        .toList(),
                graph.levels() * ROW,
                note(graph));
    }

    /** {@code +3}, {@code −2}, {@code =}: the difference without colour. */
    static String sign(int difference) {
        if (difference == 0) {
            return "=";
        }
        return difference > 0 ? "+" + difference : "\u2212" + -difference;
    }

    private static Box box(FlameFrame frame, FlameFrame root, String fill, String label, String title) {
        double all = Math.max(1, root.width());
        return new Box(
                String.format(Locale.ROOT, "%.4f", frame.from() * 100 / all),
                String.format(Locale.ROOT, "%.4f", frame.width() * 100 / all),
                frame.depth() * ROW,
                fill,
                label,
                title,
                frame.depth() + 1,
                frame.from(),
                frame.width(),
                frame.before(),
                frame.after());
    }

    private static String fill(FlameName name) {
        int shade = 1 + Math.floorMod(name.text().hashCode(), SHADES);
        return switch (name.kind()) {
            case ALL -> "all";
            case TASK -> "task";
            case PLACE -> "place";
            case KERNEL -> "kernel-" + shade;
            case MODULE -> "module-" + shade;
        };
    }

    private static String fill(int difference, int largest) {
        if (difference == 0) {
            return "same";
        }
        int step = Math.min(STEPS, 1 + (Math.abs(difference) * STEPS - 1) / Math.max(1, largest));
        return (difference > 0 ? "more-" : "less-") + step;
    }

    private static String share(int tasks, int all) {
        return String.format(Locale.ROOT, "%.1f %%", all == 0 ? 0.0 : tasks * 100.0 / all);
    }

    private static String note(FlameGraph graph) {
        return graph.leftOut() == 0
                ? ""
                : Quantity.count(graph.leftOut(), "box is", "boxes are")
                        + " not drawn: too narrow or too deep. Their tasks are counted in the boxes above them.";
    }
}
