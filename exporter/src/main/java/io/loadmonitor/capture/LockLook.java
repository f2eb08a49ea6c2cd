package io.loadmonitor.capture;

import io.loadmonitor.bpf.AwaitedLock;
import io.loadmonitor.bpf.TaskIterator;
import io.loadmonitor.bpf.TaskRecord;
import io.loadmonitor.dump.KernelLock;
import io.loadmonitor.dump.LockWait;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which locks the tasks of the load sleep for, and who has them, by two walks. The first finds the waiters, and in the
 * words of their locks the addresses of the owners. The second finds whose addresses these are, and each lock once
 * more. An owner is named where
 *
 * <ul>
 *   <li>a waiter slept the same sleep over both walks, so that its lock was there all the time,
 *   <li>the lock named the same owner each of the four times that it was read, and
 *   <li>the task at that address was started before the first walk: an address has one task at a time, so it is the one
 *       that the lock named.
 * </ul>
 *
 * Nothing is ever followed from an owner's address. Bounded by the tasks that are kept. For one thread.
 */
final class LockLook {
    private final boolean frozenByFlag;
    private final int maxWaiters;
    private final long beginNanos;
    private final Map<Integer, TaskRecord> waiters = new LinkedHashMap<>();
    private final Map<Long, Seen> locks = new LinkedHashMap<>();
    private final Map<Long, TaskRecord> owners = new HashMap<>();
    private Set<Long> askedFor = Set.of();
    private boolean complete;

    /** What was said of a lock. */
    private static final class Seen {
        final AwaitedLock first;
        int waiters;
        boolean same = true;
        boolean again;

        Seen(AwaitedLock first) {
            this.first = first;
        }

        void compare(AwaitedLock other) {
            same = same
                    && first.kind() == other.kind()
                    && first.holding() == other.holding()
                    && first.owner().equals(other.owner());
        }
    }

    /** @param beginNanos CLOCK_MONOTONIC before the first walk */
    LockLook(boolean frozenByFlag, int maxWaiters, long beginNanos) {
        this.frozenByFlag = frozenByFlag;
        this.maxWaiters = maxWaiters;
        this.beginNanos = beginNanos;
    }

    /** A record of the first walk. */
    void see(TaskRecord record) {
        if (record.lock().isEmpty() || !isWait(record)) {
            return;
        }
        AwaitedLock lock = record.lock().get();
        if (waiters.size() < maxWaiters) {
            waiters.put(record.pid(), record.withoutStack());
            locks.putIfAbsent(lock.address(), new Seen(lock));
        }
        Seen seen = locks.get(lock.address());
        if (seen != null) {
            seen.waiters++;
            seen.compare(lock);
        }
    }

    private boolean isWait(TaskRecord record) {
        return record.share(frozenByFlag).sleeps() && record.isProven(frozenByFlag);
    }

    /** Whether a second walk would tell anything. */
    boolean found() {
        return !locks.isEmpty();
    }

    /** Whom the second walk has to find; those of the locks that most tasks wait for, where there are too many. */
    Set<Long> askedFor() {
        askedFor = locks.values().stream()
                .filter(seen -> seen.first.owner().isPresent())
                .sorted(Comparator.comparingInt((Seen seen) -> seen.waiters).reversed())
                .map(seen -> seen.first.owner().getAsLong())
                .distinct()
                .limit(TaskIterator.MOST_ASKED_FOR)
                .collect(Collectors.toSet());
        return askedFor;
    }

    /** A record of the second walk. */
    void seeAgain(TaskRecord record) {
        if (askedFor.contains(record.address())) {
            owners.put(record.address(), record);
        }
        TaskRecord before = waiters.get(record.pid());
        if (before == null || !isSameSleep(before, record)) {
            return;
        }
        AwaitedLock lock = record.lock().orElseThrow();
        Seen seen = locks.get(lock.address());
        if (seen != null) {
            seen.again = true;
            seen.compare(lock);
        }
    }

    private boolean isSameSleep(TaskRecord before, TaskRecord now) {
        return before.address() == now.address()
                && before.startNanos() == now.startNanos()
                && before.first().switches() == now.first().switches()
                && isWait(now)
                && now.lock().map(AwaitedLock::address).equals(before.lock().map(AwaitedLock::address));
    }

    /** @param all whether the second walk got to the last task */
    void walkedAgain(boolean all) {
        complete = all;
    }

    /** What names of locks are looked up by. */
    Set<Long> addresses() {
        return Set.copyOf(locks.keySet());
    }

    /**
     * The result.
     *
     * @param locks by their numbers, the one that most wait for first
     * @param waits by pid
     * @param owners that are named, each once
     */
    record Found(List<Named> locks, Map<Integer, LockWait> waits, List<TaskRecord> owners) {
        /** Nobody waits for a lock, or this kernel does not say. */
        static final Found NOTHING = new Found(List.of(), Map.of(), List.of());
    }

    /** A lock as the dump has it, but for its name. */
    record Named(
            int id,
            long address,
            KernelLock.Type type,
            KernelLock.Held held,
            OptionalLong owner,
            OptionalInt readers,
            int waiters) {}

    Found result() {
        List<Seen> ordered = new ArrayList<>(locks.values());
        ordered.sort(Comparator.comparingInt((Seen seen) -> seen.waiters).reversed());
        Map<Long, Integer> ids = new HashMap<>();
        List<Named> named = new ArrayList<>(ordered.size());
        List<TaskRecord> told = new ArrayList<>();
        Set<Integer> toldPids = new HashSet<>();
        for (Seen seen : ordered) {
            int id = ids.size() + 1;
            ids.put(seen.first.address(), id);
            Optional<TaskRecord> owner = owner(seen);
            owner.filter(task -> toldPids.add(task.pid())).ifPresent(told::add);
            named.add(new Named(
                    id,
                    seen.first.address(),
                    type(seen.first.kind()),
                    held(seen, owner),
                    owner.map(task -> OptionalLong.of(task.pid())).orElse(OptionalLong.empty()),
                    isConfirmed(seen) ? seen.first.readers() : OptionalInt.empty(),
                    seen.waiters));
        }
        Map<Integer, LockWait> waits = new HashMap<>();
        waiters.forEach((pid, record) -> record.lock()
                .ifPresent(lock -> waits.put(pid, new LockWait(ids.getOrDefault(lock.address(), 1), lock.asReader()))));
        return new Found(named, waits, told);
    }

    private static boolean isConfirmed(Seen seen) {
        return seen.same && seen.again;
    }

    private Optional<TaskRecord> owner(Seen seen) {
        return isConfirmed(seen) && seen.first.owner().isPresent()
                ? Optional.ofNullable(owners.get(seen.first.owner().getAsLong()))
                        .filter(task -> task.startNanos() < beginNanos)
                : Optional.empty();
    }

    private KernelLock.Held held(Seen seen, Optional<TaskRecord> owner) {
        if (!isConfirmed(seen)) {
            return KernelLock.Held.CHANGING;
        }
        return switch (seen.first.holding()) {
            case ALONE ->
                owner.isPresent()
                        ? KernelLock.Held.WRITE
                        : isGone(seen) ? KernelLock.Held.GONE : KernelLock.Held.UNKNOWN;
            case TAKEN_LAST -> owner.isPresent() ? KernelLock.Held.TAKEN_LAST : KernelLock.Held.UNKNOWN;
            case SHARED -> KernelLock.Held.READ;
            case NOBODY -> KernelLock.Held.NOBODY;
            case CHANGING -> KernelLock.Held.CHANGING;
        };
    }

    /** It was looked for among all tasks, and none has that address. */
    private boolean isGone(Seen seen) {
        long owner = seen.first.owner().orElse(0);
        return complete && askedFor.contains(owner) && !owners.containsKey(owner);
    }

    private static KernelLock.Type type(AwaitedLock.Kind kind) {
        return switch (kind) {
            case MUTEX -> KernelLock.Type.MUTEX;
            case RW_SEMAPHORE -> KernelLock.Type.RW_SEMAPHORE;
            case SEMAPHORE -> KernelLock.Type.SEMAPHORE;
            case RT_MUTEX -> KernelLock.Type.RT_MUTEX;
        };
    }
}
