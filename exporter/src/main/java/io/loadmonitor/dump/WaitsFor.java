package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who keeps whom waiting: from a task to the lock that it sleeps for, to the owner of that, to the lock which that one
 * sleeps for, and so on to the one that holds up all of them. As far as the dump proves it, and no further: readers
 * have no names, and a semaphore's last holder need not be who gives it back. For one thread; memory is bounded by the
 * dump.
 */
final class WaitsFor {
    private static final int LONGEST_NAME = 32;

    private final CauseFinder finder;
    private final Map<Integer, KernelLock> locks;
    private final Map<Long, Task> byPid = new HashMap<>();
    private final Map<Integer, Optional<Hold>> byLock = new HashMap<>();

    WaitsFor(StackDump dump, CauseFinder finder) {
        this.finder = finder;
        locks = dump.lockFacts().byId();
        if (!locks.isEmpty()) {
            dump.tasks().forEach(task -> byPid.putIfAbsent(task.pid(), task));
            dump.lockFacts().owners().forEach(task -> byPid.putIfAbsent(task.pid(), task));
        }
    }

    /**
     * What is known of who holds a lock.
     *
     * @param chain the owner, then the owner of what that one waits for, and so on to the end; of a deadlock each
     *     member once
     * @param deadlock whether the last waits for the first, or for one between
     * @param words as they stand behind what a task waits for: {@code held by tar (4242), which is waiting for block
     *     I/O}
     */
    record Hold(KernelLock lock, List<Task> chain, boolean deadlock, String words) {
        Hold {
            chain = List.copyOf(chain);
        }
    }

    /** Empty where the task waits for no lock, or nothing is known of who holds it. */
    Optional<Hold> of(Task waiter) {
        return waiter.lockWait().flatMap(wait -> hold(wait.lock()));
    }

    private Optional<Hold> hold(int id) {
        KernelLock lock = locks.get(id);
        return lock == null ? Optional.empty() : byLock.computeIfAbsent(id, unseen -> hold(lock));
    }

    private Optional<Hold> hold(KernelLock lock) {
        return switch (lock.held()) {
            case WRITE -> lock.owner().isPresent() ? Optional.of(alone(lock)) : Optional.empty();
            case GONE -> said(lock, "held by a task that ended with it");
            case READ -> {
                int readers = lock.readers().orElse(0);
                yield said(lock, "held by " + (readers == 1 ? "a reader" : readers + " readers"));
            }
            case TAKEN_LAST ->
                lock.owner().isPresent()
                        ? said(lock, "last taken by " + name(lock.owner().getAsLong()))
                        : Optional.empty();
            case NOBODY -> said(lock, "which nobody holds");
            case CHANGING, UNKNOWN -> Optional.empty();
        };
    }

    private static Optional<Hold> said(KernelLock lock, String words) {
        return Optional.of(new Hold(lock, List.of(), false, words));
    }

    private Hold alone(KernelLock lock) {
        List<Task> chain = new ArrayList<>();
        OwnerOf next = owner(lock);
        while (next.task.isPresent() && !chain.contains(next.task.get())) {
            Task owner = next.task.get();
            chain.add(owner);
            next = owner.lockWait()
                    .map(wait -> locks.get(wait.lock()))
                    .map(this::owner)
                    .orElse(OwnerOf.NOBODY);
        }
        if (chain.isEmpty()) {
            return new Hold(lock, chain, false, "held by " + name(lock.owner().orElse(0)));
        }
        boolean deadlock = next.task.isPresent();
        return new Hold(lock, chain, deadlock, words(chain, deadlock, next.task));
    }

    private record OwnerOf(Optional<Task> task) {
        static final OwnerOf NOBODY = new OwnerOf(Optional.empty());
    }

    /** Only who has it alone is proven to keep others waiting. */
    private OwnerOf owner(KernelLock lock) {
        return lock.held() == KernelLock.Held.WRITE && lock.owner().isPresent()
                ? new OwnerOf(Optional.ofNullable(byPid.get(lock.owner().getAsLong())))
                : OwnerOf.NOBODY;
    }

    private String words(List<Task> chain, boolean deadlock, Optional<Task> again) {
        if (deadlock) {
            List<Task> circle = chain.subList(chain.indexOf(again.orElseThrow()), chain.size());
            List<String> names = circle.stream().map(WaitsFor::name).toList();
            return "in a deadlock of " + String.join(", ", names);
        }
        Task root = chain.get(chain.size() - 1);
        String doing = finder.says(root) ? ", which is " + finder.find(root).title() : "";
        return chain.size() == 1
                ? "held by " + name(root) + doing
                : "held by " + name(chain.get(0)) + ", which waits for " + name(root) + doing;
    }

    private String name(long pid) {
        Task task = byPid.get(pid);
        return task == null ? "pid " + pid : name(task);
    }

    /** A name that is not plain stands in quotes, so that none can look like more than a name. */
    static String name(Task task) {
        return EscapedText.asName(task.program().escaped(), LONGEST_NAME) + " (" + task.pid() + ")";
    }
}
