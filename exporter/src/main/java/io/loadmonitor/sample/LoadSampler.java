package io.loadmonitor.sample;

import io.loadmonitor.capture.CaptureException;
import io.loadmonitor.capture.LoadLook;
import io.loadmonitor.capture.LoadLookout;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.loadavg.AverageRange;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.LoadAverage;
import io.loadmonitor.procfs.LoadTick;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.UninterruptibleLook;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the tasks of the load right after each load tick, by a thread of its own, and tells {@link DecomposedLoad}.
 * It is asleep when the kernel counts, so that it is no load itself, and waits for no disk. What it takes is bounded by
 * {@link LookBudget}.
 */
public final class LoadSampler implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadSampler.class);

    /** After a failure. */
    private static final long PAUSE_NANOS = 1_000_000_000L;

    private final ProcFs procFs;
    private final ActiveTasks activeTasks;
    private final Supplier<LoadLookout> lookout;
    private final Supplier<CauseCatalogue> causes;
    private final UninterruptibleLook uninterruptible;
    private final DecomposedLoad load;
    private final Clock clock;
    private final TickPhase phase = new TickPhase();
    private final LookBudget budget = new LookBudget();
    private volatile boolean stopped;
    private boolean failing;
    private boolean blind;

    /**
     * @param activeTasks is fed with what is read of the average
     * @param lookout the best there is at the moment
     * @param causes by which tasks are counted now
     * @param uninterruptible is told how many tasks in uninterruptible sleep each look found
     */
    public LoadSampler(
            ProcFs procFs,
            ActiveTasks activeTasks,
            Supplier<LoadLookout> lookout,
            Supplier<CauseCatalogue> causes,
            UninterruptibleLook uninterruptible,
            DecomposedLoad load,
            Clock clock) {
        this.procFs = procFs;
        this.activeTasks = activeTasks;
        this.lookout = lookout;
        this.causes = causes;
        this.uninterruptible = uninterruptible;
        this.load = load;
        this.clock = clock;
    }

    /** Until it is stopped. */
    @Override
    public void run() {
        while (!stopped) {
            long next = phase.nextNanos();
            try {
                look(System.nanoTime());
                failing = false;
                next = phase.nextNanos();
            } catch (IOException unreadable) {
                if (!failing) {
                    LOG.warn("the load average cannot be read, so its parts are not known", unreadable);
                }
                failing = true;
                next = System.nanoTime() + PAUSE_NANOS;
            }
            sleepUntil(next);
        }
    }

    /** Ends {@link #run} soon. */
    public void stop() {
        stopped = true;
    }

    private void sleepUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0 && !stopped; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                stopped = true;
            }
        }
    }

    private void look(long nanos) throws IOException {
        LoadAverage average = LoadAverage.read(procFs);
        activeTasks.feed(average.load1(), nanos);
        long hundredths = Math.round(average.load1() * 100);
        TickPhase.Passed passed = phase.look(hundredths, nanos);
        if (passed.steps() == 0) {
            return;
        }
        budget.earn(passed.steps());
        if (budget.allows()) {
            lookAtTasks();
        }
        load.step(passed.steps(), active(passed, hundredths, nanos), average.load1(), nanos, clock.instant());
    }

    private void lookAtTasks() {
        try {
            long nanos = System.nanoTime();
            LoadLook seen = lookout.get().look();
            budget.spend(seen.cpuNanos());
            load.look(seen.tasks(), causes.get(), nanos);
            noteUninterruptible(seen.tasks(), nanos);
            blind = false;
        } catch (CaptureException failed) {
            // A dump that is being taken at this moment is no trouble.
            if (failed.reason() != CaptureException.Reason.BUSY) {
                tellBlind(failed.getMessage(), failed);
            }
        } catch (RuntimeException fault) {
            // Alerts get their dumps without it.
            tellBlind("a fault of this program", fault);
        }
    }

    /** So nobody walks through /proc for this number at the same tick. */
    private void noteUninterruptible(StackDump seen, long nanos) {
        seen.counts()
                .filter(counts -> counts.of("complete").orElse(0) == 1)
                .map(counts -> counts.of("uninterruptible"))
                .filter(OptionalLong::isPresent)
                .ifPresent(count -> uninterruptible.note((int) Math.min(Integer.MAX_VALUE, count.getAsLong()), nanos));
    }

    private void tellBlind(String why, Exception failed) {
        if (!blind) {
            blind = true;
            LOG.warn("the tasks of the load could not be looked at, so its parts are not known: {}", why, failed);
        }
    }

    /** What shows no change is one number that keeps the average where it is, where there is only one. */
    private OptionalInt active(TickPhase.Passed passed, long hundredths, long nanos) {
        if (passed.steps() > 1) {
            return OptionalInt.empty();
        }
        if (passed.changed()) {
            Optional<LoadTick> newest = activeTasks.newest(nanos).filter(tick -> tick.seenNanos() == nanos);
            return newest.isPresent() ? OptionalInt.of(newest.get().active()) : OptionalInt.empty();
        }
        AverageRange shown = AverageRange.shownAs(hundredths);
        return shown.activeTowards(shown);
    }
}
