package io.loadmonitor.app;

import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.kernel.KernelModule;
import io.loadmonitor.kernel.KernelTasks;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.LoadAverage;
import io.loadmonitor.procfs.LoadTick;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.UninterruptibleLook;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Looks at the load, and makes a sample of each load tick that it sees. For one thread. */
final class LoadWatch {
    /** Longer than a period: a step that says no number of tasks is noted by its average alone. */
    private static final long SILENT_NANOS = 6_000_000_000L;

    private final ProcFs procFs;
    private final ActiveTasks activeTasks;
    private final UninterruptibleLook uninterruptible;
    private final KernelModule module;
    private final Clock clock;
    private boolean noted;
    private long notedNanos;

    LoadWatch(
            ProcFs procFs,
            ActiveTasks activeTasks,
            UninterruptibleLook uninterruptible,
            KernelModule module,
            Clock clock) {
        this.procFs = procFs;
        this.activeTasks = activeTasks;
        this.uninterruptible = uninterruptible;
        this.module = module;
        this.clock = clock;
    }

    /**
     * One look, to be taken every {@link ActiveTasks#SAMPLE_PERIOD}: some 10 us, and at a tick with the module another
     * microsecond a thread, without it what {@link UninterruptibleLook} takes.
     *
     * @param nanos now, by a clock that never goes back
     * @return a sample when there was a tick, or none was seen for long
     */
    Optional<LoadSample> look(long nanos) throws IOException {
        LoadAverage load = LoadAverage.read(procFs);
        activeTasks.feed(load.load1(), nanos);
        Optional<LoadTick> tick = activeTasks.newest(nanos).filter(newest -> !noted || newest.seenNanos() > notedNanos);
        if (tick.isEmpty() && noted && nanos - notedNanos < SILENT_NANOS) {
            return Optional.empty();
        }
        noted = true;
        notedNanos = nanos;
        Optional<KernelTasks> exact = exact();
        return Optional.of(new LoadSample(
                clock.instant(),
                tick.isPresent() ? OptionalInt.of(tick.get().active()) : OptionalInt.empty(),
                OptionalDouble.of(load.load1()),
                OptionalInt.of(exact.map(KernelTasks::running).orElse(othersRunning(load))),
                exact.isPresent() ? OptionalInt.of(exact.get().uninterruptible()) : uninterruptible(nanos)));
    }

    /** Empty where /proc cannot be listed: the load is known without it. */
    private OptionalInt uninterruptible(long nanos) {
        try {
            return uninterruptible.at(nanos);
        } catch (IOException unlistable) {
            return OptionalInt.empty();
        }
    }

    /** The thread that reads /proc/loadavg is running, too. */
    private static int othersRunning(LoadAverage load) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, load.running() - 1));
    }

    /** Empty without the module, and when it cannot be read: the load is known without it. */
    private Optional<KernelTasks> exact() {
        try {
            return module.present() ? Optional.of(module.tasks()) : Optional.empty();
        } catch (IOException unloadedOrForbidden) {
            return Optional.empty();
        }
    }
}
