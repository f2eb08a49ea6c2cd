package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who holds what, and who waits for it, as a tree: at the roots those who hold up others and wait for no lock
 * themselves, below each of their locks those who wait for it. As far as the dump proves it, and no further. Immutable.
 *
 * @param roots those first for whom the most tasks wait
 */
public record LockTree(List<Holder> roots) {
    /** Below this, who holds a lock counts as one who waits. */
    private static final int DEEPEST = 16;

    public LockTree {
        roots = List.copyOf(roots);
    }

    /**
     * Who holds locks.
     *
     * @param task empty where the dump does not tell it
     * @param words who that is and what it does, or why nobody is named; it has no name's control characters
     * @param deadlock whether it waits for itself in the end
     */
    public record Holder(Optional<Task> task, String words, boolean deadlock, List<HeldLock> locks) {
        public Holder {
            locks = List.copyOf(locks);
        }

        /** Tasks below it. */
        int waiting() {
            return locks.stream().mapToInt(HeldLock::below).sum();
        }
    }

    /**
     * A lock that somebody holds.
     *
     * @param waiting tasks that wait for it, holders among them
     * @param programs of those among them who hold nothing that others wait for, the most first
     * @param holders those who do
     */
    public record HeldLock(KernelLock lock, int waiting, List<ProcessCount> programs, List<Holder> holders) {
        public HeldLock {
            programs = List.copyOf(programs);
            holders = List.copyOf(holders);
        }

        private int below() {
            return waiting + holders.stream().mapToInt(Holder::waiting).sum();
        }
    }

    /** Without roots where nobody waits for a lock, or the source does not tell. */
    public static LockTree of(StackDump dump, CauseCatalogue causes) {
        return dump.lockFacts().locks().isEmpty() ? new LockTree(List.of()) : new Growing(dump, causes).tree();
    }

    /** Grows one of them. */
    private static final class Growing {
        private final CauseFinder finder;
        private final Map<Integer, KernelLock> locks;
        private final Map<Long, Task> byPid = new HashMap<>();
        private final Map<Integer, List<Task>> waiters = new HashMap<>();
        /** Locks by those who are proven to hold them alone. */
        private final Map<Long, List<KernelLock>> owned = new LinkedHashMap<>();

        private final Set<Long> shown = new HashSet<>();

        Growing(StackDump dump, CauseCatalogue causes) {
            finder = new CauseFinder(causes, dump);
            locks = dump.lockFacts().byId();
            List<Task> all = new ArrayList<>(dump.tasks());
            all.addAll(dump.lockFacts().owners());
            for (Task task : all) {
                if (byPid.putIfAbsent(task.pid(), task) == null) {
                    task.lockWait()
                            .map(LockWait::lock)
                            .filter(locks::containsKey)
                            .ifPresent(lock -> waiters.computeIfAbsent(lock, unseen -> new ArrayList<>())
                                    .add(task));
                }
            }
            for (KernelLock lock : locks.values()) {
                owner(lock)
                        .ifPresent(task -> owned.computeIfAbsent(task.pid(), unseen -> new ArrayList<>())
                                .add(lock));
            }
        }

        private Optional<Task> owner(KernelLock lock) {
            return lock.held() == KernelLock.Held.WRITE && lock.owner().isPresent()
                    ? Optional.ofNullable(byPid.get(lock.owner().getAsLong()))
                    : Optional.empty();
        }

        private boolean waits(Task task) {
            return task.lockWait()
                    .map(LockWait::lock)
                    .filter(locks::containsKey)
                    .isPresent();
        }

        LockTree tree() {
            List<Holder> roots = new ArrayList<>();
            for (long pid : owned.keySet()) {
                Task task = byPid.get(pid);
                if (task != null && !waits(task)) {
                    roots.add(holder(task, false, 0));
                }
            }
            for (KernelLock lock : locks.values()) {
                if (owner(lock).isEmpty()) {
                    roots.add(new Holder(Optional.empty(), unproven(lock), false, List.of(held(lock, 0))));
                }
            }
            // Who is left waits for one of the others that are left.
            for (long pid : owned.keySet()) {
                Task task = byPid.get(pid);
                if (task != null && !shown.contains(pid)) {
                    roots.add(holder(task, true, 0));
                }
            }
            roots.sort(Comparator.comparingInt(Holder::waiting).reversed());
            return new LockTree(roots);
        }

        private Holder holder(Task task, boolean deadlock, int depth) {
            shown.add(task.pid());
            List<HeldLock> held = new ArrayList<>();
            for (KernelLock lock : owned.getOrDefault(task.pid(), List.of())) {
                held.add(held(lock, depth + 1));
            }
            // What the others do stands above them: they wait for that lock.
            String doing =
                    !waits(task) && finder.says(task) ? ", " + finder.find(task).title() : "";
            return new Holder(Optional.of(task), WaitsFor.name(task) + doing, deadlock, held);
        }

        private HeldLock held(KernelLock lock, int depth) {
            List<Task> waiting = waiters.getOrDefault(lock.id(), List.of());
            List<Holder> holders = new ArrayList<>();
            Map<EscapedText, Integer> programs = new HashMap<>();
            for (Task task : waiting) {
                if (depth < DEEPEST && owned.containsKey(task.pid()) && !shown.contains(task.pid())) {
                    holders.add(holder(task, false, depth));
                } else {
                    programs.merge(task.program(), 1, Integer::sum);
                }
            }
            return new HeldLock(
                    lock,
                    waiting.size(),
                    programs.entrySet().stream()
                            .map(one -> new ProcessCount(one.getKey(), one.getValue()))
                            .sorted(Comparator.comparingInt(ProcessCount::tasks)
                                    .reversed()
                                    .thenComparing(one -> one.comm().escaped()))
                            .toList(),
                    holders);
        }

        private String unproven(KernelLock lock) {
            return switch (lock.held()) {
                case WRITE ->
                    lock.owner().isPresent() ? "pid " + lock.owner().getAsLong() : "a task that was not found";
                case GONE -> "a task that ended with it";
                case READ -> {
                    int readers = lock.readers().orElse(0);
                    yield readers == 1
                            ? "a reader; no lock keeps its name"
                            : readers + " readers; no lock keeps their names";
                }
                case TAKEN_LAST ->
                    lock.owner().isPresent()
                            ? "perhaps " + last(lock.owner().getAsLong()) + ", who took it last"
                            : "a task that was not found";
                case NOBODY -> "nobody: it is handed over at this moment, or a wake-up was lost";
                case CHANGING -> "one after another: it changed hands while it was looked at";
                case UNKNOWN -> "a task that the dump does not tell";
            };
        }

        private String last(long pid) {
            Task task = byPid.get(pid);
            return task == null ? "pid " + pid : WaitsFor.name(task);
        }
    }
}
