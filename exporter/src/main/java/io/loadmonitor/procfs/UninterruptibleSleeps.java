package io.loadmonitor.procfs;

import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * For how long tasks have been in one and the same uninterruptible sleep, as far as looking at them from time to time
 * can prove. Whoever is seen in state D twice may have slept twice; but a task that was given a CPU as often at the
 * second look as at the first (the third number of {@code schedstat}) has not run in between, so it cannot have gone to
 * sleep anew. It has then slept since the first look at least. Where the kernel does not count (no CONFIG_SCHED_INFO)
 * nothing is proven and nothing said.
 *
 * <p>The number is read before the state that a sleep is counted from, and after the state that it is confirmed by: the
 * other way round a task could run for long between the two and be taken for asleep.
 *
 * <p>Costs two small files a task in state D at each look. Times are of {@link System#nanoTime()}, which stands still
 * while the host is suspended. Not safe for use by several threads.
 */
public final class UninterruptibleSleeps {
    private static final int MOST = 1024;

    private final int most;
    private Map<Identity, Sleep> sleeps = new HashMap<>();
    private Map<Identity, Sleep> seen = new HashMap<>();

    /** A thread's number is used again after its end, but not for one started at the same time. */
    private record Identity(long pid, long startNanos) {}

    /** Follows 1024 tasks; of more than that the ones seen first stay, as they have slept longest. */
    public UninterruptibleSleeps() {
        this(MOST);
    }

    /** @param most tasks to follow, beside those that were known before */
    UninterruptibleSleeps(int most) {
        this.most = most;
    }

    private record Sleep(TaskFiles files, long timesOnCpu, long sinceNanos, long untilNanos) {
        long nanos() {
            return untilNanos - sinceNanos;
        }
    }

    /**
     * Looks at a thread in the course of a walk over all of them.
     *
     * @param stat read just now
     * @param walkBeganNanos when the walk began, before {@code stat} was read
     */
    public void look(TaskFiles files, TaskStat stat, long walkBeganNanos) {
        if (stat.state() != TaskState.UNINTERRUPTIBLE) {
            return;
        }
        Identity identity = new Identity(stat.pid(), stat.startNanos());
        Optional<Sleep> known = Optional.ofNullable(sleeps.get(identity));
        if (known.isEmpty() && seen.size() >= most) {
            return;
        }
        try {
            OptionalLong times = files.timesOnCpu();
            if (times.isEmpty()) {
                return;
            }
            if (known.isPresent() && known.get().timesOnCpu() == times.getAsLong()) {
                seen.put(identity, confirmed(known.get(), walkBeganNanos));
                return;
            }
            TaskStat again = files.stat();
            if (again.state() == TaskState.UNINTERRUPTIBLE && again.startNanos() == stat.startNanos()) {
                long now = System.nanoTime();
                seen.put(identity, new Sleep(files, times.getAsLong(), now, now));
            }
        } catch (IOException endedOrHidden) {
            // It is no longer there, or never was for us: nothing is known of it.
        }
    }

    /** The walk has seen all threads: whoever it did not see asleep is forgotten. */
    public void walked() {
        sleeps = seen;
        seen = new HashMap<>();
    }

    /** The walk was given up: as if it had not begun. What is known stays true, as each look proves by itself. */
    public void gaveUp() {
        seen = new HashMap<>();
    }

    /** Looks again at those that are known, without a walk. */
    public void lookAgain() {
        long now = System.nanoTime();
        sleeps.entrySet().removeIf(entry -> {
            Sleep sleep = entry.getValue();
            try {
                TaskStat stat = sleep.files().stat();
                boolean same = stat.state() == TaskState.UNINTERRUPTIBLE
                        && stat.startNanos() == entry.getKey().startNanos()
                        && sleep.files().timesOnCpu().equals(OptionalLong.of(sleep.timesOnCpu()));
                if (same) {
                    entry.setValue(confirmed(sleep, now));
                }
                return !same;
            } catch (IOException endedOrHidden) {
                return true;
            }
        });
    }

    /** Tasks that are followed. */
    public int size() {
        return sleeps.size();
    }

    private static Sleep confirmed(Sleep sleep, long nowNanos) {
        return new Sleep(sleep.files(), sleep.timesOnCpu(), sleep.sinceNanos(), Math.max(sleep.untilNanos(), nowNanos));
    }

    /** The longest proven sleep that still lasted at the last look; empty while none is proven. */
    public Optional<Duration> oldest() {
        return sleeps.values().stream()
                .filter(sleep -> sleep.nanos() > 0)
                .max(Comparator.comparingLong(Sleep::nanos))
                .map(sleep -> Duration.ofNanos(sleep.nanos()));
    }
}
