package io.loadmonitor.kernellog;

import io.loadmonitor.dump.Frame;
import io.loadmonitor.kernellog.KernelLogReader.Fate;
import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel prints of its CPUs: soft and hard lockups, RCU stalls, the backtraces of sysrq-l and the like,
 * lockups of workqueues. Task 0 of a CPU is its idle task and never load. Not thread-safe.
 */
final class CpuLines implements LineReader {
    private static final double TOGETHER_SECONDS = 3;

    // kernel/watchdog.c, 2.6.19 to 7.x: BUG: soft lockup - CPU#0 stuck for 26s! [kworker/0:2:146]
    private static final Pattern SOFT = Pattern.compile("^(?:NMI )?(?:watchdog: )?BUG: soft lockup - CPU#(\\d{1,5})"
            + " stuck for (\\d{1,10})s! \\[(.{0,15}):(\\d{1,10})\\]$");
    // kernel/watchdog.c, arch/powerpc/kernel/watchdog.c
    // up to 3.18 and 4.15: Watchdog detected hard LOCKUP on cpu 3, Watchdog CPU:42 Hard LOCKUP
    private static final Pattern HARD =
            Pattern.compile("^(?:(?:NMI )?watchdog: )?(?:Watchdog detected hard LOCKUP on cpu"
                    + " (\\d{1,5})|CPU (\\d{1,5}) self-detected hard LOCKUP.{0,200}"
                    + "|CPU \\d{1,5} detected hard LOCKUP on other"
                    + " CPUs (\\d{1,5})(?:[,-].{0,80})?|Watchdog CPU:(\\d{1,5}) Hard LOCKUP"
                    + "|Watchdog CPU:\\d{1,5} detected Hard LOCKUP other CPUS:(\\d{1,5})(?:[,-].{0,200})?)$");
    private static final Pattern HARD_PANIC = Pattern.compile("^Kernel panic - not syncing: Hard LOCKUP$");
    private static final Pattern SOFT_PANIC = Pattern.compile("^Kernel panic - not syncing: softlockup: hung tasks$");
    // kernel/rcu/tree_stall.h: rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
    private static final Pattern RCU = Pattern.compile(
            "^(?:rcu: )?INFO: (rcu\\w{0,32}) (self-)?detected (?:expedited )?stalls? on CPUs?(?:/tasks)?.{0,300}$");
    private static final Pattern RCU_NOTE =
            Pattern.compile("^(?:rcu: )?(?:INFO: )?rcu\\w{0,32} kthread (?:starved|timer wakeup).{0,300}$");
    private static final Pattern TASK_DUMP = Pattern.compile("^(?:rcu: )?Task dump for CPU (\\d{1,5}):$");
    private static final Pattern POOL_STUCK =
            Pattern.compile("^BUG: workqueue lockup - pool (cpus=\\S{1,80})( .{0,200})? stuck for (\\d{1,10})s!$");
    /** What of a pool's attributes does not change while it works: flags do. */
    private static final Pattern ATTRIBUTE = Pattern.compile("\\b(?:cpus|node|nice)=\\S{1,80}");

    private static final Pattern PWQ = Pattern.compile("^pwq \\d{1,6}: (cpus=\\S{1,80} .{0,160})$");
    private static final Pattern IN_FLIGHT = Pattern.compile("^in-flight: (.{1,400})$");
    private static final Pattern WORKER = Pattern.compile(
            "(\\d{1,10})(?:\\[\\w{1,16}\\])?(?:\\(RESCUER\\))?:([A-Za-z_.][\\w.]{0,127}(?: \\[\\w{1,64}\\])?)");
    private static final Pattern BACKTRACE_OF = Pattern.compile("^NMI backtrace for cpu (\\d{1,5})$");
    private static final Pattern IDLING =
            Pattern.compile("^NMI backtrace for cpu \\d{1,5} skipped: idling at .{1,200}$");
    private static final Pattern SENDING =
            Pattern.compile("^Sending NMI from CPU \\d{1,5} to CPUs [\\d,-]{1,200}:$|^sending NMI to all CPUs:$");
    // lib/dump_stack.c: CPU: 0 PID: 146 Comm: kworker/0:2 Not tainted 6.5.5 #1
    private static final Pattern ON_CPU =
            Pattern.compile("^(?:CPU: (\\d{1,5}) (?:UID: \\d{1,10} )?)?[Pp][Ii][Dd]: (\\d{1,10}),?"
                    + " [Cc]omm: (.{0,15}?) {1,16}(?:Kdump: \\w{1,16} )?(?:Not tainted|Tainted: .{1,200}?)"
                    + "(?: (\\d[!-~]{1,63})(?: .{0,200})?)?$");
    // RIP: 0010:smp_call_function_many_cond+0x11e/0x4f0, NIP [c0000000000164f8] f+0x1/0x2, pc : f+0x1/0x2
    private static final Pattern AT = Pattern.compile("^(?:RIP: (?:0010|0018|e030):(?:\\[<[0-9a-f]{8,16}>\\] {1,2})?"
            + "(?:\\[<[0-9a-f]{8,16}>\\] {1,2})?|NIP \\[[0-9a-f]{8,16}\\] |pc : |PC is at |epc : |EIP is "
            + "at |EIP: |--- interrupt: [0-9a-f]{1,8} at )"
            + "([A-Za-z_.$][\\w.$]{0,200}\\+0x[0-9a-f]{1,16}/0x[0-9a-f]{1,16}(?: \\[[\\w-]{1,64}\\])?)$");
    private static final Pattern USER_MODE = Pattern.compile("^RIP: (?:0033|0023|e033):.{1,80}$");
    private static final Pattern INTERRUPT = Pattern.compile("^<{1,2}(IRQ|NMI|SOFTIRQ|#DB|#DF|#MC)>{1,2}(?: .*)?$");
    private static final Pattern INTERRUPT_END =
            Pattern.compile("^<{1,2}(?:/IRQ|/NMI|/SOFTIRQ|EOI|EOE|/#DB|/#DF|/#MC|TASK)>{1,2}(?: .*)?$");

    private final OpenReport open;
    private String stuckPool = "";
    private String stuckCpus = "";
    private boolean inStuckPool;
    /** The next CPU that is shown is the one that is stuck. */
    private boolean hardPanic;

    CpuLines(OpenReport open) {
        this.open = open;
    }

    @Override
    public Optional<Fate> read(NumberedLine line, String text) {
        Matcher soft = SOFT.matcher(text);
        if (soft.matches()) {
            return Optional.of(soft(line, soft));
        }
        Matcher hard = HARD.matcher(text);
        if (hard.matches()) {
            Fate fate = together(LogKind.LOCKUP, line);
            if (fate == Fate.UNDERSTOOD) {
                String cpu = firstGroup(hard);
                open.opened().event("hard lockup of CPU " + cpu);
                open.opened().cpuExpected = OptionalInt.of(Integer.parseInt(cpu));
            }
            return Optional.of(fate);
        }
        Optional<Fate> panic = panic(line, text);
        if (panic.isPresent()) {
            return panic;
        }
        Matcher rcu = RCU.matcher(text);
        if (rcu.matches()) {
            Fate fate = together(LogKind.RCU_STALL, line);
            if (fate == Fate.UNDERSTOOD) {
                open.opened().event("RCU stall (" + rcu.group(1) + ")");
            }
            return Optional.of(fate);
        }
        if (open.is(LogKind.RCU_STALL) && RCU_NOTE.matcher(text).matches()) {
            open.opened().note(text);
            return Optional.of(Fate.UNDERSTOOD);
        }
        return dump(line, text).or(() -> workqueue(line, text)).or(() -> onCpu(text));
    }

    private static String firstGroup(Matcher matcher) {
        int group = 1;
        while (matcher.group(group) == null) {
            group++;
        }
        return matcher.group(group);
    }

    /** Its own words for a lockup, where the panic says it alone; the CPU that it is of prints it. */
    private Optional<Fate> panic(NumberedLine line, String text) {
        if (SOFT_PANIC.matcher(text).matches() && open.is(LogKind.LOCKUP)) {
            return Optional.of(Fate.UNDERSTOOD);
        }
        if (!HARD_PANIC.matcher(text).matches()) {
            return Optional.empty();
        }
        if (open.is(LogKind.LOCKUP)) {
            return Optional.of(Fate.UNDERSTOOD);
        }
        Fate fate = together(LogKind.LOCKUP, line);
        hardPanic = fate == Fate.UNDERSTOOD;
        return Optional.of(fate);
    }

    private Fate soft(NumberedLine line, Matcher soft) {
        if (together(LogKind.LOCKUP, line) == Fate.UNREAD) {
            return Fate.UNREAD;
        }
        open.opened().event("soft lockup of CPU " + soft.group(1) + " for " + soft.group(2) + " s");
        return beginOnCpu(soft.group(1), soft.group(4), soft.group(3));
    }

    /** Several CPUs report the same event, one after the other. */
    private Fate together(LogKind kind, NumberedLine line) {
        ReportDraft report = open.report;
        boolean same = report != null
                && report.kind == kind
                && line.log().seconds().isPresent()
                && report.seconds.isPresent()
                && Math.abs(line.log().seconds().getAsDouble() - report.seconds.getAsDouble()) <= TOGETHER_SECONDS;
        if (!same && open.open(kind, line) == Fate.UNREAD) {
            return Fate.UNREAD;
        }
        open.task = null;
        open.opened().seconds = line.log().seconds();
        return Fate.UNDERSTOOD;
    }

    private Optional<Fate> dump(NumberedLine line, String text) {
        Matcher dump = TASK_DUMP.matcher(text);
        if (dump.matches()) {
            Fate fate = open.ensure(LogKind.RCU_STALL, line);
            if (fate == Fate.UNDERSTOOD) {
                open.opened().cpuExpected = OptionalInt.of(Integer.parseInt(dump.group(1)));
                open.task = null;
            }
            return Optional.of(fate);
        }
        Matcher of = BACKTRACE_OF.matcher(text);
        if (of.matches()) {
            Fate fate = ofCpus(line);
            if (fate == Fate.UNDERSTOOD) {
                open.opened().cpuExpected = OptionalInt.of(Integer.parseInt(of.group(1)));
            }
            return Optional.of(fate);
        }
        if (IDLING.matcher(text).matches() || SENDING.matcher(text).matches()) {
            return Optional.of(ofCpus(line));
        }
        return Optional.empty();
    }

    /** Backtraces of CPUs belong to the report that asked for them, else they are one of their own. */
    private Fate ofCpus(NumberedLine line) {
        open.task = null;
        boolean asked = open.report != null
                && switch (open.report.kind) {
                    case LOCKUP, RCU_STALL, CPU_BACKTRACES, WORKQUEUE_LOCKUP -> true;
                    default -> false;
                };
        return asked ? Fate.UNDERSTOOD : open.open(LogKind.CPU_BACKTRACES, line);
    }

    private Optional<Fate> workqueue(NumberedLine line, String text) {
        Matcher stuck = POOL_STUCK.matcher(text);
        if (stuck.matches()) {
            Fate fate = open.open(LogKind.WORKQUEUE_LOCKUP, line);
            if (fate == Fate.UNDERSTOOD) {
                open.opened().event("workqueue lockup of pool " + stuck.group(1) + " for " + stuck.group(3) + " s");
                stuckPool = pool(text);
                stuckCpus = stuck.group(1);
                inStuckPool = false;
            }
            return Optional.of(fate);
        }
        if (!open.is(LogKind.WORKQUEUE_LOCKUP)) {
            return Optional.empty();
        }
        Matcher pwq = PWQ.matcher(text);
        if (pwq.matches()) {
            inStuckPool = pool(pwq.group(1)).equals(stuckPool);
            return Optional.of(Fate.UNDERSTOOD);
        }
        Matcher flight = IN_FLIGHT.matcher(text);
        if (flight.matches()) {
            Matcher worker = WORKER.matcher(flight.group(1));
            while (worker.find()) {
                inFlight(Long.parseLong(worker.group(1)), worker.group(2));
            }
            open.task = null;
            return Optional.of(Fate.UNDERSTOOD);
        }
        return Optional.empty();
    }

    private static String pool(String text) {
        return ATTRIBUTE.matcher(text).results().map(MatchResult::group).collect(Collectors.joining(" "));
    }

    /** A worker of the pool that is stuck does not give its CPU away: that is what keeps the others from running. */
    private void inFlight(long pid, String function) {
        if (!inStuckPool) {
            open.opened().note("in flight in another pool: " + pid + ":" + function);
            return;
        }
        if (open.opened().lists(pid)) {
            return;
        }
        open.begin(OptionalLong.of(pid), begun -> {
            begun.state = Optional.of('R');
            begun.stateAssumed = true;
            begun.onCpu = stuckCpus.matches("cpus=\\d{1,5}");
            begun.comm = Optional.of("kworker");
            begun.work = Optional.of(function);
            KernelLines.frame(function + "+0x0/0x0")
                    .map(frame ->
                            new Frame(frame.function(), OptionalLong.empty(), OptionalLong.empty(), frame.module()))
                    .ifPresent(begun.reliable::add);
        });
    }

    private Optional<Fate> onCpu(String text) {
        Matcher on = ON_CPU.matcher(text);
        if (on.matches()) {
            return Optional.of(head(on));
        }
        RawTask task = open.task;
        if (task == null || !task.onCpu || open.otherTrace) {
            return Optional.empty();
        }
        Matcher at = AT.matcher(text);
        if (at.matches()) {
            KernelLines.frame(at.group(1)).ifPresent(task::interruptedAt);
            return Optional.of(Fate.UNDERSTOOD);
        }
        if (USER_MODE.matcher(text).matches() && task.reliable.isEmpty()) {
            task.named = true;
            return Optional.of(Fate.UNDERSTOOD);
        }
        if (INTERRUPT.matcher(text).matches()) {
            task.inInterrupt = true;
        } else if (INTERRUPT_END.matcher(text).matches()) {
            task.inInterrupt = false;
        } else {
            return Optional.empty();
        }
        return text.endsWith(">") ? Optional.of(Fate.SKIPPED) : Optional.empty();
    }

    private Fate head(Matcher on) {
        long pid = Long.parseLong(on.group(2));
        ReportDraft report = open.report;
        boolean ofCpus = report != null
                && switch (report.kind) {
                    case LOCKUP, RCU_STALL, CPU_BACKTRACES -> true;
                    default -> false;
                };
        if (report == null || !ofCpus || open.otherTrace) {
            open.task = null;
            open.otherTrace = true;
            return Fate.SKIPPED;
        }
        if (hardPanic && on.group(1) != null) {
            report.event("hard lockup of CPU " + on.group(1));
        }
        hardPanic = false;
        if (on.group(4) != null) {
            report.release(on.group(4));
        }
        if (open.task != null && open.task.onCpu && open.task.pid.equals(OptionalLong.of(pid))) {
            return Fate.UNDERSTOOD;
        }
        report.cpuExpected = OptionalInt.empty();
        return beginOnCpu(on.group(1), on.group(2), on.group(3));
    }

    private Fate beginOnCpu(@Nullable String cpu, String pid, String comm) {
        return open.begin(OptionalLong.of(Long.parseLong(pid)), begun -> {
            begun.comm = Optional.of(comm);
            begun.state = Optional.of('R');
            begun.onCpu = true;
            begun.cpu = cpu == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(cpu));
        });
    }
}
