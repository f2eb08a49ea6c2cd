package io.loadmonitor.sample;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.StackDump;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The load average by cause and by control group, fed with each load tick. Its parts sum to the average always: what
 * the kernel counted and nobody saw is a part of its own. Safe for use by several threads.
 *
 * <p>Where more tasks are seen than the kernel counts, again and again, those that are seen share the kernel's number
 * in proportion.
 */
public final class DecomposedLoad {
    /**
     * What the kernel counted and no look saw: what was gone by then, this program's own threads, ticks from before its
     * start.
     */
    public static final String UNSEEN = "unseen";

    /** All control groups that are not among the largest, and tasks of which theirs is not known. */
    public static final String OTHER = "other";

    /** Two hours of ticks, 5 s apart. */
    static final int TICKS = 1440;

    static final int CGROUPS = 20;

    /** A cause that nobody has seen for so long is no series any more. */
    static final long SERIES_NANOS = 3_600_000_000_000L;

    /** What a look saw is taken for true for so long. */
    static final long HELD_NANOS = 300_000_000_000L;

    /** What was seen may be ahead of what was counted by so many ticks. */
    private static final double AHEAD = 3;

    /** A part that small is none. */
    private static final double LEAST = 0.0005;

    // All guarded by this.
    private final DampedShares<String> causes = new DampedShares<>();
    private final DampedShares<String> cgroups = new DampedShares<>();
    private final Map<String, Long> seenNanos = new HashMap<>();
    private final Map<String, Double> taskSeconds = new HashMap<>();
    private final Deque<LoadTickParts> ticks = new ArrayDeque<>();
    private TaskCounts held = TaskCounts.NONE;
    private boolean looked;
    private long lookedNanos;

    /** Nobody has stepped since the last look. */
    private boolean fresh;

    private boolean stepped;
    private long steppedNanos;
    private OptionalDouble interval = OptionalDouble.empty();

    /** Task-ticks that were seen and not counted, and have not been made up for. */
    private double ahead;

    /**
     * What somebody saw, at a tick or before the first. To be told before {@link #step} is.
     *
     * @param nanos when, by {@link System#nanoTime}
     */
    public void look(StackDump seen, CauseCatalogue catalogue, long nanos) {
        look(TaskCounts.of(seen, catalogue), nanos);
    }

    synchronized void look(TaskCounts seen, long nanos) {
        interval = looked ? OptionalDouble.of((nanos - lookedNanos) / 1e9) : OptionalDouble.empty();
        held = seen;
        looked = true;
        fresh = true;
        lookedNanos = nanos;
        seen.byCause().keySet().forEach(cause -> seenNanos.put(cause, nanos));
    }

    /**
     * The kernel has taken a step, or several of which the last is known.
     *
     * @param steps at least 1
     * @param active tasks by its own count at the last one; empty where it is not known: then it is what was seen
     * @param load1 the average after it
     * @param nanos now, by {@link System#nanoTime}
     * @param at now, by the host's clock
     */
    synchronized void step(int steps, OptionalInt active, double load1, long nanos, Instant at) {
        if (looked && nanos - lookedNanos > HELD_NANOS) {
            held = TaskCounts.NONE;
        }
        int seen = held.sum();
        int counted = active.orElse(seen);
        double unseen = balance(counted, seen);
        double factor = seen > 0 ? Math.min(1, (counted - unseen) / seen) : 1;
        Map<String, Double> byCause = scaled(held.byCause(), factor);
        if (steps > 1) {
            causes.skip(steps - 1);
            cgroups.skip(steps - 1);
        }
        causes.step(byCause);
        cgroups.step(scaled(held.byCgroup(), factor));
        double seconds = stepped ? Math.min((nanos - steppedNanos) / 1e9, 2 * TickPhase.LONGEST_NANOS / 1e9) : 0;
        byCause.forEach((cause, tasks) -> taskSeconds.merge(cause, tasks * seconds, Double::sum));
        taskSeconds.merge(UNSEEN, Math.max(0, unseen) * seconds, Double::sum);
        forget(nanos);
        stepped = true;
        steppedNanos = nanos;
        ticks.addLast(new LoadTickParts(at, active, load1, held.byCause(), withUnseen(causes.get(), load1), fresh));
        fresh = false;
        if (ticks.size() > TICKS) {
            ticks.removeFirst();
        }
    }

    /**
     * The kernel counts some 10 to 100 ms before the look, so some tasks are in one of the two alone: once more in
     * this, once more in that. So what was seen and not counted makes up for what is counted and not seen a tick later.
     *
     * @return tasks that are unseen; negative where more are taken for seen than the kernel counted
     */
    private double balance(int counted, int seen) {
        double surplus = (double) seen - counted;
        double room = surplus > 0 ? Math.max(0, AHEAD * counted - ahead) : -ahead;
        double taken = surplus > 0 ? Math.min(surplus, room) : Math.max(surplus, room);
        ahead += taken;
        return surplus > 0 ? -taken : taken - surplus;
    }

    private static Map<String, Double> scaled(Map<String, Integer> counts, double factor) {
        return counts.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, count -> count.getValue() * factor));
    }

    private void forget(long nanos) {
        causes.get().forEach((cause, share) -> {
            Long seen = seenNanos.get(cause);
            if (seen == null || nanos - seen > SERIES_NANOS) {
                causes.forget(cause);
                taskSeconds.remove(cause);
                seenNanos.remove(cause);
            }
        });
        cgroups.get().forEach((cgroup, share) -> {
            if (share < LEAST && !held.byCgroup().containsKey(cgroup)) {
                cgroups.forget(cgroup);
            }
        });
    }

    /**
     * The parts now.
     *
     * @param load1 the average as it is shown at this moment: the parts sum to it, whether or not its last step has
     *     been told yet
     */
    public synchronized LoadParts now(double load1) {
        Map<String, Double> byCause = withUnseen(causes.get(), load1);
        double unseen = byCause.getOrDefault(UNSEEN, 0.0);
        double seen = load1 - unseen;
        Map<String, Double> byCgroup = largest(limited(cgroups.get(), seen), Function.identity(), Double::sum);
        double known =
                byCgroup.values().stream().mapToDouble(Double::doubleValue).sum();
        byCgroup.merge(OTHER, notDust(seen - known), Double::sum);
        byCgroup.put(UNSEEN, unseen);
        Map<String, Integer> sleepers = largest(held.uninterruptibleByCgroup(), Integer::doubleValue, Integer::sum);
        Map<String, Double> seconds = new HashMap<>(taskSeconds);
        seconds.putIfAbsent(UNSEEN, 0.0);
        return new LoadParts(load1, byCause, byCgroup, sleepers, seconds, held, interval);
    }

    /** The ticks of the last two hours, the oldest first. */
    public synchronized List<LoadTickParts> ticks() {
        return List.copyOf(ticks);
    }

    private static Map<String, Double> withUnseen(Map<String, Double> shares, double load1) {
        Map<String, Double> parts = limited(shares, load1);
        double sum = parts.values().stream().mapToDouble(Double::doubleValue).sum();
        parts.put(UNSEEN, notDust(load1 - sum));
        return parts;
    }

    /** What adding up fractions leaves over. */
    private static double notDust(double rest) {
        return rest < 1e-9 ? 0 : rest;
    }

    /** They sum to no more than that. */
    private static Map<String, Double> limited(Map<String, Double> shares, double most) {
        double sum = shares.values().stream().mapToDouble(Double::doubleValue).sum();
        Map<String, Double> parts = new HashMap<>(shares);
        if (sum > most) {
            parts.replaceAll((key, share) -> share * most / sum);
        }
        return parts;
    }

    /** The largest under their own names, and all others in one. */
    private static <N extends Number> Map<String, N> largest(
            Map<String, N> of, Function<N, Double> size, BinaryOperator<N> sum) {
        Map<String, N> largest = new HashMap<>();
        List<Map.Entry<String, N>> sorted = of.entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<String, N> entry) -> -size.apply(entry.getValue()))
                        .thenComparing(Map.Entry::getKey))
                .toList();
        for (int i = 0; i < sorted.size(); i++) {
            largest.merge(
                    i < CGROUPS ? sorted.get(i).getKey() : OTHER, sorted.get(i).getValue(), sum);
        }
        return largest;
    }
}
