package io.loadmonitor.flame;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Boxes, laid out: a box lies under its caller and is as wide as it has tasks; neighbours stand in the order of their
 * names, so that the same load looks the same twice. Immutable.
 *
 * @param frames each after its caller, from left to right; the first is the box of all tasks
 * @param leftOut boxes that are not among them: the narrowest, and those deeper than {@value #MAX_DEPTH}. Their tasks
 *     are counted in their callers
 */
public record FlameGraph(List<FlameFrame> frames, int leftOut) {
    /** The kernel module gives up to 64 frames, {@code /proc} as many; more is no stack. */
    static final int MAX_DEPTH = 128;

    private static final FlameName ALL = new FlameName("all", FlameName.Kind.ALL);

    public FlameGraph {
        frames = List.copyOf(frames);
    }

    /** @param maxFrames at least 1 */
    public static FlameGraph of(List<FoldedStack> stacks, int maxFrames) {
        Box root = new Box(ALL, 0);
        stacks.forEach(stack -> root.add(stack.path(), stack.tasks(), stack.tasks()));
        return root.layOut(maxFrames);
    }

    /** @param maxFrames at least 1 */
    public static FlameGraph of(StackDiff diff, int maxFrames) {
        Box root = new Box(ALL, 0);
        diff.stacks().forEach(stack -> root.add(stack.path(), stack.before(), stack.after()));
        return root.layOut(maxFrames);
    }

    /** The box of all tasks. */
    public FlameFrame root() {
        return frames.get(0);
    }

    /** How many boxes lie on top of each other at most. */
    public int levels() {
        return 1 + frames.stream().mapToInt(FlameFrame::depth).max().orElse(0);
    }

    private static final class Box {
        private final FlameName name;
        private final int depth;
        private final Map<String, Box> callees = new TreeMap<>();
        private int before;
        private int after;
        private int width;
        private int from;
        private int deeper;

        Box(FlameName name, int depth) {
            this.name = name;
            this.depth = depth;
        }

        void add(List<FlameName> path, int tasksBefore, int tasksAfter) {
            Box box = this;
            box.count(tasksBefore, tasksAfter);
            for (FlameName step : path) {
                if (box.depth == MAX_DEPTH) {
                    box.deeper++;
                    return;
                }
                int below = box.depth + 1;
                box = box.callees.computeIfAbsent(step.text(), text -> new Box(step, below));
                box.count(tasksBefore, tasksAfter);
            }
        }

        private void count(int tasksBefore, int tasksAfter) {
            before += tasksBefore;
            after += tasksAfter;
            width += Math.max(tasksBefore, tasksAfter);
        }

        /** The widest first, so that a bound takes the narrow ones and never a caller before its callee. */
        FlameGraph layOut(int maxFrames) {
            PriorityQueue<Box> waiting = new PriorityQueue<>(Comparator.comparingInt((Box box) -> -box.width)
                    .thenComparingInt(box -> box.depth)
                    .thenComparingInt(box -> box.from));
            List<FlameFrame> frames = new ArrayList<>();
            int leftOut = 0;
            waiting.add(this);
            while (!waiting.isEmpty()) {
                Box box = waiting.remove();
                leftOut += box.deeper;
                if (frames.size() < maxFrames) {
                    frames.add(new FlameFrame(box.name, box.depth, box.from, box.width, box.before, box.after));
                } else {
                    leftOut++;
                }
                int left = box.from;
                for (Box callee : box.callees.values()) {
                    callee.from = left;
                    left += callee.width;
                    waiting.add(callee);
                }
            }
            frames.sort(Comparator.comparingInt(FlameFrame::from).thenComparingInt(FlameFrame::depth));
            return new FlameGraph(frames, leftOut);
        }
    }
}
