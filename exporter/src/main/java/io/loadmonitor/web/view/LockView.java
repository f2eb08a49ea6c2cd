package io.loadmonitor.web.view;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.LockTree;
import io.loadmonitor.dump.ProcessCount;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.report.Quantity;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Who holds what, and who waits for it, as a tree in words.
 *
 * @param holders those first for whom the most tasks wait
 * @param more holders that are not shown
 */
public record LockView(List<Holder> holders, int more) {
    private static final int MOST_ROOTS = 8;
    private static final int MOST_HOLDERS = 20;
    private static final int MOST_PROGRAMS = 5;

    public LockView {
        holders = List.copyOf(holders);
    }

    /**
     * Who holds locks.
     *
     * @param deadlock whether it waits for itself in the end
     */
    public record Holder(String words, boolean deadlock, List<Lock> locks) {
        public Holder {
            locks = List.copyOf(locks);
        }

        private static Holder of(LockTree.Holder holder) {
            return new Holder(
                    VisibleText.of(holder.words()),
                    holder.deadlock(),
                    holder.locks().stream().map(Lock::of).toList());
        }
    }

    /**
     * A lock and those who wait for it.
     *
     * @param words {@code the mutex cgroup_mutex}
     * @param waiting {@code 37 tasks wait for it}
     * @param programs of those who hold nothing themselves; empty text where there is none
     * @param holders those who do
     * @param more of them that are not shown
     */
    public record Lock(String words, String waiting, String programs, List<Holder> holders, int more) {
        public Lock {
            holders = List.copyOf(holders);
        }

        private static Lock of(LockTree.HeldLock held) {
            return new Lock(
                    VisibleText.of(held.lock().words()),
                    Quantity.count(held.waiting(), "task waits", "tasks wait") + " for it",
                    programs(held.programs()),
                    held.holders().stream().limit(MOST_HOLDERS).map(Holder::of).toList(),
                    Math.max(0, held.holders().size() - MOST_HOLDERS));
        }

        private static String programs(List<ProcessCount> programs) {
            int rest = programs.stream()
                    .skip(MOST_PROGRAMS)
                    .mapToInt(ProcessCount::tasks)
                    .sum();
            return programs.stream()
                            .limit(MOST_PROGRAMS)
                            .map(one -> one.tasks() + " "
                                    + VisibleText.of(one.comm().escaped()))
                            .collect(Collectors.joining(", "))
                    + (rest == 0 ? "" : ", " + rest + " others");
        }
    }

    /** Without holders where nobody waits for a lock, or the source does not tell. */
    static LockView of(StackDump dump, CauseCatalogue causes) {
        List<LockTree.Holder> roots = LockTree.of(dump, causes).roots();
        return new LockView(
                roots.stream().limit(MOST_ROOTS).map(Holder::of).toList(), Math.max(0, roots.size() - MOST_ROOTS));
    }
}
