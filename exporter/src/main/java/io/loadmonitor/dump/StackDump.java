package io.loadmonitor.dump;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a dump says, line kind by line kind. A dump may be cut off or come from a newer source, so everything but the lists
 * may be absent; absent means that the dump does not say, never zero. Immutable.
 *
 * @param header the first line
 * @param trigger why the dump was taken
 * @param time when
 * @param load the load averages and the number of active tasks
 * @param tick the newest 5 s load tick before the dump
 * @param counts what was seen, captured and left out
 * @param cost what the capture cost the machine
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
        Optional<Counts> counts,
        Optional<Cost> cost,
        List<CallStack> stacks,
        List<Task> tasks,
        boolean complete,
        List<UnreadLine> unreadLines,
        int unreadCount) {

    public StackDump {
        stacks = List.copyOf(stacks);
        tasks = List.copyOf(tasks);
        unreadLines = List.copyOf(unreadLines);
        if (unreadCount < unreadLines.size()) {
            throw new IllegalArgumentException(
                    unreadCount + " unread lines, but " + unreadLines.size() + " are kept");
        }
    }

    /** A dump that keeps all of its unread lines. */
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
        this(header, trigger, time, load, tick, counts, cost, stacks, tasks, complete, unreadLines, unreadLines.size());
    }

    /** The stack that a task refers to; empty for a task without one, and where a cut-off dump lost it. */
    public Optional<CallStack> stackOf(Task task) {
        if (task.stackId() == 0) {
            return Optional.empty();
        }
        return stacks.stream().filter(stack -> stack.id() == task.stackId()).findFirst();
    }

    /**
     * {@code load_monitor dump version=1 id=17 source=kmod boot_id=6f1c... release=6.1.0-56-cloud-amd64}
     *
     * @param version of the format
     * @param id counts up from 1 since the module was loaded, or since the exporter was started
     * @param source {@code kmod} or {@code procfs}
     * @param bootId of {@code /proc/sys/kernel/random/boot_id}
     * @param release as {@code uname -r} prints it
     */
    public record Header(
            int version, long id, String source, Optional<String> bootId, Optional<String> release) {}

    /** {@code trigger kind=manual reason="alert LoadHigh" cause=present} */
    public record Trigger(TriggerKind kind, Optional<EscapedText> reason, Optional<Presence> presence) {}

    /** What asked for the dump. */
    public enum TriggerKind {
        /** The 1-minute load crossed the module's threshold. */
        THRESHOLD,
        /** The number of active tasks at a load tick crossed the module's active_threshold. */
        ACTIVE,
        /** Somebody asked: the webhook, the API, a person. */
        MANUAL,
        /** A kind that this version does not know; the raw text has its name. */
        UNKNOWN
    }

    /** Whether what raised the load was still there when the dump was taken ({@code cause=} of the trigger line). */
    public enum Presence {
        PRESENT,
        DECAYING
    }

    /**
     * {@code time wall=2026-11-22T12:04:10.123456Z monotonic_ns=35570173000}
     *
     * @param wall the time of day by the host's clock
     * @param monotonicNanos since boot, CLOCK_MONOTONIC
     */
    public record Time(Optional<Instant> wall, OptionalLong monotonicNanos) {}

    /** {@code load avg1=4.42 avg5=1.10 avg15=0.37 active=10 cpus=2}; averages are numbers of tasks. */
    public record Load(double load1, double load5, double load15, OptionalInt active, OptionalInt cpus) {}

    /** {@code tick age_ms=1200 active=10 avg1=4.42} */
    public record Tick(OptionalLong ageMillis, OptionalInt active, double load1) {}

    /**
     * {@code count scanned=67 running=8 uninterruptible=2 ...}: the keys by their names in the text. Accessors exist for
     * the keys of version 1; a key that the source cannot give is absent.
     */
    public record Counts(Map<String, Long> values) {
        public Counts {
            values = Map.copyOf(values);
        }

        public OptionalLong of(String key) {
            Long value = values.get(key);
            return value == null ? OptionalLong.empty() : OptionalLong.of(value);
        }
    }

    /** {@code cost capture_ns=812345 irq_off_max_ns=9100 rcu_max_ns=210000} */
    public record Cost(OptionalLong captureNanos, OptionalLong irqOffMaxNanos, OptionalLong rcuMaxNanos) {}

    /**
     * {@code task pid=94 tgid=94 ppid=1 cpu=0 state=D on=sleep since_ms=35000 switches=12 start_ns=2980000000 stack=1
     * cgroup="/" comm="vf"}
     *
     * @param pid the thread, tgid the process, both as the initial pid namespace numbers them
     * @param state by the kernel's own definition of load
     * @param placement where it was ({@code on=})
     * @param sinceMillis for how long at most it has been in this state
     * @param switches context switches since it was started
     * @param startNanos since boot
     * @param stackId 0 for none
     * @param flags {@code unstable}, {@code unwind_failed}, ...
     * @param waitChannel the function of /proc/PID/wchan, where stacks may not be read
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
            EscapedText comm) {

        public Task {
            flags = Set.copyOf(flags);
        }
    }

    /** {@code state=R} or {@code state=D}. */
    public enum State {
        RUNNING,
        UNINTERRUPTIBLE,
        UNKNOWN
    }

    /** {@code on=}: where the task was at the moment of the dump. */
    public enum Placement {
        CPU_USER,
        CPU_KERNEL,
        QUEUE,
        SLEEP,
        UNKNOWN
    }

    /**
     * A line that the parser did not understand.
     *
     * @param number from 1
     * @param text at most 200 characters of it
     */
    public record UnreadLine(int number, String text) {}
}
