package io.loadmonitor.web.view;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.ChangeCount;
import io.loadmonitor.dump.DumpComparison;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.GroupKind;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.dump.ProcessCount;
import io.loadmonitor.dump.SignatureFinder;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.Task;
import io.loadmonitor.dump.TaskChange;
import io.loadmonitor.dump.TaskGroups;
import io.loadmonitor.dump.TimeInState;
import io.loadmonitor.report.Quantity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The tasks of a dump in groups, as a table: what they are, since when, and what became of them since the dump before.
 * The rows and the rest that has none sum to the tasks of the dump, or to those that its sample stands for.
 *
 * @param by what the groups have in common
 * @param rows largest first, groups of nothing but chronic tasks after all others
 * @param moreGroups and moreTasks, that have no row
 * @param gone what was in the dump before, in words; largest first
 * @param compared with which dump, in words; empty text without one
 * @param estimate that the numbers of tasks are estimated; empty text when they are counted
 */
public record GroupTable(
        By by, List<Row> rows, int moreGroups, int moreTasks, List<String> gone, String compared, String estimate) {
    private static final int MOST_ROWS = 25;
    private static final int MOST_NAMES = 5;
    private static final int MOST_FRAMES = 40;
    private static final int MOST_GONE = 8;

    public GroupTable {
        rows = List.copyOf(rows);
        gone = List.copyOf(gone);
    }

    /** By what tasks are put into groups, under the names that addresses have. */
    public enum By {
        CAUSE("cause", "Cause", GroupKind.CAUSE),
        STACK("stack", "Stack", GroupKind.SIGNATURE),
        PROCESS("process", "Process", GroupKind.PROCESS),
        CGROUP("cgroup", "Cgroup", GroupKind.CGROUP),
        CONTAINER("container", "Container", GroupKind.CONTAINER);

        private final String word;
        private final String title;
        private final GroupKind kind;

        By(String word, String title, GroupKind kind) {
            this.word = word;
            this.title = title;
            this.kind = kind;
        }

        public String word() {
            return word;
        }

        public String title() {
            return title;
        }
    }

    /**
     * A group.
     *
     * @param names of its tasks' programs: {@code java × 8}
     * @param longest time in its state of one of them; empty text where the dump does not say
     * @param changes since the dump before: {@code 13 new}
     * @param seen how often the stack of the example was there before; empty text where nobody knows
     * @param chronic how many of its tasks the host always has, in words; empty text for none
     * @param frames of the one that has been there longest, innermost first
     * @param example who that is
     * @param explanation and check, of its cause
     */
    public record Row(
            int tasks,
            String share,
            String title,
            List<String> names,
            String longest,
            List<Change> changes,
            String seen,
            String chronic,
            List<String> frames,
            String example,
            String cause,
            String explanation,
            String check) {
        public Row {
            names = List.copyOf(names);
            changes = List.copyOf(changes);
            frames = List.copyOf(frames);
        }
    }

    /** @param what class of its colour */
    public record Change(String what, String text) {}

    /**
     * What the host's earlier dumps had of a signature.
     *
     * @param dumps that had it
     * @param last when the newest of them was taken; empty for none
     * @param chronic whether the host always has it
     */
    public record Sighting(long dumps, Optional<Instant> last, boolean chronic) {}

    /** The dump before. */
    public record Before(long id, StackDump dump) {}

    /**
     * @param seen by the ids of signatures; those that are missing were never looked up
     * @param before of the same boot; empty without one
     * @param at when the dump was taken
     */
    public static GroupTable of(
            StackDump dump,
            CauseCatalogue causes,
            By by,
            Map<String, Sighting> seen,
            Optional<Before> before,
            Instant at) {
        Set<String> chronic = seen.entrySet().stream()
                .filter(entry -> entry.getValue().chronic())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        TaskGroups all = TaskGroups.of(dump, causes, chronic);
        List<io.loadmonitor.dump.TaskGroup> groups = all.by(by.kind);
        Optional<DumpComparison> comparison = before.map(earlier -> DumpComparison.of(earlier.dump(), dump, causes));
        Map<String, ChangeCount> changes = comparison
                .map(found ->
                        found.by(by.kind).stream().collect(Collectors.toMap(ChangeCount::key, Function.identity())))
                .orElse(Map.of());
        Map<Integer, CallStack> stacks = dump.stacksById();
        SignatureFinder signatures = new SignatureFinder(dump);
        List<Row> rows = groups.stream()
                .sorted(Comparator.comparing(group -> group.chronic() == group.tasks()))
                .limit(MOST_ROWS)
                .map(group -> row(
                        group,
                        all.tasks(),
                        Optional.ofNullable(changes.get(group.key())),
                        Optional.ofNullable(
                                seen.get(signatures.find(group.example()).id())),
                        stacks,
                        at))
                .toList();
        return new GroupTable(
                by,
                rows,
                groups.size() - rows.size(),
                all.tasks() - rows.stream().mapToInt(Row::tasks).sum(),
                gone(
                        changes.values(),
                        groups.stream().map(io.loadmonitor.dump.TaskGroup::key).collect(Collectors.toSet())),
                before.flatMap(earlier -> comparison.map(found -> compared(earlier, found)))
                        .orElse(""),
                dump.sample()
                        .map(sample -> "Numbers of tasks are " + sample.estimate() + ".")
                        .orElse(""));
    }

    private static Row row(
            io.loadmonitor.dump.TaskGroup group,
            int all,
            Optional<ChangeCount> changes,
            Optional<Sighting> sighting,
            Map<Integer, CallStack> stacks,
            Instant at) {
        Task example = group.example();
        CallStack stack = stacks.get(example.stackId());
        LoadCause cause = group.exampleCause();
        Optional<TimeInState> time = group.timeInD().isPresent() ? group.timeInD() : group.time();
        return new Row(
                group.tasks(),
                Math.round(100.0 * group.tasks() / Math.max(1, all)) + " %",
                VisibleText.of(group.title()),
                names(group.programs()),
                time.map(found -> Quantity.of(Duration.ofMillis(found.maxMillis())))
                        .orElse(""),
                changes.map(GroupTable::changes).orElse(List.of()),
                sighting.map(found -> seen(found, at)).orElse(""),
                group.chronic() == 0 ? "" : group.chronic() == group.tasks() ? "chronic" : group.chronic() + " chronic",
                stack == null
                        ? List.of()
                        : stack.frames().stream()
                                .limit(MOST_FRAMES)
                                .map(Frame::toString)
                                .toList(),
                who(example),
                VisibleText.of(cause.title()),
                VisibleText.of(cause.explanation()),
                VisibleText.of(cause.check()));
    }

    /** {@code java (812)}, {@code java, thread GC Thread#0 (815)}. */
    private static String who(Task task) {
        return task.program().escaped()
                + (task.comm().equals(task.program())
                        ? ""
                        : ", thread " + task.comm().escaped()) + " (" + task.pid() + ")";
    }

    private static List<String> names(List<ProcessCount> programs) {
        List<String> shown = programs.stream()
                .limit(MOST_NAMES)
                .map(program -> program.comm().escaped() + (program.tasks() > 1 ? " × " + program.tasks() : ""))
                .collect(Collectors.toCollection(ArrayList::new));
        if (programs.size() > MOST_NAMES) {
            shown.add("and " + Quantity.count(programs.size() - MOST_NAMES, "other name", "other names"));
        }
        return shown;
    }

    private static List<Change> changes(ChangeCount counts) {
        List<Change> changes = new ArrayList<>();
        for (TaskChange change : TaskChange.values()) {
            int tasks = counts.of(change);
            if (tasks > 0) {
                changes.add(
                        switch (change) {
                            case NEW -> new Change("new", tasks + " new");
                            case PERSISTING -> new Change("stayed", tasks + " stayed");
                            case MOVED -> new Change("moved", tasks + " ran on");
                            case UNCLEAR -> new Change("moved", tasks + " unclear");
                            case GONE -> new Change("gone", tasks + " gone");
                        });
            }
        }
        return changes;
    }

    private static String seen(Sighting sighting, Instant at) {
        return sighting.last()
                .map(last -> "seen in " + Quantity.count(sighting.dumps(), "dump", "dumps") + " before, last "
                        + Quantity.of(Duration.between(last, at)) + " earlier")
                .orElse("never seen before");
    }

    private static List<String> gone(Collection<ChangeCount> changes, Set<String> there) {
        List<ChangeCount> left = changes.stream()
                .filter(change -> !there.contains(change.key()))
                .sorted(Comparator.comparing((ChangeCount change) -> -change.of(TaskChange.GONE))
                        .thenComparing(ChangeCount::key))
                .toList();
        List<String> gone = left.stream()
                .limit(MOST_GONE)
                .map(change -> change.of(TaskChange.GONE) + " " + VisibleText.of(change.title()))
                .collect(Collectors.toCollection(ArrayList::new));
        if (left.size() > MOST_GONE) {
            gone.add(Quantity.count(left.size() - MOST_GONE, "smaller group", "smaller groups"));
        }
        return gone;
    }

    private static String compared(Before before, DumpComparison comparison) {
        return "Compared with dump " + before.id()
                + comparison
                        .elapsed()
                        .map(time -> ", " + Quantity.of(time) + " earlier")
                        .orElse("")
                + ": “stayed” is the same task that got no CPU since (or kept its own), “ran on” the same that got one,"
                + " “unclear” the same of which the two dumps do not tell."
                + (comparison.complete() ? "" : " One of the two was cut off, so some may only seem new or gone.")
                + (comparison.sampled()
                        ? " One of the two is a fair sample: these numbers are of the tasks in it, and some may only"
                                + " seem new or gone because they were not drawn."
                        : "");
    }
}
