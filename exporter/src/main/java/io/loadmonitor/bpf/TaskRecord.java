package io.loadmonitor.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the kernel's own fields said of one task while {@link TaskProgram} looked at it. Immutable.
 *
 * @param pid thread id, in the initial pid namespace
 * @param ppid process id of the parent; empty once it is dead
 * @param cpu that it is on or was on last; empty where the kernel does not say
 * @param flags {@code PF_*} of {@code include/linux/sched.h}
 * @param policy {@code SCHED_*} of {@code include/uapi/linux/sched.h}
 * @param first when it was seen
 * @param again after its stack was read
 * @param startNanos CLOCK_MONOTONIC
 * @param lastArrivalNanos when it last got a CPU, by the scheduler's clock; 0 where that is not kept
 * @param lastQueuedNanos since when it waits for a CPU; 0 where it does not, or that is not kept
 * @param runDelayNanos for how long it waited for a CPU in all its life
 * @param cgroup the number of its control group in the unified hierarchy; 0 where there is none
 * @param nowNanos CLOCK_MONOTONIC when it was seen
 * @param isReader whether it is the thread that reads
 * @param comm its name, up to 15 bytes
 * @param leader the name of its process' main thread; its own if it is that one, none once it is dead
 * @param address where the kernel keeps it: nobody else's for as long as it lives; for nothing but to be compared with
 * @param lock what it slept for, both times; empty where that is no lock, or this kernel does not say
 * @param stackError why there is no stack: an error number; 0 when none was looked for or there is one
 * @param stack return addresses, innermost first; at most {@value #MAX_FRAMES}
 */
public record TaskRecord(
        int pid,
        int tgid,
        OptionalInt ppid,
        OptionalInt cpu,
        int flags,
        int policy,
        Look first,
        Look again,
        long startNanos,
        long lastArrivalNanos,
        long lastQueuedNanos,
        OptionalLong runDelayNanos,
        long cgroup,
        long nowNanos,
        boolean isReader,
        byte[] comm,
        byte[] leader,
        long address,
        Optional<AwaitedLock> lock,
        int stackError,
        long[] stack) {

    /** One more than is shown, so that it is known whether there are more. */
    public static final int MAX_FRAMES = 65;

    // The record's layout: what TaskProgram writes. Little-endian.
    static final int KIND = 0;
    static final int LENGTH = 4;
    static final int PID = 8;
    static final int TGID = 12;
    static final int PPID = 16;
    static final int CPU = 20;
    static final int STATE = 24;
    static final int STATE_AFTER = 32;
    static final int FLAGS = 40;
    static final int POLICY = 44;
    static final int ON_RQ = 48;
    static final int ON_RQ_AFTER = 52;
    static final int ON_CPU = 56;
    static final int ON_CPU_AFTER = 60;
    static final int BITS = 64;
    static final int BITS_AFTER = 68;
    static final int SWITCHES = 72;
    static final int SWITCHES_AFTER = 80;
    static final int START = 88;
    static final int LAST_ARRIVAL = 96;
    static final int LAST_QUEUED = 104;
    static final int RUN_DELAY = 112;
    static final int CGROUP = 120;
    static final int NOW = 128;
    static final int COMM = 136;
    static final int LEADER = 152;
    static final int STACK = 168;
    static final int READER = 176;
    static final int ADDRESS = 184;
    static final int LOCK = 192;
    static final int LOCK_AFTER = LOCK + Long.BYTES + LockFields.BYTES;
    static final int HEAD_BYTES = LOCK_AFTER + Long.BYTES + LockFields.BYTES;
    static final int MAX_BYTES = HEAD_BYTES + MAX_FRAMES * Long.BYTES;

    static final int KIND_TASK = 1;
    static final int KIND_END = 2;
    static final int SCANNED = 8;
    static final int END_BYTES = 16;

    static final int DELAYED = 1;
    static final int DEADLINE_THROTTLED = 2;
    static final int QUOTA_THROTTLED = 4;

    private static final int COMM_BYTES = 16;
    private static final long[] NO_STACK = {};

    /**
     * One look at what changes.
     *
     * @param state {@code __state}: the bits {@code TASK_*}
     * @param onRunQueue {@code on_rq}, not 0: the core counts it as queued
     * @param onCpu whether it is on a CPU, or not yet off it
     * @param delayed whether it sleeps, but the scheduler keeps it in its queue for a while (6.12 and later)
     * @param deadlineThrottled whether its share of SCHED_DEADLINE is used up
     * @param quotaThrottled whether its control group's quota is used up (6.18 and later)
     * @param switches how often it was switched out of a CPU; never less than before
     */
    public record Look(
            long state,
            boolean onRunQueue,
            boolean onCpu,
            boolean delayed,
            boolean deadlineThrottled,
            boolean quotaThrottled,
            long switches) {}

    /** What it adds to the load. */
    public enum Share {
        NONE,
        /** On a CPU, or waiting for one. */
        RUNNING,
        /** Asleep, and for the scheduler's accounts still in the queue. */
        DELAYED,
        UNINTERRUPTIBLE;

        /** Whether its stack is that of a sleeper. */
        public boolean sleeps() {
            return this == DELAYED || this == UNINTERRUPTIBLE;
        }
    }

    /** {@code include/uapi/linux/sched.h}. */
    private static final int SCHED_DEADLINE = 6;

    /** {@code include/linux/sched.h} before 6.1; the bit has another meaning since. */
    private static final int PF_FROZEN = 0x10000;

    /** {@code include/linux/sched.h} since 6.1. */
    private static final int TASK_FROZEN = 0x8000;

    /**
     * The kernel's own rule, {@code calc_load_fold_active()} in {@code kernel/sched/loadavg.c}: nr_running and
     * nr_uninterruptible; as {@code kmod/load.c} explains it.
     *
     * @param frozenByFlag whether this kernel says by PF_FROZEN that a task is frozen (before 6.1)
     */
    public Share share(boolean frozenByFlag) {
        return share(first, frozenByFlag);
    }

    private Share share(Look look, boolean frozenByFlag) {
        boolean queued =
                look.onRunQueue && !(policy == SCHED_DEADLINE && look.deadlineThrottled) && !look.quotaThrottled;
        if (queued) {
            return look.delayed ? Share.DELAYED : Share.RUNNING;
        }
        boolean frozen = frozenByFlag ? (flags & PF_FROZEN) != 0 : (look.state & TASK_FROZEN) != 0;
        boolean sleeps = (look.state & TaskProgram.TASK_UNINTERRUPTIBLE) != 0
                && (look.state & TaskProgram.TASK_NOLOAD) == 0
                && !frozen;
        return sleeps ? Share.UNINTERRUPTIBLE : Share.NONE;
    }

    /**
     * Whether it is proven that it did nothing but sleep, or wait for a CPU, from when it was seen until its stack had
     * been read, so that the stack is that of this sleep: on no CPU before and after, and switched no more often.
     */
    public boolean isProven(boolean frozenByFlag) {
        Share share = share(first, frozenByFlag);
        return stayedOff() && (share.sleeps() || share(again, frozenByFlag) == Share.RUNNING);
    }

    /** Whether it was on no CPU from when it was seen until its stack had been read, whatever it slept in. */
    public boolean stayedOff() {
        return !first.onCpu && !again.onCpu && first.switches == again.switches;
    }

    /** The same, with nothing in {@link #stack}. */
    public TaskRecord withoutStack() {
        return stack.length == 0
                ? this
                : new TaskRecord(
                        pid,
                        tgid,
                        ppid,
                        cpu,
                        flags,
                        policy,
                        first,
                        again,
                        startNanos,
                        lastArrivalNanos,
                        lastQueuedNanos,
                        runDelayNanos,
                        cgroup,
                        nowNanos,
                        isReader,
                        comm,
                        leader,
                        address,
                        lock,
                        stackError,
                        NO_STACK);
    }

    /**
     * @param locks how this kernel tells what a task sleeps for
     * @throws IllegalArgumentException when the bytes are not one record
     */
    static TaskRecord of(ByteBuffer record, LockFields locks) {
        int length = record.getInt(LENGTH);
        if (length < HEAD_BYTES || length > MAX_BYTES || length > record.limit()) {
            throw new IllegalArgumentException("a record of " + length + " bytes");
        }
        long found = record.getLong(STACK);
        int frames = found > 0 ? (int) Math.min(found / Long.BYTES, (length - HEAD_BYTES) / Long.BYTES) : 0;
        long[] stack = new long[frames];
        for (int i = 0; i < frames; i++) {
            stack[i] = record.getLong(HEAD_BYTES + i * Long.BYTES);
        }
        return new TaskRecord(
                record.getInt(PID),
                record.getInt(TGID),
                atLeast0(record.getInt(PPID)),
                atLeast0(record.getInt(CPU)),
                record.getInt(FLAGS),
                record.getInt(POLICY),
                look(record, STATE, ON_RQ, ON_CPU, BITS, SWITCHES),
                look(record, STATE_AFTER, ON_RQ_AFTER, ON_CPU_AFTER, BITS_AFTER, SWITCHES_AFTER),
                record.getLong(START),
                record.getLong(LAST_ARRIVAL),
                record.getLong(LAST_QUEUED),
                // Never 0 of a task that has run where it is kept at all: then its last arrival is kept, too.
                record.getLong(LAST_ARRIVAL) == 0 ? OptionalLong.empty() : OptionalLong.of(record.getLong(RUN_DELAY)),
                record.getLong(CGROUP),
                record.getLong(NOW),
                record.getInt(PID) == record.getInt(READER),
                name(record, COMM),
                name(record, LEADER),
                record.getLong(ADDRESS),
                locks.read(part(record, LOCK), part(record, LOCK_AFTER)),
                found < 0 ? (int) -found : 0,
                stack);
    }

    private static ByteBuffer part(ByteBuffer record, int at) {
        return record.slice(at, Long.BYTES + LockFields.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static OptionalInt atLeast0(int number) {
        return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
    }

    private static Look look(ByteBuffer record, int state, int queue, int cpu, int bits, int switches) {
        int set = record.getInt(bits);
        return new Look(
                record.getLong(state),
                record.getInt(queue) != 0,
                record.getInt(cpu) != 0,
                (set & DELAYED) != 0,
                (set & DEADLINE_THROTTLED) != 0,
                (set & QUOTA_THROTTLED) != 0,
                record.getLong(switches));
    }

    /** Up to its terminating 0. */
    private static byte[] name(ByteBuffer record, int at) {
        byte[] name = new byte[COMM_BYTES];
        record.get(at, name);
        int end = 0;
        while (end < name.length && name[end] != 0) {
            end++;
        }
        return Arrays.copyOf(name, end);
    }
}
