package io.loadmonitor.flame;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.Placement;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Folded stacks, the interchange format of flame graph tools (flamegraph.pl, speedscope). Stateless, safe for use by
 * several threads.
 */
public final class FoldedStacks {
    private FoldedStacks() {}

    /**
     * {@code comm;outermost;...;innermost count} lines in the order of their text; the counts sum to the tasks of the
     * dump. A task without a stack has a frame in brackets that says why: {@code busy;[on CPU, user mode] 8}. In a name
     * a semicolon is {@code \x3b}; other bytes are escaped as in the dump.
     */
    public static String write(StackDump dump) {
        Map<Integer, CallStack> stacks = dump.stacksById();
        Map<String, Integer> counts = new TreeMap<>();
        for (Task task : dump.tasks()) {
            counts.merge(fold(task, stacks.get(task.stackId())), 1, Integer::sum);
        }
        StringBuilder text = new StringBuilder();
        counts.forEach((stack, tasks) -> text.append(stack).append(' ').append(tasks).append('\n'));
        return text.toString();
    }

    private static String fold(Task task, @Nullable CallStack stack) {
        StringBuilder line = new StringBuilder(comm(task));
        if (stack == null || stack.frames().isEmpty()) {
            return line.append(';').append(name(without(task))).toString();
        }
        List<Frame> frames = stack.frames();
        for (int i = frames.size() - 1; i >= 0; i--) {
            Frame frame = frames.get(i);
            line.append(';').append(name(frame.function()));
            frame.module().ifPresent(module -> line.append(" [").append(name(module)).append(']'));
        }
        return line.toString();
    }

    private static String without(Task task) {
        return switch (task.placement()) {
            case CPU_USER -> "[on CPU, user mode]";
            case CPU_KERNEL -> "[on CPU, kernel]";
            case CPU -> "[on CPU]";
            case QUEUE -> "[waiting for a CPU]";
            case SLEEP, UNKNOWN -> task.waitChannel()
                    .orElse(task.state() == State.RUNNING && task.placement() == Placement.UNKNOWN
                            ? "[running or waiting for a CPU]"
                            : noStack(task.flags()));
        };
    }

    private static String noStack(Set<String> flags) {
        return flags.isEmpty() ? "[no stack]" : "[no stack: " + String.join(", ", new TreeSet<>(flags)) + "]";
    }

    private static String comm(Task task) {
        String comm = task.comm().escaped();
        return comm.isEmpty() ? "[no name]" : name(comm);
    }

    private static String name(String text) {
        return text.replace(";", "\\x3b");
    }
}
