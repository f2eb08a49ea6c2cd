package io.loadmonitor.metrics;

import io.loadmonitor.kernel.KernelModule;
import io.loadmonitor.kernel.KernelTasks;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.ProcStat;
import io.loadmonitor.procfs.TaskState;
import io.loadmonitor.procfs.TaskStates;
import io.loadmonitor.procfs.UninterruptibleLook;
import io.loadmonitor.procfs.UninterruptibleSleeps;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tasks by state. Without the module that takes a walk of /proc, some 10 us a thread, so its result serves every scrape
 * of the next second; so it does when the module says that it did not see all threads. With the module the states that
 * make up the load are exact, fresh and free; only the others come from the walk, and as nobody looks at them closely
 * it is done rarely, unless more tasks are in uninterruptible sleep than the last walk knew of; those that it knew are
 * looked at again at each scrape.
 */
final class TaskReader implements FamilyReader {
    private static final Duration WALK_AGE = Duration.ofSeconds(1);
    private static final Duration WALK_AGE_WITH_MODULE = Duration.ofSeconds(60);
    private static final Duration WALK_AGE_FOR_NEW_SLEEPERS = Duration.ofSeconds(10);

    private final ProcFs procFs;
    private final KernelModule module;
    private final Duration walkLimit;
    /** The rest is guarded by this. */
    private final UninterruptibleSleeps sleeps = new UninterruptibleSleeps();

    private final UninterruptibleLook uninterruptible;
    private Optional<TaskStates> walked = Optional.empty();
    private long walkedNanos;
    private long lookedNanos;

    /**
     * @param walkLimit longest time that a walk may take
     * @param uninterruptible is told what each walk found
     */
    TaskReader(ProcFs procFs, KernelModule module, Duration walkLimit, UninterruptibleLook uninterruptible) {
        this.procFs = procFs;
        this.module = module;
        this.walkLimit = walkLimit;
        this.uninterruptible = uninterruptible;
    }

    @Override
    public String collector() {
        return "tasks";
    }

    @Override
    public Set<Family> families() {
        return Set.of(Family.TASKS, Family.IOWAIT_TASKS, Family.OLDEST_UNINTERRUPTIBLE);
    }

    @Override
    public void read(Samples samples) throws IOException {
        Optional<KernelTasks> exact = exact();
        Walked walk = walked(exact);
        Map<TaskState, Integer> counts = new EnumMap<>(walk.states().counts());
        exact.ifPresent(tasks -> {
            // The module leaves out the thread that reads, which runs and is not what makes the load.
            counts.put(TaskState.RUNNING, tasks.running());
            counts.put(TaskState.UNINTERRUPTIBLE, tasks.uninterruptible());
        });
        counts.forEach((state, count) -> samples.add(Family.TASKS, count, state.label()));
        samples.add(
                Family.IOWAIT_TASKS,
                exact.isPresent() ? exact.get().iowait() : ProcStat.read(procFs).procsBlocked());
        walk.oldestSleep().ifPresent(oldest -> samples.add(Family.OLDEST_UNINTERRUPTIBLE, oldest.toNanos() / 1e9));
    }

    private record Walked(TaskStates states, Optional<Duration> oldestSleep) {}

    /** Empty without the module, also when it is unloaded at this moment; and when its own walk left threads out. */
    private Optional<KernelTasks> exact() throws IOException {
        try {
            return module.present() ? Optional.of(module.tasks()).filter(KernelTasks::complete) : Optional.empty();
        } catch (IOException e) {
            if (module.present()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** One walk at a time: scrapes that come together share it. */
    private synchronized Walked walked(Optional<KernelTasks> exact) throws IOException {
        Duration maxAge = exact.map(tasks ->
                        tasks.uninterruptible() > sleeps.size() ? WALK_AGE_FOR_NEW_SLEEPERS : WALK_AGE_WITH_MODULE)
                .orElse(WALK_AGE);
        long start = System.nanoTime();
        if (walked.isEmpty() || start - walkedNanos >= maxAge.toNanos()) {
            walked = Optional.empty();
            walked = Optional.of(walk(start));
            walkedNanos = System.nanoTime();
            lookedNanos = walkedNanos;
        } else if (start - lookedNanos >= WALK_AGE.toNanos()) {
            sleeps.lookAgain();
            lookedNanos = System.nanoTime();
        }
        return new Walked(walked.orElseThrow(), sleeps.oldest());
    }

    private TaskStates walk(long start) throws IOException {
        boolean complete = false;
        try {
            TaskStates states = TaskStates.count(
                    procFs,
                    () -> System.nanoTime() - start > walkLimit.toNanos(),
                    (files, stat) -> sleeps.look(files, stat, start));
            complete = states.complete();
            if (!complete) {
                throw new IOException("counting the tasks took longer than " + walkLimit.toMillis()
                        + " ms (limits.procfs_time); there are more than " + states.threads());
            }
            uninterruptible.note(states, System.nanoTime());
            return states;
        } finally {
            if (complete) {
                sleeps.walked();
            } else {
                sleeps.gaveUp();
            }
        }
    }
}
