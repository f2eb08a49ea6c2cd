package io.loadmonitor.dump;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a dump says, line kind by line kind. A dump may be cut off or come from a newer source, so everything but the
 * lists may be absent; absent means that the dump does not say, never zero. Immutable.
 *
 * @param header the first line
 * @param trigger why the dump was taken
 * @param time when
 * @param load the load averages and the number of active tasks
 * @param tick the newest 5 s load tick before the dump
 * @param history that tick and earlier ones; {@link LoadHistory} gives them their times
 * @param counts what was seen, captured and left out
 * @param cost what the capture cost the machine
 * @param devices the host's device-mapper devices beside the dump; absent when nobody looked
 * @param hostState what else the host was like beside the dump
 * @param exporterPid process id, in the initial pid namespace, of the exporter that wrote the dump down; absent when it
 *     did not say
 * @param pods those of Kubernetes whose tasks are in the dump, as far as somebody knew their names
 * @param lockFacts the locks that tasks wait for, and who holds them
 * @param stacks each stack once, in the order of the text
 * @param tasks the tasks that made up the load, in the order of the text
 * @param complete whether the footer is there and agrees with the header's id and the number of tasks; otherwise the
 *     dump was cut off or damaged
 * @param unreadLines the first lines that were not understood, or only in part
 * @param unreadCount how many such lines there were in all
 */
public record StackDump(
        Optional<Header> header,
        Optional<Trigger> trigger,
        Optional<Time> time,
        Optional<Load> load,
        Optional<Tick> tick,
        Optional<History> history,
        Optional<Counts> counts,
        Optional<Cost> cost,
        Optional<MappedDevices> devices,
        HostState hostState,
        OptionalLong exporterPid,
        List<Pod> pods,
        LockFacts lockFacts,
        List<CallStack> stacks,
        List<Task> tasks,
        boolean complete,
        List<UnreadLine> unreadLines,
        int unreadCount) {

    private static final String STACKS_READABLE = "stacks_readable";
    private static final String STACK_REFUSED = "stack_refused";

    public StackDump {
        pods = List.copyOf(pods);
        stacks = List.copyOf(stacks);
        tasks = List.copyOf(tasks);
        unreadLines = List.copyOf(unreadLines);
        exporterPid.ifPresent(pid -> requireNotNegative("exporter pid", pid));
        if (unreadCount < unreadLines.size()) {
            throw new IllegalArgumentException(unreadCount + " unread lines, but " + unreadLines.size() + " are kept");
        }
    }

    /** A dump without the host's state, pods and locks. */
    public StackDump(
            Optional<Header> header,
            Optional<Trigger> trigger,
            Optional<Time> time,
            Optional<Load> load,
            Optional<Tick> tick,
            Optional<History> history,
            Optional<Counts> counts,
            Optional<Cost> cost,
            Optional<MappedDevices> devices,
            OptionalLong exporterPid,
            List<CallStack> stacks,
            List<Task> tasks,
            boolean complete,
            List<UnreadLine> unreadLines,
            int unreadCount) {
        this(
                header,
                trigger,
                time,
                load,
                tick,
                history,
                counts,
                cost,
                devices,
                HostState.UNKNOWN,
                exporterPid,
                List.of(),
                LockFacts.NONE,
                stacks,
                tasks,
                complete,
                unreadLines,
                unreadCount);
    }

    /** A dump without a history and devices that keeps all of its unread lines. */
    public StackDump(
            Optional<Header> header,
            Optional<Trigger> trigger,
            Optional<Time> time,
            Optional<Load> load,
            Optional<Tick> tick,
            Optional<Counts> counts,
            Optional<Cost> cost,
            List<CallStack> stacks,
            List<Task> tasks,
            boolean complete,
            List<UnreadLine> unreadLines) {
        this(
                header,
                trigger,
                time,
                load,
                tick,
                Optional.empty(),
                counts,
                cost,
                Optional.empty(),
                OptionalLong.empty(),
                stacks,
                tasks,
                complete,
                unreadLines,
                unreadLines.size());
    }

    /** The pods by their uids. A new map at each call. */
    public Map<String, Pod> podsByUid() {
        Map<String, Pod> byUid = new HashMap<>();
        pods.forEach(pod -> byUid.putIfAbsent(pod.uid(), pod));
        return byUid;
    }

    /**
     * The stack that a task refers to; empty for a task without one, and where a cut-off dump lost it. For one task;
     * who looks at all of them takes {@link #stacksById()}.
     */
    public Optional<CallStack> stackOf(Task task) {
        if (task.stackId() == 0) {
            return Optional.empty();
        }
        return stacks.stream().filter(stack -> stack.id() == task.stackId()).findFirst();
    }

    /** The stacks by their ids; where an id is there twice, the first. A new map at each call. */
    public Map<Integer, CallStack> stacksById() {
        Map<Integer, CallStack> byId = new HashMap<>(stacks.size() * 2);
        for (CallStack stack : stacks) {
            byId.putIfAbsent(stack.id(), stack);
        }
        return byId;
    }

    /** Whether it is a thread of the exporter that wrote the dump down, and so load-monitor itself. */
    public boolean isExporter(Task task) {
        return exporterPid.isPresent() && task.tgid().equals(exporterPid);
    }

    /** Whether the task has no stack because who took the dump may not read any. */
    boolean refuses(Task task) {
        boolean unreadable = counts.map(all -> all.of(STACKS_READABLE).equals(OptionalLong.of(0)))
                .orElse(false);
        return task.stackId() == 0
                && (task.flags().contains(STACK_REFUSED)
                        || unreadable && task.flags().isEmpty());
    }

    /**
     * Whether the tasks in D are there without their stacks, because who took the dump may not read any: then a reader
     * has to know how to get them.
     */
    public boolean stacksRefused() {
        return tasks.stream().anyMatch(task -> task.state() == State.UNINTERRUPTIBLE && refuses(task));
    }

    /** Present where the tasks stand for more than themselves, and numbers of tasks have to be scaled up. */
    public Optional<FairSample> sample() {
        return FairSample.of(this);
    }

    /** How many tasks its tasks stand for: themselves, or those that a fair sample was drawn from. */
    public int tasksMeant() {
        return sample().map(FairSample::of).orElse(tasks.size());
    }

    /**
     * {@code load_monitor dump version=1 id=17 source=kmod boot_id=6f1c... release=6.1.0-56-cloud-amd64}
     *
     * @param version of the format
     * @param id counts up from 1 since the module was loaded, or since the exporter was started
     * @param source {@code kmod}, {@code bpf} or {@code procfs}
     * @param bootId of {@code /proc/sys/kernel/random/boot_id}
     * @param release as {@code uname -r} prints it
     */
    public record Header(int version, long id, String source, Optional<String> bootId, Optional<String> release) {
        public Header {
            requireNotNegative("version", version);
            requireNotNegative("id", id);
            Word.require("source", source);
            bootId.ifPresent(word -> Word.require("boot_id", word));
            release.ifPresent(word -> Word.require("release", word));
        }
    }

    /**
     * {@code trigger kind=manual reason="alert LoadHigh" cause=present asker_pid=412 asker_comm="java"}
     *
     * @param asker who waited for the dump
     */
    public record Trigger(
            TriggerKind kind, Optional<EscapedText> reason, Optional<Presence> presence, Optional<Asker> asker) {
        /** Nobody is named who asked. */
        public Trigger(TriggerKind kind, Optional<EscapedText> reason, Optional<Presence> presence) {
            this(kind, reason, presence, Optional.empty());
        }
    }

    /** A task that is not in the dump, because it ran only to ask for it. */
    public record Asker(long pid, EscapedText comm) {
        public Asker {
            requireNotNegative("asker_pid", pid);
        }
    }

    /** What asked for the dump. */
    public enum TriggerKind {
        /** The 1-minute load crossed a threshold: the module's, or the exporter's own. */
        THRESHOLD("threshold"),
        /** The number of active tasks at a load tick crossed one. */
        ACTIVE("active"),
        /** The kernel's pressure numbers say that tasks stall; of the exporter alone. */
        PRESSURE("pressure"),
        /** An incident lasts; of the exporter alone. */
        FOLLOW_UP("follow_up"),
        /** Somebody asked: the webhook, the API, a person. */
        MANUAL("manual"),
        /** A kind that this version does not know; the raw text has its name. */
        UNKNOWN("unknown");

        private final String text;

        TriggerKind(String text) {
            this.text = text;
        }

        /** As in the dump's text. */
        public String text() {
            return text;
        }
    }

    /** Whether what raised the load was still there when the dump was taken ({@code cause=} of the trigger line). */
    public enum Presence {
        PRESENT("present"),
        /** Far fewer tasks than the average says, now and at the last load ticks: the average is an echo. */
        DECAYING("decaying"),
        /** No task was active at that moment. */
        NONE("none");

        private final String text;

        Presence(String text) {
            this.text = text;
        }

        /** As in the dump's text. */
        public String text() {
            return text;
        }
    }

    /**
     * {@code time wall=2026-11-22T12:04:10.123456Z monotonic_ns=35570173000}
     *
     * @param wall the time of day by the host's clock
     * @param monotonicNanos since boot, CLOCK_MONOTONIC
     */
    public record Time(Optional<Instant> wall, OptionalLong monotonicNanos) {
        public Time {
            monotonicNanos.ifPresent(nanos -> requireNotNegative("monotonic_ns", nanos));
        }
    }

    /**
     * {@code load avg1=4.42 avg5=1.10 avg15=0.37 active=10 cpus=2 silent_cpus=1}; averages are numbers of tasks.
     *
     * @param silentCpus numbers of CPUs that did not answer in time, perhaps not all (see {@code cpu_no_answer})
     */
    public record Load(
            double load1, double load5, double load15, OptionalInt active, OptionalInt cpus, List<Integer> silentCpus) {
        public Load {
            silentCpus = List.copyOf(silentCpus);
            silentCpus.forEach(cpu -> requireNotNegative("silent_cpus", cpu));
            requireLoad("avg1", load1);
            requireLoad("avg5", load5);
            requireLoad("avg15", load15);
            active.ifPresent(tasks -> requireNotNegative("active", tasks));
            cpus.ifPresent(count -> requireNotNegative("cpus", count));
        }

        /** Every CPU answered, or none is known not to have. */
        public Load(double load1, double load5, double load15, OptionalInt active, OptionalInt cpus) {
            this(load1, load5, load15, active, cpus, List.of());
        }
    }

    /** {@code tick age_ms=1200 active=10 avg1=4.42} */
    public record Tick(OptionalLong ageMillis, OptionalInt active, double load1) {
        public Tick {
            ageMillis.ifPresent(millis -> requireNotNegative("age_ms", millis));
            active.ifPresent(tasks -> requireNotNegative("active", tasks));
            requireLoad("avg1", load1);
        }
    }

    /**
     * {@code history period_ms=5004 active=10x6,8,0}
     *
     * @param periodMillis between two ticks
     * @param active running and uninterruptible tasks at the ticks, the newest first; 1 to {@value #MOST_TICKS}
     */
    public record History(OptionalLong periodMillis, List<Integer> active) {
        /** The module keeps 1536. */
        public static final int MOST_TICKS = 10_000;

        public History {
            active = List.copyOf(active);
            periodMillis.ifPresent(millis -> requireNotNegative("period_ms", millis));
            active.forEach(tasks -> requireNotNegative("active", tasks));
            if (active.isEmpty() || active.size() > MOST_TICKS) {
                throw new IllegalArgumentException(active.size() + " ticks, expected 1 to " + MOST_TICKS);
            }
        }
    }

    /**
     * {@code count scanned=67 running=8 uninterruptible=2 ...}: the keys by their names in the text; a key that the
     * source cannot give is absent.
     *
     * @param values not negative
     */
    public record Counts(Map<String, Long> values) {
        public Counts {
            values = Map.copyOf(values);
            values.forEach((key, value) -> {
                if (key.indexOf('=') >= 0) {
                    throw new IllegalArgumentException("not the name of a count: " + key);
                }
                Word.require("a count's name", key);
                requireNotNegative(key, value);
            });
        }

        public OptionalLong of(String key) {
            Long value = values.get(key);
            return value == null ? OptionalLong.empty() : OptionalLong.of(value);
        }
    }

    /** {@code cost capture_ns=812345 irq_off_max_ns=9100 rcu_max_ns=210000} */
    public record Cost(OptionalLong captureNanos, OptionalLong irqOffMaxNanos, OptionalLong rcuMaxNanos) {
        public Cost {
            captureNanos.ifPresent(nanos -> requireNotNegative("capture_ns", nanos));
            irqOffMaxNanos.ifPresent(nanos -> requireNotNegative("irq_off_max_ns", nanos));
            rcuMaxNanos.ifPresent(nanos -> requireNotNegative("rcu_max_ns", nanos));
        }
    }

    /**
     * {@code task pid=94 tgid=94 ppid=1 cpu=0 state=D on=sleep since_ms=35000 switches=12 start_ns=2980000000 stack=1
     * cgroup="/" comm="vf"}, {@code task pid=812 tgid=800 state=R on=queue queued_ms=40 run_delay_ms=9120 cgroup_id=3
     * leader="java" comm="C2 CompilerThre"}
     *
     * @param pid the thread, tgid the process, both as the initial pid namespace numbers them
     * @param state by the kernel's own definition of load
     * @param placement where it was ({@code on=})
     * @param sinceMillis for how long at most it has been in this state; from /proc: at least
     * @param switches context switches since it was started
     * @param startNanos since boot
     * @param stackId 0 for none
     * @param flags {@code unstable}, {@code unwind_failed}, ...
     * @param waitChannel the function of /proc/PID/wchan, where stacks cannot be read: {@code wchan=}
     * @param cgroup its path in the unified hierarchy, by whichever of {@code cgroup=} and {@code cgroup_id=} the text
     *     has it; absent where the host has no such hierarchy, which is not the root
     * @param comm the thread's own name, which it may choose
     * @param leader the name of the process' main thread; absent of that one itself, and where the source does not say
     * @param queuedMillis for how long it has waited for a CPU; only of a task on {@code queue}
     * @param runDelayMillis for how long it waited for a CPU in all its life
     * @param lockWait the lock that it sleeps for; absent where it is none, and where the source cannot tell
     */
    public record Task(
            long pid,
            OptionalLong tgid,
            OptionalLong ppid,
            OptionalInt cpu,
            State state,
            Placement placement,
            OptionalLong sinceMillis,
            OptionalLong switches,
            OptionalLong startNanos,
            int stackId,
            Set<String> flags,
            Optional<String> waitChannel,
            Optional<EscapedText> cgroup,
            EscapedText comm,
            Optional<EscapedText> leader,
            OptionalLong queuedMillis,
            OptionalLong runDelayMillis,
            Optional<LockWait> lockWait) {

        /** Of which no lock is known that it sleeps for. */
        public Task(
                long pid,
                OptionalLong tgid,
                OptionalLong ppid,
                OptionalInt cpu,
                State state,
                Placement placement,
                OptionalLong sinceMillis,
                OptionalLong switches,
                OptionalLong startNanos,
                int stackId,
                Set<String> flags,
                Optional<String> waitChannel,
                Optional<EscapedText> cgroup,
                EscapedText comm,
                Optional<EscapedText> leader,
                OptionalLong queuedMillis,
                OptionalLong runDelayMillis) {
            this(
                    pid,
                    tgid,
                    ppid,
                    cpu,
                    state,
                    placement,
                    sinceMillis,
                    switches,
                    startNanos,
                    stackId,
                    flags,
                    waitChannel,
                    cgroup,
                    comm,
                    leader,
                    queuedMillis,
                    runDelayMillis,
                    Optional.empty());
        }

        /** Of a source that tells neither the main thread's name nor times in the queue. */
        public Task(
                long pid,
                OptionalLong tgid,
                OptionalLong ppid,
                OptionalInt cpu,
                State state,
                Placement placement,
                OptionalLong sinceMillis,
                OptionalLong switches,
                OptionalLong startNanos,
                int stackId,
                Set<String> flags,
                Optional<String> waitChannel,
                Optional<EscapedText> cgroup,
                EscapedText comm) {
            this(
                    pid,
                    tgid,
                    ppid,
                    cpu,
                    state,
                    placement,
                    sinceMillis,
                    switches,
                    startNanos,
                    stackId,
                    flags,
                    waitChannel,
                    cgroup,
                    comm,
                    Optional.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty());
        }

        public Task {
            flags = Set.copyOf(flags);
            requireNotNegative("pid", pid);
            tgid.ifPresent(value -> requireNotNegative("tgid", value));
            ppid.ifPresent(value -> requireNotNegative("ppid", value));
            cpu.ifPresent(value -> requireNotNegative("cpu", value));
            sinceMillis.ifPresent(value -> requireNotNegative("since_ms", value));
            switches.ifPresent(value -> requireNotNegative("switches", value));
            startNanos.ifPresent(value -> requireNotNegative("start_ns", value));
            queuedMillis.ifPresent(value -> requireNotNegative("queued_ms", value));
            runDelayMillis.ifPresent(value -> requireNotNegative("run_delay_ms", value));
            requireNotNegative("stack", stackId);
            for (String flag : flags) {
                if (flag.indexOf('|') >= 0) {
                    throw new IllegalArgumentException("not a flag: " + flag);
                }
                Word.require("flag", flag);
            }
            waitChannel.ifPresent(word -> Word.require("wchan", word));
        }

        /**
         * Who it is, for people: the process by the name of its main thread, and only without that by the thread's own.
         */
        public EscapedText program() {
            return leader.orElse(comm);
        }

        /**
         * For how long at most (from /proc: at least) it has been in its state; exactly where it waits for a CPU and
         * the dump says since when.
         */
        public OptionalLong stateMillis() {
            return queuedMillis.isPresent() ? queuedMillis : sinceMillis;
        }

        /**
         * Whether it sleeps, but the scheduler still counts it as running ({@code flags=delayed}, Linux 6.12 and
         * later): it is load all the same.
         */
        public boolean delayed() {
            return state == State.RUNNING && placement == Placement.SLEEP && flags.contains("delayed");
        }
    }

    /** {@code state=R}, {@code state=D}, or {@code state=S} of a task that is no load. */
    public enum State {
        RUNNING("R"),
        UNINTERRUPTIBLE("D"),
        /** Asleep in any other way: of the owner of a lock alone ({@code flags=owner}). */
        SLEEPING("S"),
        UNKNOWN("unknown");

        private final String text;

        State(String text) {
            this.text = text;
        }

        /** As in the dump's text. */
        public String text() {
            return text;
        }
    }

    /** {@code on=}: where the task was at the moment of the dump. */
    public enum Placement {
        CPU_USER("cpu-user"),
        CPU_KERNEL("cpu-kernel"),
        /** On a CPU that could not be asked in which mode: it is isolated, or did not answer. The flags say which. */
        CPU("cpu"),
        /** Runnable, waiting for a CPU. */
        QUEUE("queue"),
        SLEEP("sleep"),
        /** The source cannot tell (/proc says no more than R), or says what this version does not know. */
        UNKNOWN("unknown");

        private final String text;

        Placement(String text) {
            this.text = text;
        }

        /** As in the dump's text. */
        public String text() {
            return text;
        }
    }

    /**
     * A line that the parser did not understand, or only in part.
     *
     * @param number from 1
     * @param text its first 200 bytes, as {@link EscapedText} shows them
     */
    public record UnreadLine(int number, String text) {}

    static void requireNotNegative(String key, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(key + " is negative: " + value);
        }
    }

    private static void requireLoad(String key, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(key + " is no load average: " + value);
        }
    }
}
