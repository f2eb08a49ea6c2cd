package io.loadmonitor.web.view;

import io.loadmonitor.dump.StackDump;
import io.loadmonitor.flame.FlameFrame;
import io.loadmonitor.flame.FlameGraph;
import io.loadmonitor.flame.FlameGraph.First;
import io.loadmonitor.flame.FlameName;
import io.loadmonitor.flame.FoldedStack;
import io.loadmonitor.flame.FoldedStacks;
import io.loadmonitor.flame.StackDiff;
import io.loadmonitor.report.Quantity;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A flame graph as it is drawn, from both ends. It can be read without a script; the script adds zoom and search, and
 * puts the innermost functions first.
 *
 * @param diff whether it compares two dumps
 * @param tasks in the dump, also where they are a fair sample of more
 * @param outside the program at the top, and under it what it called
 * @param inside where the tasks are at the top, and under it who called that
 * @param legend the colours that are in it; empty for a difference, whose page says what they mean
 * @param note that the tasks are a sample; empty when they are all
 */
public record FlameView(boolean diff, int tasks, Drawing outside, Drawing inside, List<ColourKey> legend, String note) {
    /** Boxes in a page, and in a file that holds nothing else. */
    static final int MAX_IN_PAGE = 2_000;

    static final int MAX_IN_FILE = 10_000;

    private static final int ROW = 18;
    private static final int SHADES = 4;
    private static final int STEPS = 3;

    public FlameView {
        legend = List.copyOf(legend);
    }

    /**
     * One of both.
     *
     * @param height in pixels, without the ways into the kernel, which are folded away at first
     * @param note what is not drawn; empty when all is
     */
    public record Drawing(List<Box> boxes, int height, String note) {
        public Drawing {
            boxes = List.copyOf(boxes);
        }
    }

    /** What a colour means. */
    public record ColourKey(String fill, String words) {}

    /**
     * A box of it.
     *
     * @param x and width, in percent of the graph's width
     * @param y from above, in pixels, where the ways in are folded
     * @param fill class of its colour
     * @param title all that there is to say of it
     * @param level from 1, where the ways in are folded
     * @param depth from 0, with the ways in
     * @param from and units, its place in tasks
     * @param entry whether it is such a way
     */
    public record Box(
            String x,
            String width,
            int y,
            String fill,
            String label,
            String title,
            int level,
            int depth,
            int from,
            int units,
            int before,
            int after,
            boolean entry) {}

    static FlameView of(StackDump dump, int maxBoxes) {
        List<FoldedStack> stacks = FoldedStacks.of(dump);
        FlameGraph outside = FlameGraph.of(stacks, First.PROGRAM, maxBoxes);
        FlameGraph inside = FlameGraph.of(stacks, First.INNERMOST, maxBoxes);
        return new FlameView(
                false,
                dump.tasks().size(),
                draw(outside, frame -> counted(frame, outside.root())),
                draw(inside, frame -> counted(frame, inside.root())),
                legend(outside),
                dump.sample()
                        .map(sample -> "The numbers are those of the dump, " + sample.text() + ".")
                        .orElse(""));
    }

    static FlameView of(StackDiff diff, int maxBoxes) {
        FlameGraph outside = FlameGraph.of(diff, First.PROGRAM, maxBoxes);
        FlameGraph inside = FlameGraph.of(diff, First.INNERMOST, maxBoxes);
        int largest = Stream.of(outside, inside)
                .flatMap(graph -> graph.frames().stream())
                .filter(frame -> frame.depth() > 0)
                .mapToInt(frame -> Math.abs(frame.difference()))
                .max()
                .orElse(0);
        return new FlameView(
                true,
                outside.root().width(),
                draw(outside, frame -> compared(frame, outside.root(), largest)),
                draw(inside, frame -> compared(frame, inside.root(), largest)),
                List.of(),
                "");
    }

    private static Drawing draw(FlameGraph graph, Function<FlameFrame, Words> words) {
        List<FlameFrame> frames = graph.frames();
        List<Integer> rows = graph.rows();
        List<Box> boxes = new ArrayList<>(frames.size());
        int last = 0;
        for (int i = 0; i < frames.size(); i++) {
            boxes.add(box(frames.get(i), rows.get(i), graph.root(), words.apply(frames.get(i))));
            last = Math.max(last, frames.get(i).wayIn() ? 0 : rows.get(i));
        }
        return new Drawing(boxes, (last + 1) * ROW, note(graph));
    }

    private record Words(String fill, String label, String title) {}

    private static Words counted(FlameFrame frame, FlameFrame root) {
        String name = frame.name().text();
        String tasks = Quantity.count(frame.after(), "task", "tasks");
        return new Words(
                fill(frame.name()),
                frame.name().kind() == FlameName.Kind.ALL ? tasks : name,
                name + " — " + tasks + ", " + share(frame.after(), root.after()));
    }

    private static Words compared(FlameFrame frame, FlameFrame root, int largest) {
        String name = frame.name().text();
        return new Words(
                fill(frame.difference(), largest),
                sign(frame.difference()) + " " + name,
                name + " — " + frame.before() + " → " + frame.after() + " tasks (" + sign(frame.difference()) + "); "
                        + share(frame.before(), root.before()) + " → " + share(frame.after(), root.after()));
    }

    private static List<ColourKey> legend(FlameGraph graph) {
        Set<FlameName.Kind> kinds = EnumSet.noneOf(FlameName.Kind.class);
        graph.frames().forEach(frame -> kinds.add(frame.name().kind()));
        return kinds.stream().flatMap(kind -> key(kind).stream()).toList();
    }

    private static Optional<ColourKey> key(FlameName.Kind kind) {
        return switch (kind) {
            case ALL -> Optional.empty();
            case TASK -> Optional.of(new ColourKey("task", "program"));
            case KERNEL -> Optional.of(new ColourKey("kernel-1", "function of the kernel"));
            case MODULE -> Optional.of(new ColourKey("module-1", "function of a module"));
            case PLACE -> Optional.of(new ColourKey("place", "no stack, and why"));
        };
    }

    /** {@code +3}, {@code −2}, {@code =}: the difference without colour. */
    static String sign(int difference) {
        if (difference == 0) {
            return "=";
        }
        return difference > 0 ? "+" + difference : "\u2212" + -difference;
    }

    private static Box box(FlameFrame frame, int row, FlameFrame root, Words words) {
        double all = Math.max(1, root.width());
        return new Box(
                String.format(Locale.ROOT, "%.4f", frame.from() * 100 / all),
                String.format(Locale.ROOT, "%.4f", frame.width() * 100 / all),
                row * ROW,
                words.fill(),
                words.label(),
                words.title(),
                row + 1,
                frame.depth(),
                frame.from(),
                frame.width(),
                frame.before(),
                frame.after(),
                frame.wayIn());
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
