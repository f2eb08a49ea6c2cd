package io.loadmonitor.report;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadCause.Kind;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.Placement;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import io.loadmonitor.kernellog.Blocker;
import io.loadmonitor.kernellog.LogKind;
import io.loadmonitor.kernellog.LogReport;
import io.loadmonitor.kernellog.ReportContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A report's first line: what its load consisted of, and what else the text says of it: who holds the lock, what a
 * kernel worker works on, which CPU is stuck, how often it was seen. Bounded in length, printable ASCII. Stateless.
 */
public final class LogHeadline {
    /** Told where a text names who is blocked, but not where. */
    public static final String NO_STACK = "blocked, no stack in this text";

    private static final int MOST_CLAUSES = 2;
    private static final int NAMES_SHOWN = 3;
    private static final int PARTS_SHOWN = 5;
    private static final double MICROS = 1e6;

    /** What their holders wait for is the reason; on equal numbers it comes first. */
    private static final Set<String> LOCKS =
            Set.of("mutex", "rwsem", "percpu-rwsem", "semaphore", "rtnl-lock", "mmap-lock", "page-lock", "name-lookup");

    private LogHeadline() {}

    /** The parts of the report; of those of equal size the one that the others wait for is first. */
    public static LoadBreakdown load(LogReport report, CauseCatalogue causes) {
        LoadBreakdown load = LoadBreakdown.of(report.dump(), causes);
        if (report.kind() == LogKind.DUMP) {
            return load;
        }
        List<LoadPart> parts = new ArrayList<>(load.parts());
        int from = 0;
        while (from < parts.size()) {
            int to = from + 1;
            while (to < parts.size() && alike(parts.get(from), parts.get(to))) {
                to++;
            }
            parts.subList(from, to)
                    .sort(Comparator.comparing(
                            part -> LOCKS.contains(part.cause().id())));
            from = to;
        }
        return new LoadBreakdown(
                parts,
                load.tasks(),
                load.active(),
                load.load1(),
                load.at(),
                load.presence(),
                load.devices(),
                load.complete(),
                load.sample());
    }

    private static boolean alike(LoadPart a, LoadPart b) {
        return a.tasks() == b.tasks()
                && a.cause().kind() == Kind.SLEEP
                && b.cause().kind() == Kind.SLEEP
                && a.chronic() == b.chronic();
    }

    /** @param load of {@link #load} */
    public static String of(LogReport report, LoadBreakdown load, CauseCatalogue causes) {
        StringBuilder text = new StringBuilder(
                report.kind() == LogKind.OFF_CPU
                        ? byTime(report, causes)
                        : stacksMissing(report) ? withoutStacks(report) : load.headline());
        clauses(report, text.toString(), causes)
                .forEach(clause -> text.append("; ").append(clause));
        return text.toString();
    }

    /** Whether the text names blocked tasks, and for none of them where. */
    public static boolean stacksMissing(LogReport report) {
        List<Task> tasks = report.dump().tasks();
        return report.kind() != LogKind.DUMP
                && !tasks.isEmpty()
                && tasks.stream()
                        .allMatch(task -> task.state() == State.UNINTERRUPTIBLE
                                && task.stackId() == 0
                                && task.waitChannel().isEmpty());
    }

    private static String withoutStacks(LogReport report) {
        List<Task> tasks = report.dump().tasks();
        Map<EscapedText, Long> names =
                tasks.stream().collect(Collectors.groupingBy(Task::program, LinkedHashMap::new, Collectors.counting()));
        String shown = names.entrySet().stream()
                .limit(NAMES_SHOWN)
                .map(name -> name.getKey().asName() + (name.getValue() > 1 ? " " + name.getValue() : ""))
                .collect(Collectors.joining(", "));
        long others = names.values().stream()
                .skip(NAMES_SHOWN)
                .mapToLong(Long::longValue)
                .sum();
        return tasks.size() + (tasks.size() == 1 ? " captured task = " : " captured tasks = ") + tasks.size() + " "
                + NO_STACK + " (" + shown + (others > 0 ? ", others " + others : "") + ")";
    }

    /** {@code 36.20 s off CPU = 24.10 s waiting for NFS (rsync) + 12.10 s in 3 other parts}. */
    private static String byTime(LogReport report, CauseCatalogue causes) {
        List<Task> tasks = report.dump().tasks();
        List<Long> micros = report.context().offCpuMicros();
        Map<String, Long> times = new LinkedHashMap<>();
        Map<String, Set<String>> names = new LinkedHashMap<>();
        Map<Integer, String> titles = new LinkedHashMap<>();
        double sum = 0;
        for (int i = 0; i < tasks.size(); i++) {
            Task task = tasks.get(i);
            String title = titles.computeIfAbsent(
                    task.stackId(),
                    id -> title(report.dump().stackOf(task).orElse(new CallStack(1, List.of())), causes));
            long slept = i < micros.size() ? micros.get(i) : 0;
            times.merge(title, slept, Long::sum);
            names.computeIfAbsent(title, unused -> new LinkedHashSet<>())
                    .add(task.program().asName());
            sum += slept;
        }
        List<Map.Entry<String, Long>> largest = times.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .toList();
        List<String> terms = new ArrayList<>();
        double shown = 0;
        for (Map.Entry<String, Long> part : largest.subList(0, Math.min(PARTS_SHOWN, largest.size()))) {
            shown += part.getValue();
            terms.add(seconds(part.getValue()) + " " + part.getKey() + " ("
                    + names.getOrDefault(part.getKey(), Set.of()).stream()
                            .limit(NAMES_SHOWN)
                            .collect(Collectors.joining(", "))
                    + ")");
        }
        if (largest.size() > PARTS_SHOWN) {
            terms.add(seconds(sum - shown) + " in " + (largest.size() - PARTS_SHOWN) + " other parts");
        }
        return seconds(sum) + " off CPU" + (terms.isEmpty() ? "" : " = " + String.join(" + ", terms));
    }

    private static String seconds(double micros) {
        return String.format(Locale.ROOT, "%.2f s", micros / MICROS);
    }

    /** @param load what is told before them */
    private static List<String> clauses(LogReport report, String load, CauseCatalogue causes) {
        ReportContext context = report.context();
        List<String> clauses = new ArrayList<>();
        context.events().stream().limit(MOST_CLAUSES).forEach(clauses::add);
        if (context.events().size() > MOST_CLAUSES) {
            clauses.add((context.events().size() - MOST_CLAUSES) + " more of these");
        }
        context.blockers().stream()
                .filter(blocker -> blocker.holder().isPresent() && !load.contains(", held by " + holder(blocker)))
                .limit(MOST_CLAUSES)
                .forEach(blocker -> clauses.add(blocker(blocker, causes)));
        report.dump().tasks().stream()
                .filter(task -> context.works().containsKey(task.pid()))
                .map(task ->
                        task.program().asName() + " works on " + context.works().get(task.pid()))
                .distinct()
                .limit(MOST_CLAUSES)
                .forEach(clauses::add);
        context.repeats()
                .ifPresent(repeats -> clauses.add("seen " + repeats.times() + " times"
                        + repeats.first().map(first -> ", from " + first).orElse("")
                        + repeats.last().map(last -> " to " + last).orElse("")));
        return clauses;
    }

    private static String holder(Blocker blocker) {
        return blocker.holder().map(EscapedText::asName).orElse("?")
                + (blocker.holderPid().isPresent() ? " (" + blocker.holderPid().getAsLong() + ")" : "");
    }

    private static String blocker(Blocker blocker, CauseCatalogue causes) {
        String holder = holder(blocker);
        String what;
        if (blocker.frames().isEmpty()) {
            what = "";
        } else if (blocker.holderState().equals(Optional.of("R"))) {
            what = ", which can run";
        } else {
            what = ", which is " + title(new CallStack(1, blocker.frames()), causes);
        }
        return blocker.waiter().asName() + " (" + blocker.waiterPid() + ") waits for " + blocker.lock() + " that "
                + holder + (blocker.formerly() ? " was the last to hold" : " holds") + what;
    }

    /** What a task with this stack waits for. */
    private static String title(CallStack stack, CauseCatalogue causes) {
        boolean none = stack.frames().isEmpty();
        Task task = new Task(
                1,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                State.UNINTERRUPTIBLE,
                Placement.SLEEP,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                none ? 0 : 1,
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                EscapedText.of("?"));
        StackDump dump = new StackDump(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                none ? List.of() : List.of(new CallStack(1, stack.frames())),
                List.of(task),
                true,
                List.of());
        return LoadBreakdown.of(dump, causes).parts().get(0).title();
    }
}
