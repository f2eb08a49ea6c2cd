package io.loadmonitor.kernellog;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.HostState;
import io.loadmonitor.dump.LockFacts;
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
import java.util.LinkedHashSet;
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
    private static final int MOST_BLOCKERS = 1_000;
    private static final int MOST_NAMES = 100_000;

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
    /** Said before the task that runs there. */
    OptionalInt cpuExpected = OptionalInt.empty();

    final List<RawBlocker> blockers = new ArrayList<>();
    private final Map<Long, ProcName> names = new HashMap<>();
    private final Set<String> events = new LinkedHashSet<>();
    private final Map<Long, String> works = new HashMap<>();
    private final List<Long> offCpuMicros = new ArrayList<>();
    private final OptionalDouble clock;
    private final List<RawTask> raw = new ArrayList<>();
    private final Map<Long, RawTask> byPid = new HashMap<>();
    private final List<String> notes = new ArrayList<>();
    private int moreNotes;
    private boolean x86;

    private final Map<List<Frame>, Integer> stackIds = new LinkedHashMap<>();
    private final List<CallStack> stacks = new ArrayList<>();
    private final List<Task> tasks = new ArrayList<>();
    private final List<ListedTask> listed = new ArrayList<>();
    private HungLocks hungLocks = HungLocks.of(List.of());
    /** Who holds a lock and is no load. */
    private final List<Task> holders = new ArrayList<>();

    private int guessed;
    private int assumed;
    private int timerOwn;

    /** What files beside /proc/PID/stack said. */
    record ProcName(
            Optional<String> comm, Optional<Character> state, Optional<String> waitChannel, Optional<String> cgroup) {
        private static final int LONGEST = 64;

        ProcName withComm(String text) {
            return new ProcName(
                    Optional.of(text.substring(0, Math.min(text.length(), LONGEST))), state, waitChannel, cgroup);
        }

        ProcName withState(char letter) {
            return new ProcName(comm, Optional.of(letter), waitChannel, cgroup);
        }

        ProcName withWaitChannel(String function) {
            return new ProcName(comm, state, Optional.of(function), cgroup);
        }

        ProcName withCgroup(String path) {
            return new ProcName(comm, state, waitChannel, Optional.of(path));
        }
    }

    ReportDraft(LogKind kind, int firstLine, LogLine line) {
        this.kind = kind;
        this.firstLine = firstLine;
        this.stamp = line.stamp().isEmpty()
                ? Optional.empty()
                : Optional.of(escaped(line.stamp()).escaped());
        this.wall = line.wall();
        this.clock = line.seconds();
    }

    /** The kernel's, at the first line. */
    OptionalDouble clock() {
        return clock;
    }

    /** What {@code uname -r} would say, if it can be that. */
    void release(String text) {
        if (text.indexOf('"') < 0 && text.indexOf('\\') < 0) {
            release = Optional.of(text);
        }
    }

    void event(String text) {
        if (events.size() < MOST_NOTES) {
            events.add(escaped(text).escaped());
        }
    }

    ProcName name(long pid) {
        return names.getOrDefault(
                pid, new ProcName(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()));
    }

    void name(long pid, ProcName name) {
        if (names.size() < MOST_NAMES || names.containsKey(pid)) {
            names.put(pid, name);
        }
    }

    RawTask add(OptionalLong pid) {
        RawTask task = new RawTask(pid);
        raw.add(task);
        pid.ifPresent(value -> byPid.putIfAbsent(value, task));
        return task;
    }

    boolean lists(long pid) {
        return byPid.containsKey(pid);
    }

    /** As the first of its pid. */
    Optional<RawTask> task(long pid) {
        return Optional.ofNullable(byPid.get(pid));
    }

    /** Whether khungtaskd has named it in this round. */
    boolean names(long pid) {
        RawTask task = byPid.get(pid);
        return task != null && !task.owner;
    }

    void noteOnce(String text) {
        if (!notes.contains(text)) {
            note(text);
        }
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
        fromFilesAlone();
        hungLocks = HungLocks.of(blockers);
        raw.forEach(this::judge);
        holdersWithoutAStack();
        Header header = new Header(1, number, kind.source(), Optional.empty(), release);
        StackDump dump = new StackDump(
                Optional.of(header),
                Optional.empty(),
                wall.map(at -> new Time(Optional.of(at), OptionalLong.empty())),
                load,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                HostState.UNKNOWN,
                OptionalLong.empty(),
                List.of(),
                new LockFacts(hungLocks.locks(), holders),
                stacks,
                tasks,
                !gaps,
                List.of(),
                0);
        return new LogReport(kind, firstLine, stamp, dump, listed, warnings(), context());
    }

    /** Of a task whose state or wait channel was read, but not its stack, that is all that the text tells. */
    private void fromFilesAlone() {
        if (kind != LogKind.PROC_STACK) {
            return;
        }
        names.entrySet().stream()
                .filter(name -> !byPid.containsKey(name.getKey()))
                .filter(name -> name.getValue().state.isPresent()
                        || name.getValue().waitChannel.isPresent())
                .map(Map.Entry::getKey)
                .sorted()
                .toList()
                .forEach(pid -> add(OptionalLong.of(pid)));
    }

    private ReportContext context() {
        List<Blocker> all = new ArrayList<>();
        for (RawBlocker blocker : blockers.subList(0, Math.min(blockers.size(), MOST_BLOCKERS))) {
            Optional<RawTask> holder =
                    blocker.holderPid().isPresent() ? task(blocker.holderPid().getAsLong()) : Optional.empty();
            all.add(new Blocker(
                    escaped(blocker.waiter()),
                    blocker.waiterPid(),
                    blocker.lock(),
                    blocker.formerly(),
                    blocker.holder().map(ReportDraft::escaped),
                    blocker.holderPid(),
                    holder.flatMap(task -> task.state).map(String::valueOf),
                    holder.map(task -> KnownFunctions.withoutWayIntoSleep(
                                    task.reliable.isEmpty() ? task.guesses : task.reliable))
                            .orElse(List.of())));
        }
        return new ReportContext(new ArrayList<>(events), all, works, Optional.empty(), offCpuMicros);
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
            warnings.add((kind == LogKind.PROC_STACK ? "/proc/PID/stack" : "The text")
                    + " does not say the state; of " + assumed + tasks(assumed)
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
        if (task.again) {
            return;
        }
        if (task.pid.equals(OptionalLong.of(0))) {
            leaveOut(task, NotLoad.IDLE_CPU);
            return;
        }
        if (task.onCpu) {
            judgeOnCpu(task);
            return;
        }
        switch (kind) {
            case ORIGINAL -> judgeOriginal(task);
            case PROC_STACK, CRASH, DRGN, PS, OFF_CPU -> judgeElsewhere(task);
            case DUMP,
                    SYSRQ,
                    SYSRQ_ALL,
                    SYSRQ_BLOCKED,
                    HUNG_TASK,
                    LOCKUP,
                    RCU_STALL,
                    CPU_BACKTRACES,
                    WORKQUEUE_LOCKUP -> judgeShown(task);
        }
    }

    /** Its stack was printed by an interrupt on its own CPU: what is below the interrupt's frames is what it did. */
    private void judgeOnCpu(RawTask task) {
        List<Frame> frames = task.interrupted();
        if (task.headed && KnownFunctions.beginsInScheduler(frames)) {
            // No interrupt on its CPU printed this: it is where the task once gave its CPU away.
            count(task, State.RUNNING, Placement.UNKNOWN, List.of(), Set.of());
            return;
        }
        if (KnownFunctions.reporter(frames)) {
            leaveOut(task, NotLoad.REPORTER);
            return;
        }
        boolean userMode = task.named && frames.isEmpty();
        count(
                task,
                State.RUNNING,
                userMode ? Placement.CPU_USER : frames.isEmpty() ? Placement.CPU : Placement.CPU_KERNEL,
                frames,
                task.stateAssumed ? Set.of("state_assumed") : Set.of());
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

    /** What is not said by the kernel's own lists: the state may be missing. */
    private void judgeElsewhere(RawTask task) {
        if (task.pid.isPresent()) {
            ProcName name = name(task.pid.getAsLong());
            task.comm = name.comm().or(() -> task.comm);
            task.state = name.state().or(() -> task.state);
            task.waitChannel = name.waitChannel().or(() -> task.waitChannel);
            task.cgroup = name.cgroup();
        }
        List<Frame> frames = where(task);
        char state = task.state.orElse('?');
        if (state != '?' && state != 'D' && state != 'R') {
            leaveOut(task, NotLoad.OTHER_STATE);
        } else if (KnownFunctions.reporter(task.reliable)
                || kind == LogKind.PS && state == 'R' && task.comm.equals(Optional.of("ps"))) {
            leaveOut(task, NotLoad.REPORTER);
        } else if (state == 'R') {
            count(task, State.RUNNING, Placement.UNKNOWN, List.of(), Set.of());
        } else if (state == 'D') {
            judgeBlocked(task, Set.of());
        } else if (frames.isEmpty() && task.guesses.isEmpty()) {
            leaveOut(task, NotLoad.EMPTY_STACK);
        } else if (KnownFunctions.interruptible(frames)) {
            leaveOut(task, NotLoad.INTERRUPTIBLE);
        } else if (KnownFunctions.preempted(frames)) {
            assumed++;
            count(
                    task,
                    State.RUNNING,
                    Placement.UNKNOWN,
                    KnownFunctions.withoutWayIntoSleep(frames),
                    Set.of("state_assumed"));
        } else {
            judgeBlocked(task, Set.of("state_assumed"));
        }
    }

    /** Its stack, or the one function of it that the text names. */
    private static List<Frame> where(RawTask task) {
        return task.reliable.isEmpty() && task.waitChannel.isPresent()
                ? List.of(
                        new Frame(task.waitChannel.get(), OptionalLong.empty(), OptionalLong.empty(), Optional.empty()))
                : task.reliable;
    }

    private void judgeBlocked(RawTask task, Set<String> flags) {
        // khungtaskd compares the whole state, so what it names is never idle.
        if (kind != LogKind.HUNG_TASK && KnownFunctions.idle(where(task))) {
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
        List<Frame> frames = KnownFunctions.withoutWayIntoSleep(guess ? task.guesses : task.reliable);
        // That it is off its CPU is all that such a stack tells.
        count(task, State.UNINTERRUPTIBLE, Placement.SLEEP, KnownFunctions.asleep(frames) ? List.of() : frames, all);
    }

    /** Whom the kernel names as the holder of a lock, but does not show. */
    private void holdersWithoutAStack() {
        Set<Long> known = new HashSet<>();
        for (RawBlocker blocker : blockers) {
            OptionalLong pid = blocker.holderPid();
            if (pid.isPresent() && !lists(pid.getAsLong()) && known.add(pid.getAsLong())) {
                RawTask holder = new RawTask(pid);
                holder.comm = blocker.holder();
                holders.add(task(holder, State.SLEEPING, Placement.SLEEP, 0, Set.of(LockFacts.OWNER)));
            }
        }
    }

    private void leaveOut(RawTask task, NotLoad reason) {
        List<Frame> frames = KnownFunctions.withoutWayIntoSleep(task.reliable.isEmpty() ? task.guesses : task.reliable);
        if (task.owner) {
            holders.add(task(task, State.SLEEPING, Placement.SLEEP, stackId(frames), Set.of(LockFacts.OWNER)));
        }
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
        tasks.add(task(task, state, placement, stackId(frames), all));
        if (kind == LogKind.OFF_CPU) {
            offCpuMicros.add(task.micros.orElse(0));
        }
        if (task.pid.isPresent() && task.work.isPresent()) {
            works.put(task.pid.getAsLong(), escaped(task.work.get()).escaped());
        }
    }

    private Task task(RawTask task, State state, Placement placement, int stack, Set<String> flags) {
        return new Task(
                task.pid.orElse(0),
                task.tgid,
                task.ppid,
                task.cpu,
                state,
                placement,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                stack,
                flags,
                task.waitChannel.filter(function -> function.matches("[!#-\\[\\]-~]+")),
                task.cgroup.map(ReportDraft::escaped),
                escaped(task.comm.orElse("?")),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                hungLocks.of(task.pid));
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
