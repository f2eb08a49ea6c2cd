package io.loadmonitor.capture;

import io.loadmonitor.procfs.TaskState;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What the last dump from /proc saw of the tasks in D, for /proc does not say since when a task sleeps: one that has
 * been switched no more often since has slept from then on at least. It remembers the tasks of one dump, so its memory
 * is bounded by {@link ProcfsLimits#maxTasks}. For one thread.
 */
final class FormerSleep {
    private Map<Long, Sleep> former = Map.of();

    /**
     * @param startNanos of the thread, so that a number that is used again is not taken for the same
     * @param sinceNanos when it was first seen in this sleep, by {@link System#nanoTime}
     */
    private record Sleep(long startNanos, long switches, long sinceNanos) {}

    /**
     * Takes in what a dump saw.
     *
     * @return milliseconds that a task has slept at least, by thread id, for those of which an earlier dump proves it
     */
    Map<Long, Long> next(ProcfsScan.Sight sight) {
        Map<Long, Sleep> now = new HashMap<>();
        Map<Long, Long> proven = new HashMap<>();
        for (ProcfsScan.SeenTask task : sight.tasks()) {
            if (task.stat().state() != TaskState.UNINTERRUPTIBLE
                    || task.switches().isEmpty()) {
                continue;
            }
            long pid = task.stat().pid();
            ProcfsScan.SeenSwitches seen = task.switches().get();
            Optional<Sleep> same = Optional.ofNullable(former.get(pid))
                    .filter(before -> before.startNanos == task.stat().startNanos() && before.switches == seen.count());
            long since = same.map(before -> before.sinceNanos).orElse(seen.nanos());
            now.put(pid, new Sleep(task.stat().startNanos(), seen.count(), since));
            if (same.isPresent()) {
                proven.put(pid, TimeUnit.NANOSECONDS.toMillis(seen.nanos() - since));
            }
        }
        former = now;
        return proven;
    }
}
