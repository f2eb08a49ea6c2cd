package io.loadmonitor.flame;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.FairSample;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.Placement;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Folded stacks, the interchange format of flame graph tools (flamegraph.pl, speedscope), and what all other forms here
 * are made of. Stateless, safe for use by several threads.
 */
public final class FoldedStacks {
    private FoldedStacks() {}

    /**
     * The tasks of a dump by program and stack, in the order of their text; the counts sum to the tasks of the dump,
     * also where these are a fair sample of more. A task without a stack has a frame in brackets that says why.
     */
    public static List<FoldedStack> of(StackDump dump) {
        // Thousands of tasks share a few stacks, and so the names of their frames.
        Map<Integer, List<FlameName>> functions = new HashMap<>();
        dump.stacksById().forEach((id, stack) -> functions.put(id, functions(stack)));
        Map<String, FoldedStack> folded = new TreeMap<>();
        for (Task task : dump.tasks()) {
            FoldedStack one = new FoldedStack(path(task, functions.getOrDefault(task.stackId(), List.of())), 1);
            folded.merge(one.text(), one, (all, next) -> new FoldedStack(all.path(), all.tasks() + 1));
        }
        return List.copyOf(folded.values());
    }

    /** As {@link #of}; of a fair sample scaled up to all the tasks that it stands for. */
    static List<FoldedStack> estimated(StackDump dump) {
        List<FoldedStack> drawn = of(dump);
        Map<FoldedStack, Integer> counts = new LinkedHashMap<>();
        drawn.forEach(stack -> counts.put(stack, stack.tasks()));
        List<FoldedStack> meant = new ArrayList<>(drawn.size());
        FairSample.apportion(counts, dump.tasksMeant(), FoldedStack::text)
                .forEach((stack, tasks) -> meant.add(new FoldedStack(stack.path(), tasks)));
        return List.copyOf(meant);
    }

    /**
     * {@code program;outermost;...;innermost count} lines: {@code busy;[on CPU, user mode] 8}. In a name a semicolon is
     * {@code \x3b}; other bytes are escaped as in the dump.
     */
    public static String write(StackDump dump) {
        StringBuilder text = new StringBuilder();
        of(dump).forEach(stack -> text.append(stack.line()));
        return text.toString();
    }

    /** Outermost first. */
    private static List<FlameName> functions(CallStack stack) {
        List<FlameName> functions = new ArrayList<>();
        stack.frames().forEach(frame -> functions.add(0, FlameName.function(frame)));
        return functions;
    }

    private static List<FlameName> path(Task task, List<FlameName> functions) {
        List<FlameName> path = new ArrayList<>(functions.size() + 2);
        path.add(FlameName.task(task.program()));
        if (functions.isEmpty()) {
            path.add(without(task));
        }
        path.addAll(functions);
        return path;
    }

    private static FlameName without(Task task) {
        return switch (task.placement()) {
            case CPU_USER -> FlameName.place("on CPU, user mode");
            case CPU_KERNEL -> FlameName.place("on CPU, kernel");
            case CPU -> FlameName.place("on CPU");
            case QUEUE -> FlameName.place("waiting for a CPU");
            case SLEEP, UNKNOWN ->
                task.waitChannel()
                        .map(FlameName::waitChannel)
                        .orElseGet(() -> FlameName.place(
                                task.state() == State.RUNNING && task.placement() == Placement.UNKNOWN
                                        ? "running or waiting for a CPU"
                                        : noStack(task.flags())));
        };
    }

    private static String noStack(Set<String> flags) {
        return flags.isEmpty() ? "no stack" : "no stack: " + String.join(", ", new TreeSet<>(flags));
    }
}
