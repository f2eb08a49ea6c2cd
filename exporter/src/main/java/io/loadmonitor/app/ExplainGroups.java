package io.loadmonitor.app;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.ChangeCount;
import io.loadmonitor.dump.DumpComparison;
import io.loadmonitor.dump.GroupKind;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.TaskChange;
import io.loadmonitor.dump.TaskGroup;
import io.loadmonitor.dump.TaskGroups;
import io.loadmonitor.dump.TimeInState;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Tables of a report: the tasks in groups, and what became of them since another dump. Not thread-safe. */
final class ExplainGroups {
    private static final int ROWS = 10;

    private final PrintWriter out;
    private final UnaryOperator<String> heading;
    private final CauseCatalogue causes;

    /** @param heading makes a heading stand out */
    ExplainGroups(PrintWriter out, UnaryOperator<String> heading, CauseCatalogue causes) {
        this.out = out;
        this.heading = heading;
        this.causes = causes;
    }

    /** The groups that say more than the parts of the load do: none of a way in which all tasks are alike. */
    void groups(StackDump dump) {
        TaskGroups groups = TaskGroups.of(dump, causes, Set.of());
        if (dump.tasks().stream().anyMatch(task -> task.tgid().isPresent())) {
            table("By process", groups.by(GroupKind.PROCESS), dump);
        }
        table("By cgroup", groups.by(GroupKind.CGROUP), dump);
        table("By container", groups.by(GroupKind.CONTAINER), dump);
    }

    private void table(String title, List<TaskGroup> groups, StackDump dump) {
        if (groups.size() < 2) {
            return;
        }
        int whole = dump.tasksMeant();
        // From /proc the time is known from below: an earlier look saw the task in the same sleep.
        String bound =
                dump.header().map(header -> header.source().equals("procfs")).orElse(false) ? "at least" : "at most";
        out.printf(
                "%n%s%s%n",
                heading.apply(title),
                dump.sample().map(sample -> ", " + sample.estimate()).orElse(""));
        for (TaskGroup group : groups.subList(0, Math.min(ROWS, groups.size()))) {
            out.printf(
                    Locale.ROOT,
                    "%7d  %5.1f%%  %s%s%n",
                    group.tasks(),
                    100.0 * group.tasks() / whole,
                    group.title(),
                    timeInD(group, bound));
        }
        if (groups.size() > ROWS) {
            int rest = groups.subList(ROWS, groups.size()).stream()
                    .mapToInt(TaskGroup::tasks)
                    .sum();
            out.printf(Locale.ROOT, "%7d  %5.1f%%  %d more%n", rest, 100.0 * rest / whole, groups.size() - ROWS);
        }
    }

    private static String timeInD(TaskGroup group, String bound) {
        if (group.uninterruptible() == 0) {
            return "";
        }
        String tasks = "  " + group.uninterruptible() + " in D";
        if (group.timeInD().isEmpty()) {
            return tasks;
        }
        TimeInState time = group.timeInD().get();
        return tasks
                + String.format(Locale.ROOT, " for %s s %s", seconds(Duration.ofMillis(time.maxMillis())), bound)
                + (time.tasks() > 1
                        ? String.format(Locale.ROOT, ", median %s s", seconds(Duration.ofMillis(time.medianMillis())))
                        : "");
    }

    /** With a decimal where that says something. */
    private static String seconds(Duration time) {
        return time.toSeconds() < 100
                ? String.format(Locale.ROOT, "%.1f", time.toMillis() / 1000.0)
                : Long.toString(time.toSeconds());
    }

    void changes(DumpComparison comparison) {
        out.printf(
                "%n%s%s%s%s%n",
                heading.apply("Since the dump before"),
                comparison
                        .elapsed()
                        .map(time -> ", " + seconds(time) + " s ago")
                        .orElse(""),
                comparison.complete() ? "" : ", one of the two incomplete",
                comparison.sampled()
                        ? ", one of the two a fair sample: tasks may seem new or gone that were not drawn"
                        : "");
        out.println("    new  persisting  moved  unclear   gone");
        row(
                comparison.of(TaskChange.NEW),
                comparison.of(TaskChange.PERSISTING),
                comparison.of(TaskChange.MOVED),
                comparison.of(TaskChange.UNCLEAR),
                comparison.of(TaskChange.GONE),
                "all");
        List<ChangeCount> places = comparison.byCause();
        for (ChangeCount cause : places.subList(0, Math.min(ROWS, places.size()))) {
            row(
                    cause.of(TaskChange.NEW),
                    cause.of(TaskChange.PERSISTING),
                    cause.of(TaskChange.MOVED),
                    cause.of(TaskChange.UNCLEAR),
                    cause.of(TaskChange.GONE),
                    cause.title());
        }
        if (places.size() > ROWS) {
            out.printf("%s%d more causes%n", " ".repeat(43), places.size() - ROWS);
        }
    }

    private void row(int fresh, int persisting, int moved, int unclear, int gone, String title) {
        out.printf(Locale.ROOT, "%7d  %10d  %5d  %7d  %5d  %s%n", fresh, persisting, moved, unclear, gone, title);
    }
}
