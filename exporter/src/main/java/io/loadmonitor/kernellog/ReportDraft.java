package io.loadmonitor.kernellog;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.Header;
import io.loadmonitor.dump.StackDump.Load;
import io.loadmonitor.dump.StackDump.Placement;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import io.loadmonitor.dump.StackDump.Time;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** A report while its lines are being read; {@link #finish} says which of its tasks make up load. Not thread-safe. */
final class ReportDraft {
    private static final int MOST_NOTES = 20;

    final LogKind kind;
    final int firstLine;
    private final Optional<String> stamp;
    private final Optional<Instant> wall;
    Optional<Load> load = Optional.empty();
    Optional<String> release = Optional.empty();
    /** Of the newest hung-task line; kernel's clock, seconds. */
    OptionalDouble seconds = OptionalDouble.empty();
    /** Lines that may belong to it were lost. */
    boolean gaps;
    /** The original module lists the running tasks first. */
    boolean blockedListed;

    long refused;
    final Map<Long, ProcName> names = new HashMap<>();
    private final List<RawTask> raw = new ArrayList<>();
    private final Set<Long> pids = new HashSet<>();
    private final List<String> notes = new ArrayList<>();
    private int moreNotes;
    private boolean x86;

    private final Map<List<Frame>, Integer> stackIds = new LinkedHashMap<>();
    private final List<CallStack> stacks = new ArrayList<>();
    private final List<Task> tasks = new ArrayList<>();
    private final List<ListedTask> listed = new ArrayList<>();
    private int guessed;
    private int assumed;
    private int timerOwn;

    /** What files beside /proc/PID/stack said. */
    record ProcName(Optional<String> comm, Optional<Character> state) {}

    ReportDraft(LogKind kind, int firstLine, LogLine line) {
        this.kind = kind;
        this.firstLine = firstLine;
        this.stamp = line.stamp().isEmpty()
                ? Optional.empty()
                : Optional.of(escaped(line.stamp()).escaped());
        this.wall = line.wall();
    }

    RawTask add(OptionalLong pid) {
        RawTask task = new RawTask(pid);
        raw.add(task);
        pid.ifPresent(pids::add);
        return task;
    }

    boolean lists(long pid) {
        return pids.contains(pid);
    }

    void note(String text) {
        if (notes.size() < MOST_NOTES) {
            notes.add(escaped(text).escaped());
        } else {
            moreNotes++;
        }
    }

    LogReport finish(int number) {
        x86 = raw.stream()
                .anyMatch(task -> task.reliable.stream().anyMatch(KnownFunctions::x86)
                        || task.guesses.stream().anyMatch(KnownFunctions::x86));
        raw.forEach(this::judge);
        Header header = new Header(1, number, kind.source(), Optional.empty(), release);
        StackDump dump = new StackDump(
                Optional.of(header),
                Optional.empty(),
                wall.map(at -> new Time(Optional.of(at), OptionalLong.empty())),
                load,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                stacks,
                tasks,
                !gaps,
                List.of());
        return new LogReport(kind, firstLine, stamp, dump, listed, warnings());
    }

    private List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (!kind.limit().isEmpty()) {
            warnings.add(kind.limit());
        }
        if (gaps) {
            warnings.add("The log has a gap: the kernel dropped messages.");
        }
        if (timerOwn > 0) {
            warnings.add("The stack is the timer's own, on CPU: " + timerOwn + tasks(timerOwn)
                    + " whose stack shows what took the report.");
        }
        if (guessed > 0) {
            warnings.add("Every frame is marked \"?\" (found on the stack, not by unwinding): " + guessed
                    + tasks(guessed) + " whose place is a guess.");
        }
        if (assumed > 0) {
            warnings.add("/proc/PID/stack does not say the state; of " + assumed + tasks(assumed)
                    + " it is inferred from the stack.");
        }
        if (refused > 0) {
            warnings.add(refused + (refused == 1 ? " file" : " files")
                    + " of /proc could not be read by who collected them.");
        }
        warnings.addAll(notes);
        if (moreNotes > 0) {
            warnings.add(moreNotes + " more remarks of the kernel.");
        }
        return warnings;
    }

    private static String tasks(int count) {
        return count == 1 ? " task" : " tasks";
    }

    private void judge(RawTask task) {
        switch (kind) {
            case ORIGINAL -> judgeOriginal(task);
            case PROC_STACK -> judgeProc(task);
            case DUMP, SYSRQ, SYSRQ_ALL, SYSRQ_BLOCKED, HUNG_TASK -> judgeShown(task);
        }
    }

    private void judgeOriginal(RawTask task) {
        if (!task.state.equals(Optional.of('R'))) {
            judgeBlocked(task, Set.of());
            return;
        }
        int timer = KnownFunctions.timerFrames(task.reliable);
        if (timer > 0) {
            timerOwn++;
            List<Frame> interrupted = task.reliable.subList(timer, task.reliable.size());
            boolean entry = KnownFunctions.interruptEntry(task.reliable.get(timer - 1));
            count(
                    task,
                    State.RUNNING,
                    !entry ? Placement.CPU : interrupted.isEmpty() ? Placement.CPU_USER : Placement.CPU_KERNEL,
                    interrupted,
                    Set.of("timer_own_stack"));
        } else if (task.reliable.isEmpty()) {
            // x86's unwinder refuses a task that runs on another CPU.
            count(task, State.RUNNING, x86 ? Placement.CPU : Placement.UNKNOWN, List.of(), Set.of("unwind_failed"));
        } else {
            count(task, State.RUNNING, x86 ? Placement.QUEUE : Placement.UNKNOWN, task.reliable, Set.of());
        }
    }

    private void judgeShown(RawTask task) {
        char state = task.state.orElse('?');
        if (state == 'D') {
            judgeBlocked(
                    task,
                    task.blockedSeconds.isPresent()
                            ? Set.of("blocked_over_" + task.blockedSeconds.getAsLong() + "s")
                            : Set.of());
        } else if (state != 'R') {
            leaveOut(task, NotLoad.OTHER_STATE);
        } else if (KnownFunctions.reporter(task.reliable)) {
            leaveOut(task, NotLoad.REPORTER);
        } else if (KnownFunctions.beginsInScheduler(task.reliable)) {
            // Since 4.9 x86 unwinds no task that runs on another CPU; other architectures show what it left behind.
            count(
                    task,
                    State.RUNNING,
                    x86 && task.named ? Placement.QUEUE : Placement.UNKNOWN,
                    x86 && task.named ? KnownFunctions.withoutWayIntoSleep(task.reliable) : List.of(),
                    Set.of());
        } else {
            count(
                    task,
                    State.RUNNING,
                    x86 && task.named && task.reliable.isEmpty() ? Placement.CPU : Placement.UNKNOWN,
                    List.of(),
                    Set.of());
        }
    }

    private void judgeProc(RawTask task) {
        if (task.pid.isPresent()) {
            ProcName name = names.get(task.pid.getAsLong());
            if (name != null) {
                task.comm = name.comm();
                task.state = name.state();
            }
        }
        char state = task.state.orElse('?');
        if (state != '?' && state != 'D' && state != 'R') {
            leaveOut(task, NotLoad.OTHER_STATE);
        } else if (KnownFunctions.reporter(task.reliable)) {
            leaveOut(task, NotLoad.REPORTER);
        } else if (state == 'R') {
            count(task, State.RUNNING, Placement.UNKNOWN, List.of(), Set.of());
        } else if (task.reliable.isEmpty() && task.guesses.isEmpty()) {
            leaveOut(task, NotLoad.EMPTY_STACK);
        } else if (state == '?' && KnownFunctions.interruptible(task.reliable)) {
            leaveOut(task, NotLoad.INTERRUPTIBLE);
        } else if (state == '?' && KnownFunctions.preempted(task.reliable)) {
            assumed++;
            count(
                    task,
                    State.RUNNING,
                    Placement.UNKNOWN,
                    KnownFunctions.withoutWayIntoSleep(task.reliable),
                    Set.of("state_assumed"));
        } else {
            judgeBlocked(task, state == '?' ? Set.of("state_assumed") : Set.of());
        }
    }

    private void judgeBlocked(RawTask task, Set<String> flags) {
        // khungtaskd compares the whole state, so what it names is never idle.
        if (kind != LogKind.HUNG_TASK && KnownFunctions.idle(task.reliable)) {
            leaveOut(task, NotLoad.IDLE_WORKER);
            return;
        }
        Set<String> all = new HashSet<>(flags);
        boolean guess = task.reliable.isEmpty() && !task.guesses.isEmpty();
        if (guess) {
            guessed++;
            all.add("stack_guessed");
        }
        if (flags.contains("state_assumed")) {
            assumed++;
        }
        List<Frame> frames = guess ? task.guesses : task.reliable;
        count(task, State.UNINTERRUPTIBLE, Placement.SLEEP, KnownFunctions.withoutWayIntoSleep(frames), all);
    }

    private void leaveOut(RawTask task, NotLoad reason) {
        List<Frame> frames = KnownFunctions.withoutWayIntoSleep(task.reliable.isEmpty() ? task.guesses : task.reliable);
        listed.add(new ListedTask(
                task.pid.orElse(0),
                task.comm.map(ReportDraft::escaped),
                task.state.map(String::valueOf),
                reason,
                frames.isEmpty() ? Optional.empty() : Optional.of(frames.get(0).function())));
    }

    private void count(RawTask task, State state, Placement placement, List<Frame> frames, Set<String> flags) {
        Set<String> all = new HashSet<>(flags);
        if (task.pid.isEmpty()) {
            all.add("pid_unknown");
        }
        if (task.comm.isEmpty()) {
            all.add("comm_unknown");
        }
        tasks.add(new Task(
                task.pid.orElse(0),
                task.tgid,
                task.ppid,
                OptionalInt.empty(),
                state,
                placement,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                stackId(frames),
                all,
                Optional.empty(),
                Optional.empty(),
                escaped(task.comm.orElse("?"))));
    }

    private int stackId(List<Frame> frames) {
        if (frames.isEmpty()) {
            return 0;
        }
        List<Frame> key = List.copyOf(frames);
        Integer known = stackIds.putIfAbsent(key, stacks.size() + 1);
        if (known != null) {
            return known;
        }
        stacks.add(new CallStack(stacks.size() + 1, key));
        return stacks.size();
    }

    static EscapedText escaped(String latin1) {
        return EscapedText.of(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }
}
