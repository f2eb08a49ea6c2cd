package io.loadmonitor.bpf;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Where this kernel says what a task sleeps for, and what the words of its locks mean. Immutable.
 *
 * <pre>{@code
 * struct task_struct {                            (6.18, kernel built with CONFIG_DETECT_HUNG_TASK_BLOCKER)
 *         struct rt_mutex_waiter *pi_blocked_on;  // always; of every lock that sleeps with PREEMPT_RT
 *         struct mutex           *blocked_on;     // 6.17 and later
 *         unsigned long           blocker;        // 6.16 and later: the lock, its type in the two lowest bits
 * };
 * // include/linux/hung_task.h
 * #define BLOCKER_TYPE_MUTEX              0x00UL
 * #define BLOCKER_TYPE_SEM                0x01UL
 * #define BLOCKER_TYPE_RWSEM_READER       0x02UL  // 6.17
 * #define BLOCKER_TYPE_RWSEM_WRITER       0x03UL
 *
 * struct mutex        { atomic_long_t owner; ... };          // task | 1 waiters, 2 handoff, 4 pickup
 * struct rw_semaphore { atomic_long_t count, owner; ... };   // count: 1 written, readers from bit 8 on
 *                                                            // owner: task | 1 reader, 2 (4) not to be spun for
 * struct semaphore    { ...; unsigned long last_holder; };   // 6.16
 * struct rt_mutex_base { ...; struct task_struct *owner; };  // task | 1 waiters
 * }</pre>
 *
 * @param way how it is found
 * @param place of the field of task_struct
 * @param ownerOfMutex offset of a mutex's owner
 * @param countOfRwSemaphore offset of a rw_semaphore's count, ownerOfRwSemaphore of its owner
 * @param lastHolder offset of a semaphore's last holder
 * @param lockOfWaiter offset of the lock within a rt_mutex_waiter
 * @param ownerOfRtMutex offset of a rt_mutex's owner
 */
record LockFields(
        Way way,
        Optional<Btf.Field> place,
        OptionalInt ownerOfMutex,
        OptionalInt countOfRwSemaphore,
        OptionalInt ownerOfRwSemaphore,
        OptionalInt lastHolder,
        OptionalInt lockOfWaiter,
        OptionalInt ownerOfRtMutex) {

    /** So many bytes are read of a lock; all that is known of them lies within. */
    static final int BYTES = 32;

    /** The two lowest bits of {@code blocker}. */
    static final int TYPE_BITS = 3;

    private static final int TYPE_SEMAPHORE = 1;
    private static final int TYPE_READER = 2;
    private static final int TYPE_WRITER = 3;
    private static final long MUTEX_FLAGS = 7;

    /** It is given to the task that the word names, which does not have it yet. */
    private static final long MUTEX_PICKUP = 4;

    private static final long READER_OWNED = 1;
    private static final long RW_FLAGS = 7;
    private static final long WRITER_LOCKED = 1;
    private static final int READER_SHIFT = 8;
    private static final long RT_FLAGS = 1;

    /** How a task's lock is found. */
    enum Way {
        /** By {@code blocker}, and a read of any memory, which a kernel that is locked down refuses. */
        BLOCKER,
        /** By {@code blocked_on}, by its type. */
        BLOCKED_ON,
        /** By {@code pi_blocked_on}, by its types. */
        WAITER,
        /** Not at all. */
        NONE
    }

    /** Tells nothing. */
    private static final LockFields NOTHING = new LockFields(
            Way.NONE,
            Optional.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty());

    /**
     * The ways to find it, the best first; each is less than the one before, and the last is none at all.
     *
     * @throws BtfException when a type cannot be followed
     */
    static List<LockFields> ways(Btf btf) throws BtfException {
        return Stream.of(of(btf, true), of(btf, false), NOTHING).distinct().toList();
    }

    /** @param anyMemory whether a program may read memory by its bare address */
    private static LockFields of(Btf btf, boolean anyMemory) throws BtfException {
        OptionalInt ownerOfMutex = offsetInLock(btf, "mutex", "owner");
        Optional<Btf.Field> blocker = word(btf, "task_struct", "blocker");
        Optional<Btf.Field> blockedOn = btf.pointsTo("task_struct", "blocked_on", "mutex")
                ? word(btf, "task_struct", "blocked_on")
                : Optional.empty();
        Optional<Btf.Field> waiter = word(btf, "task_struct", "pi_blocked_on");
        OptionalInt lockOfWaiter = offset(btf, "rt_mutex_waiter", "lock");
        String rtMutex = btf.pointsTo("rt_mutex_waiter", "lock", "rt_mutex_base") ? "rt_mutex_base" : "rt_mutex";
        OptionalInt ownerOfRtMutex = offset(btf, rtMutex, "owner");
        // With PREEMPT_RT a mutex consists of one.
        boolean preemptRt = btf.field("mutex", "rtmutex").isPresent();
        Way way = Way.NONE;
        Optional<Btf.Field> place = Optional.empty();
        if (preemptRt && waiter.isPresent() && lockOfWaiter.isPresent() && ownerOfRtMutex.isPresent()) {
            way = Way.WAITER;
            place = waiter;
        } else if (!preemptRt && blocker.isPresent() && anyMemory) {
            way = Way.BLOCKER;
            place = blocker;
        } else if (!preemptRt && blockedOn.isPresent() && ownerOfMutex.isPresent()) {
            way = Way.BLOCKED_ON;
            place = blockedOn;
        }
        return new LockFields(
                way,
                place,
                ownerOfMutex,
                offsetInLock(btf, "rw_semaphore", "count"),
                offsetInLock(btf, "rw_semaphore", "owner"),
                offsetInLock(btf, "semaphore", "last_holder"),
                lockOfWaiter,
                ownerOfRtMutex);
    }

    private static Optional<Btf.Field> word(Btf btf, String struct, String name) throws BtfException {
        return btf.field(struct, name).filter(field -> field.size() == Long.BYTES && !field.isBits());
    }

    /** Of a word that a program follows or reads by its type. */
    private static OptionalInt offset(Btf btf, String struct, String name) throws BtfException {
        Optional<Btf.Field> field = word(btf, struct, name);
        return field.isPresent() ? OptionalInt.of(field.get().offset()) : OptionalInt.empty();
    }

    /** Of a word of a lock; empty where it does not lie within what is read of one. */
    private static OptionalInt offsetInLock(Btf btf, String struct, String name) throws BtfException {
        OptionalInt offset = offset(btf, struct, name);
        return offset.isPresent() && offset.getAsInt() + Long.BYTES <= BYTES ? offset : OptionalInt.empty();
    }

    /**
     * What two readings say.
     *
     * @param first the field's value, then {@value #BYTES} bytes of the lock; what no program wrote is 0
     * @param again the same, read later
     * @return empty where the task slept for no lock, or for one that this kernel does not show
     */
    Optional<AwaitedLock> read(ByteBuffer first, ByteBuffer again) {
        long named = first.getLong(0);
        if (way == Way.NONE || named == 0 || again.getLong(0) != named) {
            return Optional.empty();
        }
        if (way == Way.WAITER) {
            return Optional.of(owned(named, AwaitedLock.Kind.RT_MUTEX, first.getLong(8), again.getLong(8), RT_FLAGS));
        }
        int type = way == Way.BLOCKER ? (int) named & TYPE_BITS : 0;
        long address = named & ~TYPE_BITS;
        return switch (type) {
            case TYPE_SEMAPHORE ->
                lastHolder.isEmpty()
                        ? Optional.empty()
                        : Optional.of(semaphore(address, first, again, 8 + lastHolder.getAsInt()));
            case TYPE_READER, TYPE_WRITER ->
                countOfRwSemaphore.isEmpty() || ownerOfRwSemaphore.isEmpty()
                        ? Optional.empty()
                        : Optional.of(rwSemaphore(address, type == TYPE_READER, first, again));
            default ->
                ownerOfMutex.isEmpty()
                        ? Optional.empty()
                        : Optional.of(mutex(
                                address,
                                first.getLong(8 + ownerOfMutex.getAsInt()),
                                again.getLong(8 + ownerOfMutex.getAsInt())));
        };
    }

    private static AwaitedLock mutex(long address, long first, long again) {
        return ((first | again) & MUTEX_PICKUP) != 0
                ? lock(address, AwaitedLock.Kind.MUTEX, false, AwaitedLock.Holding.CHANGING)
                : owned(address, AwaitedLock.Kind.MUTEX, first, again, MUTEX_FLAGS);
    }

    private static AwaitedLock owned(long address, AwaitedLock.Kind kind, long first, long again, long flags) {
        long owner = first & ~flags;
        if (owner != (again & ~flags)) {
            return lock(address, kind, false, AwaitedLock.Holding.CHANGING);
        }
        return owner == 0
                ? lock(address, kind, false, AwaitedLock.Holding.NOBODY)
                : new AwaitedLock(
                        address, kind, false, AwaitedLock.Holding.ALONE, OptionalLong.of(owner), OptionalInt.empty());
    }

    private static AwaitedLock semaphore(long address, ByteBuffer first, ByteBuffer again, int at) {
        long holder = first.getLong(at);
        if (holder != again.getLong(at)) {
            return lock(address, AwaitedLock.Kind.SEMAPHORE, false, AwaitedLock.Holding.CHANGING);
        }
        return holder == 0
                ? lock(address, AwaitedLock.Kind.SEMAPHORE, false, AwaitedLock.Holding.NOBODY)
                : new AwaitedLock(
                        address,
                        AwaitedLock.Kind.SEMAPHORE,
                        false,
                        AwaitedLock.Holding.TAKEN_LAST,
                        OptionalLong.of(holder),
                        OptionalInt.empty());
    }

    /** The owner's word of a lock that is read names the last who came, and may name one who is gone: no name, then. */
    private AwaitedLock rwSemaphore(long address, boolean asReader, ByteBuffer first, ByteBuffer again) {
        AwaitedLock.Kind kind = AwaitedLock.Kind.RW_SEMAPHORE;
        long count = first.getLong(8 + countOfRwSemaphore.orElse(0));
        long countAgain = again.getLong(8 + countOfRwSemaphore.orElse(0));
        long owner = first.getLong(8 + ownerOfRwSemaphore.orElse(0));
        long ownerAgain = again.getLong(8 + ownerOfRwSemaphore.orElse(0));
        boolean written = (count & WRITER_LOCKED) != 0;
        if (written != ((countAgain & WRITER_LOCKED) != 0)
                || written && (owner & ~RW_FLAGS) != (ownerAgain & ~RW_FLAGS)) {
            return lock(address, kind, asReader, AwaitedLock.Holding.CHANGING);
        }
        if (written) {
            // Between taking it and writing one's name there is a moment.
            return (owner & READER_OWNED) != 0 || (owner & ~RW_FLAGS) == 0
                    ? lock(address, kind, asReader, AwaitedLock.Holding.CHANGING)
                    : new AwaitedLock(
                            address,
                            kind,
                            asReader,
                            AwaitedLock.Holding.ALONE,
                            OptionalLong.of(owner & ~RW_FLAGS),
                            OptionalInt.empty());
        }
        long readers = (count & Long.MAX_VALUE) >> READER_SHIFT;
        if (readers != (countAgain & Long.MAX_VALUE) >> READER_SHIFT) {
            return lock(address, kind, asReader, AwaitedLock.Holding.CHANGING);
        }
        return readers == 0
                ? lock(address, kind, asReader, AwaitedLock.Holding.NOBODY)
                : new AwaitedLock(
                        address, kind, asReader, AwaitedLock.Holding.SHARED, OptionalLong.empty(), OptionalInt.of((int)
                                Math.min(readers, Integer.MAX_VALUE)));
    }

    private static AwaitedLock lock(
            long address, AwaitedLock.Kind kind, boolean asReader, AwaitedLock.Holding holding) {
        return new AwaitedLock(address, kind, asReader, holding, OptionalLong.empty(), OptionalInt.empty());
    }
}
