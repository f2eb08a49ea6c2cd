package io.loadmonitor.dump;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a dump says of the locks that its tasks wait for. Immutable.
 *
 * @param locks each once; none where nobody waits for one, and where the source cannot tell
 * @param owners tasks that hold one of them and are no part of the load themselves ({@code flags=owner}), each once
 */
public record LockFacts(List<KernelLock> locks, List<StackDump.Task> owners) {
    /** Of such a task's {@code flags=}. */
    public static final String OWNER = "owner";

    /** Nothing is said. */
    public static final LockFacts NONE = new LockFacts(List.of(), List.of());

    public LockFacts {
        locks = List.copyOf(locks);
        owners = List.copyOf(owners);
    }

    /** Where an id is there twice, the first. A new map at each call. */
    public Map<Integer, KernelLock> byId() {
        Map<Integer, KernelLock> byId = new HashMap<>();
        locks.forEach(lock -> byId.putIfAbsent(lock.id(), lock));
        return byId;
    }
}
