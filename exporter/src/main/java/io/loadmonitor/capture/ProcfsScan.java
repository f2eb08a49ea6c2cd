package io.loadmonitor.capture;

import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.TaskFiles;
import io.loadmonitor.procfs.TaskStack;
import io.loadmonitor.procfs.TaskStat;
import io.loadmonitor.procfs.TaskState;
import io.loadmonitor.procfs.ThreadCpu;
import io.loadmonitor.procfs.ThreadWalk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One look at all threads, on a thread of its own, because a read in /proc may wait for a lock that a stuck task holds
 * and nothing can call it back. What was seen so far can be taken at any time, so a stuck read loses no evidence.
 */
final class ProcfsScan implements Runnable {
    /** The kinds of files, by what reading them may wait for. */
    enum Reading {
        STAT,
        STACK,
        WAIT_CHANNEL,
        LEADER,
        CGROUP,
        SCHED_STAT,
        SWITCHES
    }

    private final ProcFs procFs;
    private final int maxTasks;
    private final long deadlineNanos;
    private final Set<Reading> skipped;
    private final OptionalLong ownPid;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile Reading reading = Reading.STAT;
    private volatile long begun;
    private volatile boolean abandoned;
    private volatile Optional<Reading> hangsIn = Optional.empty();
    private volatile long cpuNanos;

    // Guarded by this.
    private final List<SeenTask> tasks = new ArrayList<>();
    private int scanned;
    private int unreadable;
    private int running;
    private int uninterruptible;
    private int ownExcluded;
    private int stacksRead;
    private int stacksRefused;
    private boolean complete;
    private Optional<IOException> failure = Optional.empty();

    /**
     * @param deadlineNanos by {@link System#nanoTime}
     * @param skipped files not to read, because an earlier scan is still stuck in one
     */
    ProcfsScan(ProcFs procFs, int maxTasks, long deadlineNanos, Set<Reading> skipped) {
        this.procFs = procFs;
        this.maxTasks = maxTasks;
        this.deadlineNanos = deadlineNanos;
        this.skipped = skipped.isEmpty() ? EnumSet.noneOf(Reading.class) : EnumSet.copyOf(skipped);
        this.ownPid = procFs.ownPid();
    }

    /**
     * A thread that was found in R or D.
     *
     * @param leader the name of its process' main thread; empty for that one itself
     * @param runDelayNanos for how long it waited for a CPU in all its life
     * @param switches of a task in D, read after its stack, so that the same number later proves that it slept on
     */
    record SeenTask(
            TaskFiles files,
            TaskStat stat,
            SeenStack stack,
            Optional<String> waitChannel,
            Optional<String> leader,
            Optional<String> cgroup,
            OptionalLong runDelayNanos,
            Optional<SeenSwitches> switches) {
        SeenTask(TaskFiles files, TaskStat stat, SeenStack stack, Optional<String> waitChannel) {
            this(
                    files,
                    stat,
                    stack,
                    waitChannel,
                    Optional.empty(),
                    Optional.empty(),
                    OptionalLong.empty(),
                    Optional.empty());
        }

        SeenTask withLeader(Optional<String> name) {
            return new SeenTask(files, stat, stack, waitChannel, name, cgroup, runDelayNanos, switches);
        }

        SeenTask withCgroup(Optional<String> path) {
            return new SeenTask(files, stat, stack, waitChannel, leader, path, runDelayNanos, switches);
        }

        SeenTask withRunDelay(OptionalLong nanos) {
            return new SeenTask(files, stat, stack, waitChannel, leader, cgroup, nanos, switches);
        }

        SeenTask withSwitches(Optional<SeenSwitches> seen) {
            return new SeenTask(files, stat, stack, waitChannel, leader, cgroup, runDelayNanos, seen);
        }

        /** With the stack that an earlier scan of the same dump read. */
        SeenTask withStack(SeenStack read) {
            return new SeenTask(files, stat, read, waitChannel, leader, cgroup, runDelayNanos, switches);
        }

        private boolean isSameSleep(SeenTask other) {
            return stat.pid() == other.stat.pid()
                    && stat.startNanos() == other.stat.startNanos()
                    && stat.state() == other.stat.state();
        }
    }

    /**
     * How often a CPU was taken from a thread.
     *
     * @param nanos when that was read, by {@link System#nanoTime}
     */
    record SeenSwitches(long count, long nanos) {}

    /**
     * A thread's stack, or why there is none.
     *
     * @param frames empty for none
     * @param flag empty when there is a stack, or none was looked for
     */
    record SeenStack(List<String> frames, Optional<String> flag) {
        static final SeenStack NONE = new SeenStack(List.of(), Optional.empty());

        static SeenStack missing(String flag) {
            return new SeenStack(List.of(), Optional.of(flag));
        }
    }

    /**
     * What was seen.
     *
     * @param complete false when time was up before the end
     * @param stacksReadable empty when there was nothing to try it on
     */
    record Sight(
            List<SeenTask> tasks,
            int scanned,
            int unreadable,
            int running,
            int uninterruptible,
            int ownExcluded,
            Optional<Boolean> stacksReadable,
            boolean complete,
            Optional<IOException> failure) {

        /**
         * What both scans of one dump saw: this, with the stacks that {@code earlier} read before it began to hang.
         * When too little time was left for this one to get as far, then the earlier, so that no task is lost again.
         */
        Sight after(Sight earlier) {
            return !complete && scanned < earlier.scanned ? earlier : withStacksOf(earlier);
        }

        private Sight withStacksOf(Sight earlier) {
            Map<Long, SeenTask> before = new HashMap<>();
            earlier.tasks.stream()
                    .filter(task -> !task.stack().frames().isEmpty())
                    .forEach(task -> before.put(task.stat().pid(), task));
            List<SeenTask> merged = tasks.stream()
                    .map(task -> {
                        SeenTask same = before.get(task.stat().pid());
                        return same != null && task.stack().frames().isEmpty() && same.isSameSleep(task)
                                ? task.withStack(same.stack())
                                : task;
                    })
                    .toList();
            Optional<Boolean> readable = stacksReadable.or(earlier::stacksReadable);
            return new Sight(
                    merged, scanned, unreadable, running, uninterruptible, ownExcluded, readable, complete, failure);
        }
    }

    /** CPU time that it took; 0 before its end. */
    long cpuNanos() {
        return cpuNanos;
    }

    @Override
    public void run() {
        long cpu = ThreadCpu.nanos();
        try {
            boolean whole = scan();
            synchronized (this) {
                complete = whole;
            }
        } catch (IOException unlistable) {
            synchronized (this) {
                failure = Optional.of(unlistable);
            }
        } finally {
            cpuNanos = ThreadCpu.nanos() - cpu;
            done.countDown();
        }
    }

    /** Waits for the end; false when the time was up first. */
    boolean await(long nanos) throws InterruptedException {
        return done.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Whether it has been in one and the same read for so long; never true while it walks on. */
    boolean hangs(long nanos) throws InterruptedException {
        long before = begun;
        return !done.await(nanos, TimeUnit.NANOSECONDS) && begun == before;
    }

    /** It shall end as soon as it can; what it reads from now on is not used. */
    void abandon() {
        hangsIn = Optional.of(reading);
        abandoned = true;
    }

    /** What it was reading when it was abandoned; empty when it was not. */
    Optional<Reading> hangsIn() {
        return hangsIn;
    }

    boolean isDone() {
        return done.getCount() == 0;
    }

    synchronized Sight sight() {
        Optional<Boolean> readable =
                stacksRead > 0 ? Optional.of(true) : stacksRefused > 0 ? Optional.of(false) : Optional.empty();
        return new Sight(
                List.copyOf(tasks),
                scanned,
                unreadable,
                running,
                uninterruptible,
                ownExcluded,
                readable,
                complete,
                failure);
    }

    private boolean scan() throws IOException {
        boolean stacksAllowed = !skipped.contains(Reading.STACK) && probeOwnStack();
        begin(Reading.STAT);
        ThreadWalk.Outcome outcome = new ThreadWalk(procFs).walk(this::timeIsUp, (files, stat) -> {
            see(files, stat, stacksAllowed);
            begin(Reading.STAT);
        });
        synchronized (this) {
            unreadable = outcome.unreadable();
        }
        boolean described = describeAll();
        return described && outcome.complete();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // by this thread alone
    private void begin(Reading next) {
        reading = next;
        begun = begun + 1;
    }

    private boolean timeIsUp() {
        return abandoned || System.nanoTime() - deadlineNanos >= 0;
    }

    private void see(TaskFiles files, TaskStat stat, boolean stacksAllowed) {
        boolean load = stat.state() == TaskState.RUNNING || stat.state() == TaskState.UNINTERRUPTIBLE;
        boolean described;
        int place;
        synchronized (this) {
            scanned++;
            if (!load) {
                return;
            }
            if (ownPid.isPresent() && ownPid.getAsLong() == files.tgid()) {
                ownExcluded++;
                return;
            }
            if (stat.state() == TaskState.RUNNING) {
                running++;
            } else {
                uninterruptible++;
            }
            described = tasks.size() < maxTasks;
            place = tasks.size();
            if (described) {
                // What stays when reading the stack hangs.
                SeenStack unread =
                        stat.state() == TaskState.RUNNING ? SeenStack.NONE : SeenStack.missing("stack_skipped");
                tasks.add(new SeenTask(files, stat, unread, Optional.empty()));
            }
        }
        if (described && stat.state() == TaskState.UNINTERRUPTIBLE) {
            describe(place, files, stat, stacksAllowed);
        }
    }

    private void describe(int place, TaskFiles files, TaskStat stat, boolean stacksAllowed) {
        SeenStack stack = stacksAllowed
                ? readStack(files)
                : SeenStack.missing(skipped.contains(Reading.STACK) ? "stack_skipped" : "stack_refused");
        Optional<String> waitChannel = readWaitChannel(files);
        SeenTask seen = new SeenTask(files, stat, stack, waitChannel).withSwitches(readSwitches(files));
        synchronized (this) {
            if (!abandoned) {
                tasks.set(place, seen);
            }
        }
    }

    private SeenStack readStack(TaskFiles files) {
        begin(Reading.STACK);
        TaskStack stack;
        try {
            stack = files.stack();
        } catch (NoSuchFileException ended) {
            return SeenStack.missing("unstable");
        } catch (IOException refusedOrEnded) {
            return afterFailedRead(files);
        }
        synchronized (this) {
            stacksRead++;
        }
        if (!isStillUninterruptible(files)) {
            return SeenStack.missing("unstable");
        }
        return stack.frames().isEmpty()
                ? SeenStack.missing("unwind_failed")
                : new SeenStack(stack.frames(), Optional.empty());
    }

    /**
     * ESRCH, EACCES and EPERM have no exception class of their own in Java: a thread that is still there was refused.
     */
    private SeenStack afterFailedRead(TaskFiles files) {
        if (!isStillUninterruptible(files)) {
            return SeenStack.missing("unstable");
        }
        synchronized (this) {
            stacksRefused++;
        }
        return SeenStack.missing("stack_refused");
    }

    private boolean isStillUninterruptible(TaskFiles files) {
        begin(Reading.STAT);
        try {
            return files.stat().state() == TaskState.UNINTERRUPTIBLE;
        } catch (IOException ended) {
            return false;
        }
    }

    private Optional<String> readWaitChannel(TaskFiles files) {
        if (skipped.contains(Reading.WAIT_CHANNEL)) {
            return Optional.empty();
        }
        begin(Reading.WAIT_CHANNEL);
        try {
            return files.waitChannel();
        } catch (IOException endedOrRefused) {
            return Optional.empty();
        }
    }

    private Optional<SeenSwitches> readSwitches(TaskFiles files) {
        if (skipped.contains(Reading.SWITCHES)) {
            return Optional.empty();
        }
        begin(Reading.SWITCHES);
        try {
            return switches(files);
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    private static Optional<SeenSwitches> switches(TaskFiles files) throws IOException {
        OptionalLong count = files.switches();
        return count.isPresent()
                ? Optional.of(new SeenSwitches(count.getAsLong(), System.nanoTime()))
                : Optional.empty();
    }

    /** The right to read stacks shows on the program's own; without it no other need be tried. */
    private boolean probeOwnStack() {
        begin(Reading.STACK);
        try {
            procFs.read("self/stack");
            synchronized (this) {
                stacksRead++;
            }
            return true;
        } catch (NoSuchFileException notInThisMount) {
            return true;
        } catch (IOException refused) {
            synchronized (this) {
                stacksRefused++;
            }
            return false;
        }
    }

    /**
     * Whatever else there is to say of the tasks, after the stacks, which are gone soonest. Cgroups come late, because
     * there waiting is likeliest. False when the time was up before all were named.
     */
    private boolean describeAll() {
        Map<Long, String> leaders = new HashMap<>();
        boolean named = eachTask(Reading.LEADER, task -> task.withLeader(leader(task, leaders)))
                && eachTask(Reading.CGROUP, task -> task.withCgroup(task.files().cgroup()));
        // The least of all: without them the dump is no less complete. Who sleeps has its switches already.
        eachTask(
                Reading.SWITCHES,
                task -> task.switches().isPresent() ? task : task.withSwitches(switches(task.files())));
        eachTask(Reading.SCHED_STAT, task -> task.withRunDelay(task.files().runDelayNanos()));
        return named;
    }

    /** One reading a process, and none for a process whose only thread here is its main one. */
    private static Optional<String> leader(SeenTask task, Map<Long, String> leaders) throws IOException {
        if (task.stat().pid() == task.files().tgid()) {
            return Optional.empty();
        }
        String known = leaders.get(task.files().tgid());
        if (known == null) {
            known = task.files().leaderComm();
            leaders.put(task.files().tgid(), known);
        }
        return Optional.of(known);
    }

    /** One more thing that is read of a task. */
    private interface Description {
        /** @throws IOException when it has ended or may not be read: it stays as it is */
        SeenTask of(SeenTask task) throws IOException;
    }

    /** False when the time was up first. */
    private boolean eachTask(Reading kind, Description description) {
        if (skipped.contains(kind)) {
            return true;
        }
        for (int place = 0; ; place++) {
            SeenTask task;
            synchronized (this) {
                if (place == tasks.size()) {
                    return true;
                }
                task = tasks.get(place);
            }
            if (timeIsUp()) {
                return false;
            }
            begin(kind);
            try {
                SeenTask described = description.of(task);
                synchronized (this) {
                    tasks.set(place, described);
                }
            } catch (IOException ended) {
                // Without it then.
            }
        }
    }
}
