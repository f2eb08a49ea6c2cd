package io.loadmonitor.bpf;

import io.loadmonitor.kernel.Errno;
import io.loadmonitor.kernel.SystemCallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Walks all tasks by the kernel's task iterator ({@code kernel/bpf/task_iter.c}) with {@link TaskProgram} loaded. Safe
 * for use by several threads, one walk at a time.
 *
 * <p>The kernel walks the tasks of the pid namespace of whoever begins the walk, in the order of their ids there, and
 * holds nothing for longer than one task's turn: a walk takes milliseconds and is no moment. It waits for nothing that
 * a task could hold.
 */
public final class TaskIterator implements AutoCloseable {
    /** The kernel's own buffer is 32 KiB, so no read gives more. */
    private static final int READ_BYTES = 64 << 10;

    /** Most tasks that can be asked for by their address. */
    public static final int MOST_ASKED_FOR = 128;

    private final int map;
    private final int set;
    private final int link;
    private final LockFields locks;
    private final boolean frozenByFlag;
    private final List<String> missing;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private boolean closed;

    private TaskIterator(int map, int set, int link, LockFields locks, boolean frozenByFlag, List<String> missing) {
        this.map = map;
        this.set = set;
        this.link = link;
        this.locks = locks;
        this.frozenByFlag = frozenByFlag;
        this.missing = missing;
    }

    /** Why no kernel could be asked from here, in words; empty when one can. Tries no right. */
    public static Optional<String> obstacle() {
        return SystemCalls.obstacle();
    }

    /**
     * Loads the program; some 100 ms, most of it for the kernel's types. It stays loaded until this is closed.
     *
     * @param sysfs where sysfs is mounted
     * @throws IOException when this kernel cannot or will not, with the reason in words
     */
    public static TaskIterator open(Path sysfs) throws IOException {
        Btf.requireFile(sysfs);
        // First, because who may not do this need not read the types.
        int map = Program.createMap(TaskProgram.VALUE_BYTES, 1);
        try {
            int set = Program.createSet(MOST_ASKED_FOR);
            try {
                return open(Btf.ofThisKernel(sysfs), map, set);
            } catch (IOException | RuntimeException | Error failed) {
                SystemCalls.close(set);
                throw failed;
            }
        } catch (IOException | RuntimeException | Error failed) {
            SystemCalls.close(map);
            throw failed;
        }
    }

    /**
     * Where the kernel is locked down it refuses a program that reads any memory, and takes one that does not. A kernel
     * whose locks are of another kind than is known here is none that no dump can be taken of.
     */
    private static TaskIterator open(Btf btf, int map, int set) throws IOException {
        VerifierException refusal = null;
        for (LockFields locks : LockFields.ways(btf)) {
            try {
                return open(btf, map, set, locks);
            } catch (VerifierException refused) {
                refusal = refused;
            }
        }
        throw refusal == null ? new BtfException("there is no way to look at tasks") : refusal;
    }

    private static TaskIterator open(Btf btf, int map, int set, LockFields locks) throws IOException {
        OptionalInt function = btf.function("bpf_iter_task");
        if (function.isEmpty()
                || btf.enumerator("bpf_func_id", "BPF_FUNC_get_task_stack").isEmpty()) {
            throw new BtfException("this kernel has no BPF iterator of tasks with their stacks (5.9 and later,"
                    + " CONFIG_BPF_SYSCALL, CONFIG_BPF_EVENTS)");
        }
        TaskProgram program = TaskProgram.of(btf, map, set, locks, !SystemCalls.readsInOrder());
        int loaded = Program.load(program.code(), TaskProgram.LICENCE, function.getAsInt());
        try {
            return new TaskIterator(map, set, Program.link(loaded), locks, frozenByFlag(btf), program.missing());
        } finally {
            SystemCalls.close(loaded);
        }
    }

    /**
     * 6.1 made frozen() a function of its own and gave the frozen a state; before, it was an inline look at PF_FROZEN.
     * Without either, nobody is ever frozen.
     */
    private static boolean frozenByFlag(Btf btf) {
        return btf.function("frozen").isEmpty()
                && btf.function("freezing_slow_path").isPresent();
    }

    /** Whether this kernel says by PF_FROZEN that a task is frozen: see {@link TaskRecord#share}. */
    public boolean frozenByFlag() {
        return frozenByFlag;
    }

    /** Whether it is told what a task sleeps for, and who has that: see {@link TaskRecord#lock}. */
    public boolean tellsLocks() {
        return locks.way() != LockFields.Way.NONE;
    }

    /** Fields that this kernel has not, such as {@code se.sched_delayed} before 6.12; what they say is left out. */
    public List<String> missing() {
        return missing;
    }

    /**
     * What became of a walk.
     *
     * @param scanned tasks that were looked at
     * @param complete false when it did not get to the last task in time
     */
    public record Walk(long scanned, boolean complete) {}

    /**
     * Looks at all tasks.
     *
     * @param seen is given those that may be load, in the order of their ids; must not walk itself
     * @param deadlineNanos by {@link System#nanoTime}; some milliseconds more may pass
     */
    public synchronized Walk walk(Consumer<TaskRecord> seen, long deadlineNanos) throws IOException {
        return walk(seen, Set.of(), deadlineNanos);
    }

    /**
     * As {@link #walk(Consumer, long)}, and tells also of certain tasks, whatever they do.
     *
     * @param askedFor their addresses ({@link TaskRecord#address}); at most {@value #MOST_ASKED_FOR}
     */
    public synchronized Walk walk(Consumer<TaskRecord> seen, Set<Long> askedFor, long deadlineNanos)
            throws IOException {
        if (closed) {
            throw new IOException("the task iterator is closed");
        }
        if (askedFor.size() > MOST_ASKED_FOR) {
            throw new IllegalArgumentException(askedFor.size() + " tasks are asked for, at most " + MOST_ASKED_FOR);
        }
        List<Long> added = new ArrayList<>(askedFor.size());
        try {
            for (long address : askedFor) {
                Program.add(set, address);
                added.add(address);
            }
            return walk(seen, !added.isEmpty(), deadlineNanos);
        } finally {
            for (long address : added) {
                Program.remove(set, address);
            }
        }
    }

    private Walk walk(Consumer<TaskRecord> seen, boolean askedFor, long deadlineNanos) throws IOException {
        Program.clearMap(map, TaskProgram.VALUE_BYTES, askedFor ? 1 : 0);
        int walk = Program.iterate(link);
        try {
            long scanned = -1;
            while (scanned < 0 && System.nanoTime() - deadlineNanos < 0) {
                buffer.clear();
                int bytes = read(walk);
                if (bytes == 0) {
                    throw new IOException("the task iterator ended without saying so");
                }
                scanned = records(buffer.limit(bytes), seen);
            }
            return new Walk(Math.max(0, scanned), scanned >= 0);
        } finally {
            SystemCalls.close(walk);
        }
    }

    /** The iterator gives up the CPU after a million tasks, and asks to be read again. */
    private int read(int walk) throws SystemCallException {
        while (true) {
            try {
                return SystemCalls.read("the task iterator", walk, buffer);
            } catch (SystemCallException failed) {
                if (!failed.is(Errno.EAGAIN)) {
                    throw failed;
                }
            }
        }
    }

    /** The number of tasks when the last record was among them, else -1. */
    private long records(ByteBuffer read, Consumer<TaskRecord> seen) throws IOException {
        for (int at = 0; at < read.limit(); ) {
            ByteBuffer rest = read.slice(at, read.limit() - at).order(ByteOrder.LITTLE_ENDIAN);
            int length = rest.limit() < TaskRecord.END_BYTES ? -1 : rest.getInt(TaskRecord.LENGTH);
            if (length < TaskRecord.END_BYTES || length > rest.limit()) {
                throw new IOException(
                        "the task iterator gave a record of " + length + " bytes at " + at + " of " + read.limit());
            }
            if (rest.getInt(TaskRecord.KIND) == TaskRecord.KIND_END) {
                return rest.getLong(TaskRecord.SCANNED);
            }
            seen.accept(TaskRecord.of(rest, locks));
            at += length;
        }
        return -1;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            SystemCalls.close(link);
            SystemCalls.close(set);
            SystemCalls.close(map);
        }
    }
}
