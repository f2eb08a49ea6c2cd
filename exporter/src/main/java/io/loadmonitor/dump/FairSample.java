package io.loadmonitor.dump;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * There was no room for every task that made up the load, and those of the dump were drawn by lot ({@code sampled=16384
 * of=41210} of the count line): each task had the same chance, so that numbers of the sample, scaled up, are estimates
 * of the whole. Immutable.
 *
 * @param tasks in the sample, at least 1
 * @param of active tasks that it stands for, more than {@code tasks}
 */
public record FairSample(int tasks, int of) {
    public FairSample {
        if (tasks < 1 || of <= tasks) {
            throw new IllegalArgumentException("no sample: " + tasks + " of " + of + " tasks");
        }
    }

    /**
     * Empty where the dump has every task, or says nothing of a sample; also where the tasks in the text are others
     * than those that were drawn (a text that was cut off lost them in the order of their stacks, which is no lot), or
     * where they stand for another number than the active tasks.
     */
    static Optional<FairSample> of(StackDump dump) {
        OptionalLong drawn = count(dump, "sampled");
        OptionalLong of = count(dump, "of");
        if (drawn.isEmpty() || of.isEmpty() || drawn.getAsLong() != dump.tasks().size()) {
            return Optional.empty();
        }
        OptionalInt active = dump.load().map(StackDump.Load::active).orElse(OptionalInt.empty());
        boolean sound = drawn.getAsLong() > 0
                && of.getAsLong() > drawn.getAsLong()
                && of.getAsLong() <= Integer.MAX_VALUE
                && (active.isEmpty() || active.getAsInt() == of.getAsLong());
        return sound ? Optional.of(new FairSample(dump.tasks().size(), (int) of.getAsLong())) : Optional.empty();
    }

    private static OptionalLong count(StackDump dump, String key) {
        return dump.counts().map(counts -> counts.of(key)).orElse(OptionalLong.empty());
    }

    /** {@code a fair sample of 16,384 of 41,210 tasks} */
    public String text() {
        return String.format(Locale.ROOT, "a fair sample of %,d of %,d tasks", tasks, of);
    }

    /** {@code estimated from a fair sample of 16,384 of 41,210 tasks}: whatever is scaled up has to say so. */
    public String estimate() {
        return "estimated from " + text();
    }

    /**
     * The counts scaled so that they sum to {@code whole} exactly, each within one of its share (method of the largest
     * remainder; of equal ones the larger count, then the first name, gets the task). No count gets smaller when the
     * whole is larger than the sum, and none changes when it is the sum.
     *
     * @param counts each at least 0
     * @param name tells the keys apart, so that the same counts always give the same numbers
     * @return in the order of {@code counts}
     */
    public static <K> Map<K, Integer> apportion(Map<K, Integer> counts, int whole, Function<? super K, String> name) {
        long sum = counts.values().stream().mapToLong(Integer::longValue).sum();
        Map<K, Integer> shares = new LinkedHashMap<>(counts);
        if (sum == 0 || sum == whole) {
            return shares;
        }
        long left = whole;
        for (Map.Entry<K, Integer> count : counts.entrySet()) {
            int share = (int) (count.getValue() * (long) whole / sum);
            shares.put(count.getKey(), share);
            left -= share;
        }
        List<Map.Entry<K, Integer>> waiting = new ArrayList<>(counts.entrySet());
        waiting.sort(Comparator.comparingLong((Map.Entry<K, Integer> count) -> -(count.getValue() * (long) whole % sum))
                .thenComparingInt(count -> -count.getValue())
                .thenComparing(count -> name.apply(count.getKey())));
        for (int i = 0; i < left; i++) {
            shares.merge(waiting.get(i).getKey(), 1, Integer::sum);
        }
        return shares;
    }

    /**
     * As {@link #apportion(Map, int, Function)}, first by the first name, within it by the next and so on: what has the
     * first name in common sums to what it would get alone.
     *
     * @param names at least one; the last tells apart what the others do not
     */
    static <K> Map<K, Integer> apportion(Map<K, Integer> counts, int whole, List<Function<? super K, String>> names) {
        Function<? super K, String> name = names.get(0);
        if (names.size() == 1) {
            return apportion(counts, whole, name);
        }
        Map<String, Integer> sums = new LinkedHashMap<>();
        Map<String, Map<K, Integer>> members = new LinkedHashMap<>();
        counts.forEach((key, count) -> {
            sums.merge(name.apply(key), count, Integer::sum);
            members.computeIfAbsent(name.apply(key), missing -> new LinkedHashMap<>())
                    .put(key, count);
        });
        Map<K, Integer> shares = new LinkedHashMap<>();
        apportion(sums, whole, Function.identity())
                .forEach((group, share) -> shares.putAll(
                        apportion(members.getOrDefault(group, Map.of()), share, names.subList(1, names.size()))));
        return shares;
    }

    /** How many of {@code whole} have something of which {@code count} of {@code sum} had it. */
    public static int part(int count, int sum, int whole) {
        return apportion(Map.of(true, count, false, sum - count), whole, Object::toString)
                .getOrDefault(true, 0);
    }
}
