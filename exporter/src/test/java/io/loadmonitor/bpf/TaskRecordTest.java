package io.loadmonitor.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.bpf.TaskRecord.Look;
import io.loadmonitor.bpf.TaskRecord.Share;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The kernel's rule of what is load, and when a stack is true. */
final class TaskRecordTest {
    private static final Look ASLEEP = new Look(0x2, false, false, false, false, false, 7);
    private static final Look QUEUED = new Look(0, true, false, false, false, false, 7);

    private static TaskRecord record(int flags, int policy, Look first, Look again) {
        return new TaskRecord(
                1,
                1,
                OptionalInt.empty(),
                OptionalInt.empty(),
                flags,
                policy,
                first,
                again,
                0,
                0,
                0,
                OptionalLong.empty(),
                0,
                0,
                false,
                new byte[0],
                new byte[0],
                0,
                Optional.empty(),
                0,
                new long[0]);
    }

    private static Share share(long state, boolean queued, boolean delayed) {
        Look look = new Look(state, queued, false, delayed, false, false, 0);
        return record(0, 0, look, look).share(false);
    }

    @Test
    void countsWhoIsQueuedOrSleepsUninterruptibly() {
        assertEquals(Share.RUNNING, share(0, true, false));
        assertEquals(Share.UNINTERRUPTIBLE, share(0x2, false, false));
        assertEquals(Share.UNINTERRUPTIBLE, share(0x102, false, false), "TASK_KILLABLE");
        assertEquals(Share.UNINTERRUPTIBLE, share(0x2102, false, false), "also freezable");
        assertEquals(Share.NONE, share(0x1, false, false), "TASK_INTERRUPTIBLE");
        assertEquals(Share.NONE, share(0x402, false, false), "TASK_IDLE");
        assertEquals(Share.RUNNING, share(0x2, true, false), "preempted before it slept");
        assertEquals(Share.DELAYED, share(0x1, true, true), "any sleep, while the scheduler keeps it");
        assertEquals(Share.NONE, share(0x8000, false, false), "TASK_FROZEN");
        assertEquals(Share.NONE, share(0x8002, false, false), "TASK_FROZEN, whatever else");
        assertEquals(Share.NONE, share(0x1000, false, false), "TASK_RTLOCK_WAIT");
    }

    @Test
    void takesTheFlagOfTheFrozenForWhatItIsOnlyOnKernelsThatSaySo() {
        TaskRecord frozen = record(0x10000, 0, ASLEEP, ASLEEP);
        assertEquals(Share.NONE, frozen.share(true));
        assertEquals(Share.UNINTERRUPTIBLE, frozen.share(false), "today the bit is PF_KCOMPACTD");
    }

    @Test
    void doesNotCountWhoHasUsedUpItsTime() {
        Look deadline = new Look(0, true, false, false, true, false, 0);
        assertEquals(Share.NONE, record(0, 6, deadline, deadline).share(false));
        assertEquals(Share.RUNNING, record(0, 0, deadline, deadline).share(false), "the bit is of SCHED_DEADLINE");
        Look quota = new Look(0, true, false, false, false, true, 0);
        assertEquals(Share.NONE, record(0, 0, quota, quota).share(false));
    }

    @Test
    void believesAStackOnlyOfOneAndTheSameSleep() {
        assertTrue(record(0, 0, ASLEEP, ASLEEP).isProven(false));
        assertFalse(record(0, 0, ASLEEP, look(ASLEEP, false, 8)).isProven(false), "it slept again since");
        assertFalse(record(0, 0, ASLEEP, look(ASLEEP, true, 7)).isProven(false), "it runs");
        assertFalse(record(0, 0, look(ASLEEP, true, 7), ASLEEP).isProven(false), "it was on its way into the sleep");
        assertTrue(record(0, 0, ASLEEP, QUEUED).isProven(false), "woken, but on no CPU since");
        assertTrue(record(0, 0, QUEUED, QUEUED).isProven(false));
        assertFalse(record(0, 0, QUEUED, ASLEEP).isProven(false), "it ran, or the count would not be of its wait");
    }

    private static Look look(Look of, boolean onCpu, long switches) {
        return new Look(of.state(), of.onRunQueue(), onCpu, of.delayed(), false, false, switches);
    }

    @Test
    void readsARecordAsTheProgramWritesIt() {
        ByteBuffer bytes = ByteBuffer.allocate(TaskRecord.HEAD_BYTES + 16).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(TaskRecord.KIND, TaskRecord.KIND_TASK).putInt(TaskRecord.LENGTH, bytes.capacity());
        bytes.putInt(TaskRecord.PID, 42).putInt(TaskRecord.TGID, 41).putInt(TaskRecord.PPID, -1);
        bytes.putInt(TaskRecord.CPU, 3).putLong(TaskRecord.STATE, 0x102).putLong(TaskRecord.STATE_AFTER, 1);
        bytes.putInt(TaskRecord.FLAGS, 5).putInt(TaskRecord.POLICY, 6).putInt(TaskRecord.ON_RQ, 1);
        bytes.putInt(TaskRecord.ON_CPU_AFTER, 1).putInt(TaskRecord.BITS, 5).putInt(TaskRecord.BITS_AFTER, 2);
        bytes.putLong(TaskRecord.SWITCHES, 9).putLong(TaskRecord.SWITCHES_AFTER, 10);
        bytes.putLong(TaskRecord.START, 11).putLong(TaskRecord.LAST_ARRIVAL, 12).putLong(TaskRecord.LAST_QUEUED, 13);
        bytes.putLong(TaskRecord.RUN_DELAY, 14).putLong(TaskRecord.CGROUP, 15).putLong(TaskRecord.NOW, 16);
        bytes.put(TaskRecord.COMM, "a\nb\0junk".getBytes(StandardCharsets.ISO_8859_1));
        bytes.put(TaskRecord.LEADER, "0123456789abcde\0".getBytes(StandardCharsets.ISO_8859_1));
        bytes.putLong(TaskRecord.STACK, 16).putInt(TaskRecord.READER, 42);
        bytes.putLong(TaskRecord.ADDRESS, 0xffff888100000040L);
        bytes.putLong(TaskRecord.LOCK, 0xffff888200000000L).putLong(TaskRecord.LOCK_AFTER, 0xffff888200000000L);
        bytes.putLong(TaskRecord.LOCK + 8, 0xffff888300000001L).putLong(TaskRecord.LOCK_AFTER + 8, 0xffff888300000001L);
        bytes.putLong(TaskRecord.HEAD_BYTES, -2).putLong(TaskRecord.HEAD_BYTES + 8, -3);
        TaskRecord record = TaskRecord.of(bytes, LockFieldsTest.BY_BLOCKER);
        assertEquals(42, record.pid());
        assertEquals(OptionalInt.empty(), record.ppid());
        assertEquals(OptionalInt.of(3), record.cpu());
        assertEquals(new Look(0x102, true, false, true, false, true, 9), record.first());
        assertEquals(new Look(1, false, true, false, true, false, 10), record.again());
        assertEquals(OptionalLong.of(14), record.runDelayNanos());
        assertTrue(record.isReader());
        assertEquals("a\nb", new String(record.comm(), StandardCharsets.ISO_8859_1));
        assertEquals("0123456789abcde", new String(record.leader(), StandardCharsets.ISO_8859_1));
        assertArrayEquals(new long[] {-2, -3}, record.stack());
        assertEquals(0xffff888100000040L, record.address());
        assertEquals(
                OptionalLong.of(0xffff888300000000L),
                record.lock().orElseThrow().owner());
        bytes.putLong(TaskRecord.STACK, -14);
        assertEquals(14, TaskRecord.of(bytes, LockFieldsTest.BY_BLOCKER).stackError());
        assertEquals(0, TaskRecord.of(bytes, LockFieldsTest.BY_BLOCKER).stack().length);
        bytes.putInt(TaskRecord.LENGTH, bytes.capacity() + 1);
        assertThrows(IllegalArgumentException.class, () -> TaskRecord.of(bytes, LockFieldsTest.BY_BLOCKER));
    }
}
