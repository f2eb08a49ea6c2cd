package io.loadmonitor.kernellog;

import io.loadmonitor.dump.Frame;
import io.loadmonitor.kernellog.KernelLogReader.Fate;
import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lists of tasks that the kernel prints: sysrq's, and khungtaskd's with who holds the lock. Not thread-safe. */
final class KernelLines implements LineReader {
    /** khungtaskd names all tasks of a round at once; rounds are as far apart as its time limit. */
    private static final double ROUND_SECONDS = 3;

    // kernel/hung_task.c, 2.6.25 to 7.x
    private static final Pattern HUNG = Pattern.compile(
            "^INFO: task (.{0,15}):(\\d{1,10}) blocked" + " (?:in I/O wait )?for more than (\\d{1,10}) seconds\\.?$");
    private static final Pattern BLOCKER =
            Pattern.compile("^INFO: task (.{0,15}):(\\d{1,10}) (?:<(\\w{1,8})> )?(?:is )?"
                    + "blocked on (an? [a-z-]{1,32}),? (?:likely (last held|owned) by task (.{0,15}):(\\d{1,10})("
                    + "?: <(\\w{1,8})>)?"
                    + "|but the (?:owner|last holder) is not found)\\.?$");
    private static final Pattern HUNG_NOTE = Pattern.compile(
            "^(?:Future|INFO: future) hung task reports are suppressed.{0,200}$|^Blocked by coredump\\.$");
    private static final Pattern TAINT =
            Pattern.compile("^(?:Not tainted|Tainted: .{1,200}?),? (\\d[!-~]{1,63})(?: #.{0,200}| {0,4})$");
    // drivers/tty/sysrq.c: "SysRq : Show Blocked State" up to 4.8, "sysrq: SysRq : ..." up to 4.20, "sysrq: ..." since
    private static final Pattern SYSRQ = Pattern.compile("^(?:sysrq: ?)?(?:SysRq ?: ?)?Show (Blocked )?State$");
    private static final Pattern OTHER_SYSRQ = Pattern.compile("^(?:sysrq: ?(?:SysRq ?: ?)?|SysRq ?: ?).{1,200}$");
    private static final Pattern DROPPED = Pattern.compile("^\\*\\* \\d{1,10} printk messages dropped \\*\\*$");
    // kernel/workqueue.c, print_worker_info: Workqueue: writeback wb_workfn (flush-253:4)
    private static final Pattern WORKQUEUE = Pattern.compile(
            "^Workqueue: (\\S{1,64}) ([A-Za-z_.][\\w.]{0,127})((?: \\[\\S{1,64}\\])?)((?: \\(.{1,64}\\))?)$");

    private final OpenReport open;
    /** What is printed next is the stack of whoever holds the lock. */
    private boolean ownerExpected;

    KernelLines(OpenReport open) {
        this.open = open;
    }

    @Override
    public Optional<Fate> read(NumberedLine line, String text) {
        Matcher sysrq = SYSRQ.matcher(text);
        if (sysrq.matches()) {
            return Optional.of(open.open(sysrq.group(1) == null ? LogKind.SYSRQ_ALL : LogKind.SYSRQ_BLOCKED, line));
        }
        if (OTHER_SYSRQ.matcher(text).matches()) {
            open.close();
            return Optional.of(Fate.SKIPPED);
        }
        if (text.startsWith("INFO: task ")) {
            Optional<Fate> hung = hung(line, text);
            if (hung.isPresent()) {
                return hung;
            }
        }
        if (HUNG_NOTE.matcher(text).matches() && open.is(LogKind.HUNG_TASK)) {
            open.opened().note(text);
            return Optional.of(Fate.UNDERSTOOD);
        }
        Matcher taint = TAINT.matcher(text);
        if (taint.matches() && open.is(LogKind.HUNG_TASK)) {
            open.opened().release(taint.group(1));
            return Optional.of(Fate.UNDERSTOOD);
        }
        Optional<TaskLine> shown = TaskLine.of(text);
        if (shown.isPresent()) {
            return Optional.of(shown(line, shown.get()));
        }
        if (DROPPED.matcher(text).matches()) {
            open.book().gap();
            return Optional.of(Fate.UNDERSTOOD);
        }
        Matcher work = WORKQUEUE.matcher(text);
        if (work.matches() && open.task != null && !open.otherTrace) {
            open.task.work =
                    Optional.of(work.group(2) + work.group(3) + " of workqueue " + work.group(1) + work.group(4));
            return Optional.of(Fate.UNDERSTOOD);
        }
        return Optional.empty();
    }

    private Optional<Fate> hung(NumberedLine line, String text) {
        Matcher hung = HUNG.matcher(text);
        if (hung.matches()) {
            return Optional.of(hung(line, hung));
        }
        Matcher blocker = BLOCKER.matcher(text);
        if (!blocker.matches()) {
            return Optional.empty();
        }
        if (open.ensure(LogKind.HUNG_TASK, line) == Fate.UNREAD) {
            return Optional.of(Fate.UNREAD);
        }
        // Its words say what a reader wants to know, whether the holder's stack follows or not.
        open.opened().note(text);
        open.opened()
                .blockers
                .add(new RawBlocker(
                        Long.parseLong(blocker.group(2)),
                        blocker.group(1),
                        "reader".equals(blocker.group(3)),
                        blocker.group(4),
                        "last held".equals(blocker.group(5)),
                        blocker.group(7) == null
                                ? OptionalLong.empty()
                                : OptionalLong.of(Long.parseLong(blocker.group(7))),
                        Optional.ofNullable(blocker.group(6)),
                        "reader".equals(blocker.group(8))));
        open.task = null;
        ownerExpected = blocker.group(7) != null;
        return Optional.of(Fate.UNDERSTOOD);
    }

    private Fate hung(NumberedLine line, Matcher hung) {
        ownerExpected = false;
        long pid = Long.parseLong(hung.group(2));
        OptionalDouble now = line.log().seconds();
        ReportDraft report = open.report;
        boolean same = report != null
                && report.kind == LogKind.HUNG_TASK
                && !report.names(pid)
                && (now.isEmpty()
                        || report.seconds.isEmpty()
                        || Math.abs(now.getAsDouble() - report.seconds.getAsDouble()) <= ROUND_SECONDS);
        if (!same && open.open(LogKind.HUNG_TASK, line) == Fate.UNREAD) {
            return Fate.UNREAD;
        }
        open.opened().seconds = now;
        open.opened().task(pid).ifPresent(holder -> holder.again = true);
        return open.begin(OptionalLong.of(pid), begun -> {
            begun.comm = Optional.of(hung.group(1));
            begun.state = Optional.of('D');
            begun.blockedSeconds = OptionalLong.of(Long.parseLong(hung.group(3)));
        });
    }

    private Fate shown(NumberedLine line, TaskLine shown) {
        RawTask task = open.task;
        if (task != null
                && !task.headed
                && (task.blockedSeconds.isPresent() || task.stateAssumed)
                && task.pid.equals(OptionalLong.of(shown.pid()))) {
            task.take(shown);
            if (task.blockedSeconds.isPresent()) {
                task.state = Optional.of('D'); // It may have moved on since; khungtaskd saw it in D.
            }
            return Fate.UNDERSTOOD;
        }
        boolean owner = ownerExpected && open.is(LogKind.HUNG_TASK);
        boolean listing = open.report != null
                && switch (open.report.kind) {
                    case SYSRQ, SYSRQ_ALL, SYSRQ_BLOCKED, RCU_STALL, WORKQUEUE_LOCKUP -> true;
                    default -> false;
                };
        if (!owner && !listing && open.open(LogKind.SYSRQ, line) == Fate.UNREAD) {
            return Fate.UNREAD;
        }
        ownerExpected = false;
        if (open.is(LogKind.WORKQUEUE_LOCKUP)) {
            Optional<RawTask> worker = open.opened().task(shown.pid());
            if (worker.isPresent()) {
                worker.get().take(shown);
                worker.get().reliable.clear();
                open.task = worker.get();
                return Fate.UNDERSTOOD;
            }
        }
        boolean onCpu = open.is(LogKind.RCU_STALL)
                && shown.state() == 'R'
                && open.opened().cpuExpected.isPresent();
        boolean again = owner && open.opened().lists(shown.pid());
        return open.begin(OptionalLong.of(shown.pid()), begun -> {
            begun.take(shown);
            begun.owner = owner;
            begun.again = again;
            begun.onCpu = onCpu;
            if (onCpu) {
                begun.cpu = open.opened().cpuExpected;
                open.opened().cpuExpected = OptionalInt.empty();
            }
        });
    }

    /** A frame of the task that was named last. */
    Fate frame(FrameLine frame) {
        return open.otherTrace ? Fate.SKIPPED : open.take(frame);
    }

    static Optional<Frame> frame(String symbol) {
        return FrameLine.of(symbol)
                .filter(line -> !line.frames().isEmpty())
                .map(line -> line.frames().get(0));
    }
}
