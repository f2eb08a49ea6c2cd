package io.loadmonitor.flame;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Boxes, laid out: a box lies under the one before it on its path and is as wide as it has tasks; neighbours stand in
 * the order of their names, so that the same load looks the same twice. Immutable.
 *
 * @param frames each after the one above it, from left to right; the first is the box of all tasks
 * @param leftOut boxes that are not among them: the narrowest, and those deeper than {@value #MAX_DEPTH}. Their tasks
 *     are counted in the boxes above them
 */
public record FlameGraph(List<FlameFrame> frames, int leftOut) {
    /** The kernel module gives up to 64 frames, {@code /proc} as many; more is no stack. */
    static final int MAX_DEPTH = 128;

    private static final FlameName ALL = new FlameName("all", FlameName.Kind.ALL);

    /** Which end of a path lies at the top. */
    public enum First {
        /** The program, and under it what it called. */
        PROGRAM,
        /** Where the tasks are, and under it who called that: all that wait in one function are one box. */
        INNERMOST
    }

    public FlameGraph {
        frames = List.copyOf(frames);
    }

    /** @param maxFrames at least 1 */
    public static FlameGraph of(List<FoldedStack> stacks, First first, int maxFrames) {
        Box root = new Box(ALL, 0);
        stacks.forEach(stack -> root.add(steps(stack.path(), first), stack.tasks(), stack.tasks()));
        return root.layOut(maxFrames);
    }

    /** @param maxFrames at least 1 */
    public static FlameGraph of(StackDiff diff, First first, int maxFrames) {
        Box root = new Box(ALL, 0);
        diff.stacks().forEach(stack -> root.add(steps(stack.path(), first), stack.before(), stack.after()));
        return root.layOut(maxFrames);
    }

    /** The path's last step is where the task is, so it stays also where it is a way in. */
    private static List<Step> steps(List<FlameName> path, First first) {
        List<Step> steps = new ArrayList<>(path.size());
        boolean atTheEntry = true;
        for (int i = 0; i < path.size(); i++) {
            atTheEntry &= i == 0 || i < path.size() - 1 && path.get(i).isWayIn();
            steps.add(new Step(path.get(i), i > 0 && atTheEntry));
        }
        if (first == First.INNERMOST) {
            Collections.reverse(steps);
        }
        return steps;
    }

    /** The box of all tasks. */
    public FlameFrame root() {
        return frames.get(0);
    }

    /** How many boxes lie on top of each other at most. */
    public int levels() {
        return 1 + frames.stream().mapToInt(FlameFrame::depth).max().orElse(0);
    }

    /** The row of each frame where the ways in are left out and what is below them moves up. */
    public List<Integer> rows() {
        int[] left = new int[MAX_DEPTH + 1];
        List<Integer> rows = new ArrayList<>(frames.size());
        for (FlameFrame frame : frames) {
            int above = frame.depth() == 0 ? 0 : left[frame.depth() - 1];
            rows.add(frame.depth() - above);
            left[frame.depth()] = above + (frame.wayIn() ? 1 : 0);
        }
        return List.copyOf(rows);
    }

    private record Step(FlameName name, boolean wayIn) {}

    private static final class Box {
        private final FlameName name;
        private final int depth;
        private final Map<String, Box> below = new TreeMap<>();
        private boolean wayIn = true;
        private int before;
        private int after;
        private int width;
        private int from;
        private int deeper;

        Box(FlameName name, int depth) {
            this.name = name;
            this.depth = depth;
        }

        void add(List<Step> path, int tasksBefore, int tasksAfter) {
            Box box = this;
            box.count(false, tasksBefore, tasksAfter);
            for (Step step : path) {
                if (box.depth == MAX_DEPTH) {
                    box.deeper++;
                    return;
                }
                int next = box.depth + 1;
                box = box.below.computeIfAbsent(step.name().text(), text -> new Box(step.name(), next));
                box.count(step.wayIn(), tasksBefore, tasksAfter);
            }
        }

        private void count(boolean isWayIn, int tasksBefore, int tasksAfter) {
            wayIn &= isWayIn;
            before += tasksBefore;
            after += tasksAfter;
            width += Math.max(tasksBefore, tasksAfter);
        }

        /** The widest first, so that a bound takes the narrow ones and never a box before those below it. */
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
                    frames.add(
                            new FlameFrame(box.name, box.depth, box.from, box.width, box.before, box.after, box.wayIn));
                } else {
                    leftOut++;
                }
                int left = box.from;
                for (Box next : box.below.values()) {
                    next.from = left;
                    left += next.width;
                    waiting.add(next);
                }
            }
            frames.sort(Comparator.comparingInt(FlameFrame::from).thenComparingInt(FlameFrame::depth));
            return new FlameGraph(frames, leftOut);
        }
    }
}
