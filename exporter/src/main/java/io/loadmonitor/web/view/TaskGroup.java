package io.loadmonitor.web.view;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.Placement;
import io.loadmonitor.dump.StackDump.Task;
import io.loadmonitor.report.Quantity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Tasks that were at the same place with the same stack.
 *
 * @param where in words
 * @param frames innermost first; empty when there is no stack, and then {@code noStack} says why
 * @param moreTasks how many are not in {@code tasks}
 */
public record TaskGroup(int size, String where, List<String> frames, String noStack, List<Row> tasks, int moreTasks) {

    public TaskGroup {
        frames = List.copyOf(frames);
        tasks = List.copyOf(tasks);
    }

    /** By flag, see exporter/docs/dump-format.md. */
    private static final Map<String, String> NO_STACK = Map.of(
            "unwind_failed", "No stack: it could not be unwound.",
            "unstable", "No stack: the task moved on while it was read.",
            "no_room", "No stack: there were more different stacks than the module has room for.",
            "no_unwinder", "No stack: this kernel gives no means to read that of a task that does not run.",
            "hotplug", "No stack: a CPU was going off or coming on line meanwhile.",
            "cpu_no_answer", "No stack: the CPU did not answer in time.",
            "cpu_isolated", "No stack: the CPU is isolated and was not interrupted.");

    /**
     * One task. What is not known is empty text.
     *
     * @param program by the name of its main thread
     * @param thread its own name; empty text where that is the program's
     * @param queued for how long it has waited for a CPU
     * @param runDelay for how long it waited for a CPU in all its life
     */
    public record Row(
            String program,
            String thread,
            long pid,
            String state,
            String on,
            String since,
            String queued,
            String runDelay,
            String cgroup,
            String flags) {}

    /** Whether one of the tasks says for how long it has waited for a CPU. */
    public boolean saysQueued() {
        return tasks.stream().anyMatch(task -> !task.queued().isEmpty());
    }

    /** Whether one of the tasks says for how long it waited for CPUs in all its life. */
    public boolean saysRunDelay() {
        return tasks.stream().anyMatch(task -> !task.runDelay().isEmpty());
    }

    /**
     * The groups that are shown, and how many are not.
     *
     * @param note that the tasks are a sample; empty text where they are all
     */
    public record Groups(List<TaskGroup> groups, int more, String note) {
        public Groups {
            groups = List.copyOf(groups);
        }
    }

    static Groups of(StackDump dump, int maxGroups, int maxTasks) {
        Map<Integer, CallStack> stacks = dump.stacksById();
        Map<Place, List<Task>> places = new LinkedHashMap<>();
        for (Task task : dump.tasks()) {
            Place place = new Place(
                    task.stackId(),
                    task.placement(),
                    task.delayed(),
                    task.stackId() == 0 ? task.waitChannel() : Optional.empty());
            places.computeIfAbsent(place, key -> new ArrayList<>()).add(task);
        }
        List<TaskGroup> groups = places.entrySet().stream()
                .sorted(Comparator.comparing(entry -> -entry.getValue().size()))
                .limit(maxGroups)
                .map(entry -> group(entry.getKey(), entry.getValue(), stacks, maxTasks))
                .toList();
        return new Groups(
                groups,
                places.size() - groups.size(),
                dump.sample()
                        .map(sample -> "The tasks are " + sample.text() + "; here the numbers are those of the sample.")
                        .orElse(""));
    }

    /** Title of the group: {@code 2 tasks, asleep in the kernel}. */
    public String title() {
        return Quantity.count(size, "task", "tasks") + " " + where;
    }

    private static TaskGroup group(Place place, List<Task> tasks, Map<Integer, CallStack> stacks, int maxTasks) {
        CallStack stack = stacks.get(place.stackId());
        List<String> frames = stack == null
                ? List.of()
                : stack.frames().stream().map(Frame::toString).toList();
        return new TaskGroup(
                tasks.size(),
                where(place),
                frames,
                frames.isEmpty() ? noStack(place, tasks.get(0)) : "",
                tasks.stream().limit(maxTasks).map(TaskGroup::row).toList(),
                Math.max(0, tasks.size() - maxTasks));
    }

    private static String where(Place place) {
        return switch (place.placement()) {
            case CPU_USER -> "on a CPU in user mode";
            case CPU_KERNEL -> "on a CPU in the kernel";
            case CPU -> "on a CPU, its mode unknown";
            case QUEUE -> "waiting for a CPU";
            case SLEEP ->
                (place.delayed() ? "asleep, but still counted as running" : "asleep in the kernel")
                        + place.waitChannel()
                                .map(function -> ", in " + function)
                                .orElse("");
            case UNKNOWN ->
                "at a place that the dump does not tell"
                        + place.waitChannel()
                                .map(function -> ", in " + function)
                                .orElse("");
        };
    }

    private static String noStack(Place place, Task task) {
        if (place.stackId() != 0) {
            return "The stack is missing: the dump was cut off.";
        }
        for (Map.Entry<String, String> reason : NO_STACK.entrySet()) {
            if (task.flags().contains(reason.getKey())) {
                return reason.getValue();
            }
        }
        return switch (place.placement()) {
            case CPU_USER -> "No kernel stack: it was running its own code.";
            case CPU_KERNEL, CPU, QUEUE, SLEEP, UNKNOWN ->
                place.waitChannel().isPresent() ? "No stack, only the function that it waits in." : "No stack.";
        };
    }

    private static Row row(Task task) {
        return new Row(
                task.program().escaped(),
                task.comm().equals(task.program()) ? "" : task.comm().escaped(),
                task.pid(),
                switch (task.state()) {
                    case RUNNING -> "R";
                    case UNINTERRUPTIBLE -> "D";
                    case SLEEPING -> "S";
                    case UNKNOWN -> "?";
                },
                on(task),
                time(task.sinceMillis()),
                time(task.queuedMillis()),
                time(task.runDelayMillis()),
                task.cgroup().map(EscapedText::escaped).orElse(""),
                String.join(", ", new TreeSet<>(task.flags())));
    }

    private static String time(OptionalLong millis) {
        return millis.isPresent() ? Quantity.of(Duration.ofMillis(millis.getAsLong())) : "";
    }

    private static String on(Task task) {
        String cpu = task.cpu().isPresent() ? " " + task.cpu().getAsInt() : "";
        return switch (task.placement()) {
            case CPU_USER -> "CPU" + cpu + ", user";
            case CPU_KERNEL -> "CPU" + cpu + ", kernel";
            case CPU -> "CPU" + cpu;
            case QUEUE -> "queue" + (cpu.isEmpty() ? "" : " of CPU" + cpu);
            case SLEEP -> "asleep";
            case UNKNOWN -> "";
        };
    }

    private record Place(int stackId, Placement placement, boolean delayed, Optional<String> waitChannel) {}
}
