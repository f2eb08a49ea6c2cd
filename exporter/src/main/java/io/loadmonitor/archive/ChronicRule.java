package io.loadmonitor.archive;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells what a host always has from what is new: threads of a driver that sleep in D for ever make up load, too, but
 * they are not why the load is high now. A signature of a dump is chronic when all of this holds:
 *
 * <ol>
 *   <li>there are at least {@value #LEAST_DUMPS} earlier dumps, of which the newest {@value #DUMPS} count, and the
 *       oldest of these is at least {@link #LEAST_TIME} older than the dump;
 *   <li>at least {@value #PERCENT} % of them have the signature;
 *   <li>all its tasks in the dump sleep in D;
 *   <li>they are the same tasks: the eldest of them was the eldest in at least half of the earlier dumps of this boot
 *       that have the signature, in {@value #LEAST_SAME} of them at least;
 *   <li>they are no more than usual: at most half as many again as the median of those earlier dumps, or one more.
 * </ol>
 *
 * <p>A data base whose writers wait for the journal in each dump has other tasks there each time, or more of them, so
 * it is no. 4 and 5 that keep a true cause from being taken for a habit. After a boot nothing is chronic for two dumps.
 * Stateless.
 */
final class ChronicRule {
    static final int LEAST_DUMPS = 5;
    static final int DUMPS = 20;
    static final int PERCENT = 80;
    static final int LEAST_SAME = 2;
    static final Duration LEAST_TIME = Duration.ofHours(6);

    private ChronicRule() {}

    /**
     * An earlier dump, as far as it has the signature.
     *
     * @param tasks that it has of the signature
     * @param eldest as in {@link DumpSignature}
     */
    record Sight(int tasks, Optional<String> eldest) {}

    /**
     * @param sights of the earlier dumps that count and have the signature
     * @param dumps how many earlier dumps count, with the signature or without
     * @param oldest when the oldest of them was taken
     * @param at when the dump was taken
     */
    static boolean holds(
            int tasks,
            int sleeping,
            Optional<String> eldest,
            List<Sight> sights,
            int dumps,
            Instant oldest,
            Instant at) {
        if (dumps < LEAST_DUMPS
                || oldest.isAfter(at.minus(LEAST_TIME))
                || sights.size() * 100L < (long) dumps * PERCENT
                || sleeping < tasks
                || eldest.isEmpty()) {
            return false;
        }
        String boot = boot(eldest.get());
        Map<Boolean, Integer> same = new HashMap<>();
        for (Sight sight : sights) {
            if (sight.eldest().isPresent() && boot(sight.eldest().get()).equals(boot)) {
                same.merge(sight.eldest().equals(eldest), 1, Integer::sum);
            }
        }
        int alike = same.getOrDefault(true, 0);
        if (alike < LEAST_SAME || alike < same.getOrDefault(false, 0)) {
            return false;
        }
        int[] usual = sights.stream().mapToInt(Sight::tasks).sorted().toArray();
        int median = usual[(usual.length - 1) / 2];
        return tasks <= median + Math.max(1, median / 2);
    }

    private static String boot(String eldest) {
        return eldest.substring(0, eldest.indexOf(' '));
    }
}
