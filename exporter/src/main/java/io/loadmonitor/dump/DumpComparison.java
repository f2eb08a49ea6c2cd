package io.loadmonitor.dump;

import io.loadmonitor.dump.LoadCause.Kind;
import io.loadmonitor.dump.StackDump.Task;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What became of each task from one dump to a later one of the same boot. Every task of the later dump is new,
 * persisting, moved or unclear; every task of the earlier one is one of the last three, or gone. Immutable.
 *
 * <p>The same task has the same pid (of the thread) and was started at the same time, exact to the 10 ms that /proc
 * gives. Where a dump lacks the time, process and name have to be the same.
 *
 * <p>It ran in between unless its context switches are the same number; where a dump lacks them, unless it is at the
 * same place and in its state for longer than the time between the dumps. The kernel counts that from the moment when
 * the task last got a CPU, so that it proves it; a dump from /proc says for how long at least, which proves only that
 * it stayed.
 *
 * @param tasks those of the later dump in its order, then those that are gone
 * @param elapsed between the dumps, by the host's monotonic clock, else by its wall clock; empty where a dump has
 *     neither
 * @param complete whether both dumps are whole; else what is new or gone may have been cut off
 * @param sampled whether one of them is a fair sample: then the numbers are of the tasks in it, and what is new or gone
 *     may not have been drawn the other time
 */
public record DumpComparison(List<ComparedTask> tasks, Optional<Duration> elapsed, boolean complete, boolean sampled) {
    private static final long START_STEP_NANOS = 10_000_000;

    public DumpComparison {
        tasks = List.copyOf(tasks);
    }

    /** What names a task. */
    private record Key(long pid, OptionalLong startSteps, OptionalLong tgid, EscapedText comm) {
        private static final EscapedText ANY = new EscapedText("");

        /** A task may give itself another name, so that counts only where the time of its start is not known. */
        static Key of(Task task) {
            return task.startNanos().isPresent()
                    ? new Key(
                            task.pid(),
                            OptionalLong.of(task.startNanos().getAsLong() / START_STEP_NANOS),
                            OptionalLong.empty(),
                            ANY)
                    : new Key(task.pid(), OptionalLong.empty(), task.tgid(), task.comm());
        }
    }

    /** Whether both say of which boot they are, and it is the same: else a pid says nothing. */
    public static boolean sameBoot(StackDump one, StackDump other) {
        Optional<String> boot = one.header().flatMap(StackDump.Header::bootId);
        return boot.isPresent() && boot.equals(other.header().flatMap(StackDump.Header::bootId));
    }

    /**
     * Time grows with the dumps, memory with their tasks.
     *
     * @param before a dump of the same boot; whether it is one is the caller's to know
     */
    @SuppressWarnings("ReferenceEquality") // the very task: a damaged text may hold two that are equal
    public static DumpComparison of(StackDump before, StackDump after, CauseCatalogue catalogue) {
        Map<Key, Deque<Task>> earlier = new HashMap<>();
        for (Task task : before.tasks()) {
            earlier.computeIfAbsent(Key.of(task), key -> new ArrayDeque<>(1)).add(task);
        }
        Optional<Duration> elapsed = elapsed(before, after);
        boolean atLeast =
                after.header().map(header -> header.source().equals("procfs")).orElse(false);
        CauseFinder causesBefore = new CauseFinder(catalogue, before);
        SignatureFinder placesBefore = new SignatureFinder(before);
        CauseFinder causesAfter = new CauseFinder(catalogue, after);
        SignatureFinder placesAfter = new SignatureFinder(after);
        List<ComparedTask> tasks = new ArrayList<>(after.tasks().size());
        for (Task task : after.tasks()) {
            StackSignature place = placesAfter.find(task);
            // A damaged text may have the same task twice: the first one is taken for the first one.
            Deque<Task> same = earlier.get(Key.of(task));
            Task was = same == null ? null : same.poll();
            TaskChange change = was == null
                    ? TaskChange.NEW
                    : change(was, task, placesBefore.find(was).equals(place), elapsed, atLeast);
            tasks.add(new ComparedTask(change, task, causesAfter.find(task).cause(), place));
        }
        for (Task task : before.tasks()) {
            Deque<Task> left = earlier.get(Key.of(task));
            if (left != null && left.peek() == task) {
                left.poll();
                tasks.add(new ComparedTask(
                        TaskChange.GONE, task, causesBefore.find(task).cause(), placesBefore.find(task)));
            }
        }
        return new DumpComparison(
                tasks,
                elapsed,
                before.complete() && after.complete(),
                before.sample().isPresent() || after.sample().isPresent());
    }

    /** @param atLeast whether the times in their state are at least so long, else at most */
    private static TaskChange change(
            Task was, Task is, boolean samePlace, Optional<Duration> elapsed, boolean atLeast) {
        if (was.switches().isPresent() && is.switches().isPresent()) {
            return was.switches().equals(is.switches()) ? TaskChange.PERSISTING : TaskChange.MOVED;
        }
        if (!samePlace || was.state() != is.state()) {
            return TaskChange.MOVED;
        }
        if (elapsed.isPresent() && elapsed.get().isZero()) {
            return TaskChange.PERSISTING;
        }
        if (is.sinceMillis().isEmpty() || elapsed.isEmpty() || CauseFinder.kind(is) != Kind.SLEEP) {
            return TaskChange.UNCLEAR;
        }
        Duration since = Duration.ofMillis(is.sinceMillis().getAsLong());
        if (since.compareTo(elapsed.get()) >= 0) {
            return TaskChange.PERSISTING;
        }
        return atLeast ? TaskChange.UNCLEAR : TaskChange.MOVED;
    }

    private static Optional<Duration> elapsed(StackDump before, StackDump after) {
        OptionalLong from = monotonic(before);
        OptionalLong to = monotonic(after);
        if (from.isPresent() && to.isPresent()) {
            return Optional.of(Duration.ofNanos(to.getAsLong() - from.getAsLong()))
                    .filter(time -> !time.isNegative());
        }
        return before.time()
                .flatMap(StackDump.Time::wall)
                .flatMap(start -> after.time().flatMap(StackDump.Time::wall).map(end -> Duration.between(start, end)))
                .filter(time -> !time.isNegative());
    }

    private static OptionalLong monotonic(StackDump dump) {
        return dump.time().map(StackDump.Time::monotonicNanos).orElse(OptionalLong.empty());
    }

    /** Whether every task stayed where it was, as far as the dumps say. */
    public boolean isEmpty() {
        return of(TaskChange.NEW) + of(TaskChange.GONE) + of(TaskChange.MOVED) == 0;
    }

    public int of(TaskChange change) {
        int count = 0;
        for (ComparedTask task : tasks) {
            count += task.change() == change ? 1 : 0;
        }
        return count;
    }

    /** In the order of {@link #tasks}. */
    public List<ComparedTask> tasks(TaskChange change) {
        return tasks.stream().filter(task -> task.change() == change).toList();
    }

    /** As {@link #by}, by cause. */
    public List<ChangeCount> byCause() {
        return by(GroupKind.CAUSE);
    }

    /** As {@link #by}, by the signatures of the stacks. */
    public List<ChangeCount> bySignature() {
        return by(GroupKind.SIGNATURE);
    }

    /**
     * The largest first. Each task is counted where the later dump has it; one that is gone, where the earlier had it.
     */
    public List<ChangeCount> by(GroupKind kind) {
        GroupNames names = new GroupNames(Map.of());
        Map<String, Map<TaskChange, Integer>> counts = new LinkedHashMap<>();
        Map<String, ComparedTask> examples = new HashMap<>();
        for (ComparedTask task : tasks) {
            String name = names.key(kind, task.task(), task.cause(), task.signature());
            counts.computeIfAbsent(name, missing -> new EnumMap<>(TaskChange.class))
                    .merge(task.change(), 1, Integer::sum);
            examples.putIfAbsent(name, task);
        }
        List<ChangeCount> all = new ArrayList<>(counts.size());
        counts.forEach((name, count) -> {
            ComparedTask example = examples.get(name);
            all.add(new ChangeCount(
                    name,
                    example == null ? name : names.title(kind, example.task(), example.cause(), example.signature()),
                    count));
        });
        all.sort(Comparator.comparingInt(ChangeCount::all).reversed().thenComparing(ChangeCount::key));
        return List.copyOf(all);
    }
}
