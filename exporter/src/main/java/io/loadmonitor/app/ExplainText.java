package io.loadmonitor.app;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.DumpComparison;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.FairSample;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.Task;
import io.loadmonitor.kernellog.KernelLog;
import io.loadmonitor.kernellog.ListedTask;
import io.loadmonitor.kernellog.LogReport;
import io.loadmonitor.kernellog.NotLoad;
import io.loadmonitor.kernellog.UnreadKind;
import io.loadmonitor.report.LogHeadline;
import io.loadmonitor.report.LogWarnings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A report for eyes. Everything from outside stands in escaped form, so no task's name can do anything to the terminal;
 * the control sequences are those of colours alone. Not thread-safe.
 */
final class ExplainText {
    private static final int STACKS_SHOWN = 50;
    private static final int NAMES_SHOWN = 8;
    private static final int PIDS_SHOWN = 8;
    private static final int UNREAD_SHOWN = 20;
    private static final int WARNINGS_SHOWN = 30;

    private final PrintWriter out;
    private final boolean colour;
    private final CauseCatalogue causes;
    private final Optional<StackDump> before;
    private final ExplainGroups groups;

    /** @param before the dump with which the first report is compared */
    ExplainText(PrintWriter out, boolean colour, CauseCatalogue causes, Optional<StackDump> before) {
        this.out = out;
        this.colour = colour;
        this.causes = causes;
        this.before = before;
        this.groups = new ExplainGroups(out, this::bold, causes);
    }

    void write(KernelLog log) {
        int number = 0;
        for (LogReport report : log.reports()) {
            number++;
            if (number > 1) {
                out.println();
            }
            LoadBreakdown load = LogHeadline.load(report, causes);
            out.println(bold(LogHeadline.of(report, load, causes)));
            out.println(origin(report)
                    + (log.reports().size() > 1
                            ? ", report " + number + " of " + log.reports().size()
                            : ""));
            report(report, load, number == 1 ? before : Optional.empty());
        }
        unread(log);
    }

    private void report(LogReport report, LoadBreakdown load, Optional<StackDump> earlier) {
        StackDump dump = report.dump();
        parts(report, load);
        dump.devices().flatMap(MappedDevices::sentence).ifPresent(devices -> out.printf("%nDevices: %s%n", devices));
        List<String> host = dump.hostState().sentences();
        if (!host.isEmpty()) {
            out.printf("%n%s%n", bold("The host beside it"));
            host.forEach(sentence -> out.println("  " + sentence));
        }
        List<String> said = dump.hostState().log();
        if (!said.isEmpty()) {
            out.printf("%n%s%n", bold("What the kernel said last"));
            said.forEach(line -> out.println("  " + line));
        }
        groups.groups(dump);
        earlier.ifPresent(other -> groups.changes(DumpComparison.of(other, dump, causes)));
        if (!LogHeadline.stacksMissing(report)) {
            causes(load.parts());
        }
        counts(dump);
        stacks(report);
        listed(report.listed());
        List<String> warnings = LogWarnings.of(report);
        if (!warnings.isEmpty()) {
            out.println();
            warnings.stream().limit(WARNINGS_SHOWN).forEach(warning -> out.println(yellow("! ") + warning));
        }
    }

    private static String origin(LogReport report) {
        String what = switch (report.kind()) {
            case DUMP -> "Dump of load-monitor";
            case ORIGINAL -> "Original load-monitor module";
            case SYSRQ_BLOCKED -> "sysrq-w, blocked tasks";
            case SYSRQ_ALL -> "sysrq-t, all tasks";
            case SYSRQ -> "List of tasks as sysrq prints it";
            case HUNG_TASK -> "Hung-task report";
            case LOCKUP -> "Lockup of a CPU";
            case RCU_STALL -> "RCU stall";
            case CPU_BACKTRACES -> "Backtraces of CPUs";
            case WORKQUEUE_LOCKUP -> "Workqueue lockup";
            case CRASH -> "Backtraces of crash";
            case DRGN -> "Stack traces of drgn";
            case PS -> "Tasks as ps shows them";
            case OFF_CPU -> "Folded stacks off CPU, by time";
            case PROC_STACK -> "Stacks of /proc";
        };
        String release = report.dump()
                .header()
                .flatMap(StackDump.Header::release)
                .map(text -> ", Linux " + text)
                .orElse("");
        return what + report.stamp().map(stamp -> " at " + stamp).orElse("") + release + ", line " + report.firstLine();
    }

    private void parts(LogReport report, LoadBreakdown load) {
        StackDump dump = report.dump();
        boolean stacksMissing = LogHeadline.stacksMissing(report);
        int tasks = load.tasks();
        OptionalInt active = dump.load().map(StackDump.Load::active).orElse(OptionalInt.empty());
        int whole = Math.max(tasks, active.orElse(0));
        out.println();
        for (LoadPart part : load.parts()) {
            out.printf(
                    Locale.ROOT,
                    "%7d  %5.1f%%  %s  %s%n",
                    part.tasks(),
                    100.0 * part.tasks() / whole,
                    bold(stacksMissing ? LogHeadline.NO_STACK : part.title()),
                    names(part));
        }
        if (whole > tasks) {
            out.printf(Locale.ROOT, "%7d  %5.1f%%  not in the dump%n", whole - tasks, 100.0 * (whole - tasks) / whole);
        }
        out.printf(
                "%7d  tasks %s%n",
                tasks, load.sample().map(FairSample::estimate).orElse("in the dump"));
        active.ifPresent(count -> out.printf("%7d  active tasks by the kernel's count%n", count));
    }

    private void causes(List<LoadPart> parts) {
        parts.stream().map(LoadPart::cause).distinct().forEach(cause -> {
            out.println();
            out.println(bold(cause.id()) + ": " + cause.explanation());
            out.println("  Check: " + cause.check());
        });
        if (!parts.isEmpty()) {
            out.println();
        }
    }

    private static String names(LoadPart part) {
        String names = part.processes().stream()
                .limit(NAMES_SHOWN)
                .map(process -> process.comm().asName() + ' ' + process.tasks())
                .collect(Collectors.joining(", "));
        int others = part.processes().stream()
                .skip(NAMES_SHOWN)
                .mapToInt(process -> process.tasks())
                .sum();
        return others > 0 ? names + ", others " + others : names;
    }

    private void counts(StackDump dump) {
        dump.counts()
                .ifPresent(counts -> new TreeMap<>(counts.values())
                        .forEach((key, value) -> out.printf("         %s=%d%n", key, value)));
    }

    private record Group(int stackId, String place) {}

    private void stacks(LogReport report) {
        StackDump dump = report.dump();
        Map<Group, List<Task>> groups = new LinkedHashMap<>();
        for (Task task : dump.tasks()) {
            groups.computeIfAbsent(new Group(task.stackId(), place(task)), group -> new ArrayList<>())
                    .add(task);
        }
        Map<Integer, CallStack> stacks = dump.stacksById();
        dump.sample()
                .ifPresent(
                        sample -> out.printf("%nBy stack, in %s; these numbers are not scaled up:%n", sample.text()));
        groups.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<Group, List<Task>> group) ->
                                group.getValue().size())
                        .reversed())
                .limit(STACKS_SHOWN)
                .forEach(group -> group(
                        group.getKey(),
                        group.getValue(),
                        stacks,
                        report.context().works()));
        if (groups.size() > STACKS_SHOWN) {
            out.printf("%n%d more groups with fewer tasks; --json has all%n", groups.size() - STACKS_SHOWN);
        }
    }

    private void group(Group group, List<Task> tasks, Map<Integer, CallStack> stacks, Map<Long, String> works) {
        Map<EscapedText, List<Task>> byName =
                tasks.stream().collect(Collectors.groupingBy(Task::program, LinkedHashMap::new, Collectors.toList()));
        String names = byName.entrySet().stream()
                .limit(NAMES_SHOWN)
                .map(name -> name.getKey().asName() + pids(name.getValue()))
                .collect(Collectors.joining(", "));
        out.printf(
                "%n%s %s: %s%s%n",
                bold(tasks.size() + (tasks.size() == 1 ? " task" : " tasks")),
                group.place(),
                names,
                byName.size() > NAMES_SHOWN ? ", " + (byName.size() - NAMES_SHOWN) + " other names" : "");
        tasks.stream()
                .filter(task -> works.containsKey(task.pid()))
                .limit(PIDS_SHOWN)
                .forEach(task -> out.println("    " + task.pid() + " works on " + works.get(task.pid())));
        CallStack stack = stacks.get(group.stackId());
        if (stack == null) {
            out.println(dim(group.stackId() == 0 ? "    no stack" : "    its stack is not in the text"));
        } else {
            stack.frames().forEach(frame -> out.println("    " + cyan(frame.toString())));
        }
    }

    /**
     * {@code (94 95)}, and beside each thread of another name than its program this name: {@code (811 "GC Thread#0")}.
     */
    private static String pids(List<Task> tasks) {
        boolean threads = tasks.stream().anyMatch(task -> !task.comm().equals(task.program()));
        String pids = tasks.stream()
                .filter(task -> !task.flags().contains("pid_unknown"))
                .limit(PIDS_SHOWN)
                .map(task -> task.pid()
                        + (task.comm().equals(task.program())
                                ? ""
                                : " " + task.comm().asName()))
                .collect(Collectors.joining(threads ? ", " : " "));
        return pids.isEmpty() ? "" : " (" + pids + (tasks.size() > PIDS_SHOWN ? " ..." : "") + ')';
    }

    private static String place(Task task) {
        String flags = task.flags().stream().sorted().collect(Collectors.joining(", "));
        String where = switch (task.placement()) {
            case CPU_USER -> "on CPU in user mode";
            case CPU_KERNEL -> "on CPU in the kernel";
            case CPU -> "on CPU";
            case QUEUE -> "waiting for a CPU";
            case SLEEP, UNKNOWN ->
                switch (task.state()) {
                    case UNINTERRUPTIBLE -> "in D";
                    case SLEEPING -> "asleep";
                    case RUNNING ->
                        task.delayed() ? "asleep, but still counted as running" : "running or waiting for a CPU";
                    case UNKNOWN -> "in an unknown state";
                };
        };
        return flags.isEmpty() ? where : where + " [" + flags + ']';
    }

    private void listed(List<ListedTask> tasks) {
        if (tasks.isEmpty()) {
            return;
        }
        out.printf("%n%s%n", bold("Listed but no load: " + tasks.size() + (tasks.size() == 1 ? " task" : " tasks")));
        Map<NotLoad, Map<String, List<ListedTask>>> byReason = new TreeMap<>();
        for (ListedTask task : tasks) {
            byReason.computeIfAbsent(task.reason(), reason -> new LinkedHashMap<>())
                    .computeIfAbsent(task.function().orElse("no stack"), function -> new ArrayList<>())
                    .add(task);
        }
        byReason.forEach((reason, functions) -> functions.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, List<ListedTask>> group) ->
                                group.getValue().size())
                        .reversed())
                .limit(STACKS_SHOWN)
                .forEach(group -> out.printf(
                        "%7d  %s: %s  %s%n",
                        group.getValue().size(), reason.text(), group.getKey(), dim(listedNames(group.getValue())))));
    }

    private static String listedNames(List<ListedTask> tasks) {
        List<String> names = tasks.stream()
                .map(task -> task.comm().map(EscapedText::asName).orElse("pid " + task.pid()))
                .distinct()
                .toList();
        return names.stream().limit(NAMES_SHOWN).collect(Collectors.joining(", "))
                + (names.size() > NAMES_SHOWN ? ", ..." : "");
    }

    private void unread(KernelLog log) {
        if (log.skipped() + log.unread() > 0) {
            out.printf(
                    "%n%s%n",
                    dim(log.lines() + " lines: " + log.understood() + " used, " + log.skipped()
                            + " without a word about load, " + log.unread() + " unknown"));
        }
        if (log.unread() == 0) {
            return;
        }
        out.printf("%d lines were not understood, or only in part:%n", log.unread());
        int shown = 0;
        for (UnreadKind kind : log.unreadKinds()
                .subList(0, Math.min(UNREAD_SHOWN, log.unreadKinds().size()))) {
            shown += kind.lines();
            out.printf(
                    "  line %d: %s%s%n",
                    kind.firstLine(),
                    kind.text(),
                    kind.lines() > 1 ? dim("  and " + (kind.lines() - 1) + " more like it") : "");
        }
        if (log.unread() > shown) {
            out.printf(
                    "  and %d of other kinds; --json lists %s%n",
                    log.unread() - shown,
                    log.unread() == log.unreadLines().size()
                            ? "all"
                            : "the first " + log.unreadLines().size());
        }
    }

    private String bold(String text) {
        return colour("1", text);
    }

    private String dim(String text) {
        return colour("2", text);
    }

    private String yellow(String text) {
        return colour("33", text);
    }

    private String cyan(String text) {
        return colour("36", text);
    }

    private String colour(String code, String text) {
        return colour ? "\u001b[" + code + 'm' + text + "\u001b[0m" : text;
    }
}
