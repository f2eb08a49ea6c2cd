package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.Presence;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the load consisted of. Every task of the dump is in exactly one part. Immutable.
 *
 * @param parts largest first
 * @param tasks in the dump; the parts sum to it
 * @param active tasks that the source counted as load, captured or not
 * @param load1 the 1-minute load average
 * @param at when the dump was taken, by the host's clock
 * @param presence whether what raised the load was still there
 * @param complete whether the dump is whole and its source looked at every thread ({@code complete=} of the count line)
 */
public record LoadBreakdown(
        List<LoadPart> parts,
        int tasks,
        OptionalInt active,
        OptionalDouble load1,
        Optional<Instant> at,
        Optional<Presence> presence,
        boolean complete) {
    private static final int PARTS_IN_HEADLINE = 5;
    private static final int LONGEST_FUNCTION = 80;
    private static final DateTimeFormatter TIME_OF_DAY =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private record Place(LoadCause cause, String detail) {}

    public LoadBreakdown {
        parts = List.copyOf(parts);
        int sum = parts.stream().mapToInt(LoadPart::tasks).sum();
        if (sum != tasks) {
            throw new IllegalArgumentException("the parts sum to " + sum + " tasks, not to " + tasks);
        }
    }

    /** Time grows with the dump, memory with its tasks. */
    public static LoadBreakdown of(StackDump dump) {
        Map<Integer, CallStack> stacks = dump.stacksById();
        Map<Place, Map<EscapedText, Integer>> places = new HashMap<>();
        for (Task task : dump.tasks()) {
            Optional<CallStack> stack = Optional.ofNullable(stacks.get(task.stackId()));
            places.computeIfAbsent(place(task, stack), place -> new HashMap<>()).merge(task.comm(), 1, Integer::sum);
        }
        List<LoadPart> parts = new ArrayList<>(places.size());
        places.forEach((place, names) -> parts.add(part(place, names)));
        parts.sort(Comparator.comparingInt(LoadPart::tasks).reversed()
                .thenComparing(LoadPart::cause)
                .thenComparing(LoadPart::detail));
        return new LoadBreakdown(
                parts,
                dump.tasks().size(),
                active(dump),
                dump.load().map(load -> OptionalDouble.of(load.load1())).orElse(OptionalDouble.empty()),
                dump.time().flatMap(StackDump.Time::wall),
                dump.trigger().flatMap(StackDump.Trigger::presence),
                dump.complete() && dump.counts().map(LoadBreakdown::lookedAtAll).orElse(true));
    }

    /** Active tasks less those in the dump; negative when tasks came between counting and capturing. */
    public OptionalInt remainder() {
        return active.isPresent() ? OptionalInt.of(active.getAsInt() - tasks) : OptionalInt.empty();
    }

    /**
     * One sentence: {@code Load 4.42 at 12:04:10 = 8 on CPU in user mode (busy) + 2 waiting in kernel_clone (vf)}. The
     * time is UTC; the numbers sum to the active tasks, with the remainder as a term of its own. At most five parts,
     * the rest in one sum; bounded in length, printable ASCII.
     */
    public String headline() {
        StringBuilder text = new StringBuilder("Load");
        load1.ifPresent(load -> text.append(String.format(Locale.ROOT, " %.2f", load)));
        at.ifPresent(time -> text.append(" at ").append(TIME_OF_DAY.format(time)));
        if (presence.equals(Optional.of(Presence.DECAYING))) {
            text.append(", decaying,");
        }
        text.append(" = ");
        for (int i = 0; i < Math.min(parts.size(), PARTS_IN_HEADLINE); i++) {
            text.append(i == 0 ? "" : " + ").append(parts.get(i).text());
        }
        if (parts.isEmpty()) {
            text.append("no task in the dump");
        }
        int others = parts.stream().skip(PARTS_IN_HEADLINE).mapToInt(LoadPart::tasks).sum();
        if (others > 0) {
            text.append(" + ").append(others).append(" in ").append(parts.size() - PARTS_IN_HEADLINE);
            text.append(parts.size() - PARTS_IN_HEADLINE == 1 ? " other part" : " other parts");
        }
        int remainder = remainder().orElse(0);
        if (remainder > 0) {
            text.append(" + ").append(remainder).append(" not in the dump");
        } else if (remainder < 0) {
            text.append(" - ").append(-(long) remainder).append(" that came after counting");
        }
        return text.append(complete ? "" : " (the dump is incomplete)").toString();
    }

    private static OptionalInt active(StackDump dump) {
        OptionalInt said = dump.load().map(StackDump.Load::active).orElse(OptionalInt.empty());
        if (said.isPresent()) {
            return said;
        }
        OptionalLong running = dump.counts().map(counts -> counts.of("running")).orElse(OptionalLong.empty());
        OptionalLong blocked = dump.counts().map(counts -> counts.of("uninterruptible")).orElse(OptionalLong.empty());
        if (running.isEmpty() || blocked.isEmpty()) {
            return OptionalInt.empty();
        }
        long sum = Math.min(running.getAsLong(), Integer.MAX_VALUE) + Math.min(blocked.getAsLong(), Integer.MAX_VALUE);
        return OptionalInt.of((int) Math.min(sum, Integer.MAX_VALUE));
    }

    private static boolean lookedAtAll(StackDump.Counts counts) {
        return counts.of("complete").orElse(1) != 0;
    }

    private static Place place(Task task, Optional<CallStack> stack) {
        return switch (task.placement()) {
            case CPU_USER -> new Place(LoadCause.ON_CPU_USER, "");
            case CPU_KERNEL -> new Place(LoadCause.ON_CPU_KERNEL, stack.flatMap(WaitFunction::innermost).orElse(""));
            case CPU -> new Place(LoadCause.ON_CPU, "");
            case QUEUE -> new Place(LoadCause.WAITING_FOR_CPU, "");
            case SLEEP, UNKNOWN -> switch (task.state()) {
                case UNINTERRUPTIBLE -> new Place(LoadCause.UNINTERRUPTIBLE_SLEEP, waitFunction(task, stack));
                case RUNNING -> new Place(LoadCause.RUNNABLE, "");
                case UNKNOWN -> new Place(LoadCause.UNKNOWN, "");
            };
        };
    }

    private static String waitFunction(Task task, Optional<CallStack> stack) {
        return stack.flatMap(WaitFunction::of).or(task::waitChannel).orElse("");
    }

    private static LoadPart part(Place place, Map<EscapedText, Integer> names) {
        List<ProcessCount> processes = new ArrayList<>(names.size());
        names.forEach((comm, tasks) -> processes.add(new ProcessCount(comm, tasks)));
        processes.sort(Comparator.comparingInt(ProcessCount::tasks).reversed()
                .thenComparing(process -> process.comm().escaped()));
        int tasks = processes.stream().mapToInt(ProcessCount::tasks).sum();
        return new LoadPart(place.cause, place.detail, title(place), tasks, processes);
    }

    private static String title(Place place) {
        String function = place.detail.length() <= LONGEST_FUNCTION
                ? place.detail
                : place.detail.substring(0, LONGEST_FUNCTION) + "...";
        return switch (place.cause) {
            case ON_CPU_USER -> "on CPU in user mode";
            case ON_CPU_KERNEL -> "on CPU in the kernel" + (function.isEmpty() ? "" : " in " + function);
            case ON_CPU -> "on CPU";
            case WAITING_FOR_CPU -> "waiting for a CPU";
            case RUNNABLE -> "running or waiting for a CPU";
            case UNINTERRUPTIBLE_SLEEP -> "waiting in " + (function.isEmpty() ? "an unknown function" : function);
            case UNKNOWN -> "of unknown cause";
        };
    }
}
