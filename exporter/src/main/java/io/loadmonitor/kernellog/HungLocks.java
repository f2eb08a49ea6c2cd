package io.loadmonitor.kernellog;

import io.loadmonitor.dump.KernelLock;
import io.loadmonitor.dump.LockWait;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The locks of which khungtaskd names one task that has them alone, as a dump's records of locks, so that who keeps
 * whom waiting is found in one way for both. A reader that it names is only the last one that came, and a semaphore has
 * no owner at all: those stay a {@link Blocker} alone. The kernel does not say whether two tasks wait for one lock, so
 * each has its own here. Immutable.
 */
final class HungLocks {
    private final List<KernelLock> locks;
    private final Map<Long, LockWait> waits;

    private HungLocks(List<KernelLock> locks, Map<Long, LockWait> waits) {
        this.locks = List.copyOf(locks);
        this.waits = Map.copyOf(waits);
    }

    static HungLocks of(List<RawBlocker> blockers) {
        List<KernelLock> locks = new ArrayList<>();
        Map<Long, LockWait> waits = new HashMap<>();
        for (RawBlocker blocker : blockers) {
            if (blocker.holderPid().isEmpty()
                    || blocker.formerly()
                    || blocker.heldByReader()
                    || waits.containsKey(blocker.waiterPid())) {
                continue;
            }
            int id = locks.size() + 1;
            locks.add(new KernelLock(
                    id,
                    blocker.lock().endsWith("mutex") ? KernelLock.Type.MUTEX : KernelLock.Type.RW_SEMAPHORE,
                    KernelLock.Held.WRITE,
                    OptionalLong.of(blocker.holderPid().getAsLong()),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    Optional.empty()));
            waits.put(blocker.waiterPid(), new LockWait(id, blocker.waitsAsReader()));
        }
        return new HungLocks(locks, waits);
    }

    List<KernelLock> locks() {
        return locks;
    }

    /** What the task sleeps for. */
    Optional<LockWait> of(OptionalLong pid) {
        return pid.isPresent() ? Optional.ofNullable(waits.get(pid.getAsLong())) : Optional.empty();
    }
}
