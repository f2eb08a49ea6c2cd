package io.loadmonitor.sample;

import java.util.HashMap;
import java.util.Map;

/**
 * Of the 1-minute load average, what each key adds. The kernel's average is a sum over all steps that it ever took, of
 * the active tasks at each, damped by 1884/2048 with each further step (EXP_1 and calc_load() in {@code
 * include/linux/sched/loadavg.h}). So the same sum over the tasks of one key is that key's part, and the parts of all
 * keys are the average. Not safe for use by several threads.
 */
final class DampedShares<K> {
    /** EXP_1 / FIXED_1: what is left of the average after a step. */
    static final double KEPT = 1884.0 / 2048;

    private final Map<K, Double> shares = new HashMap<>();

    /**
     * One step.
     *
     * @param active tasks of each key at that moment; a fraction where they were estimated
     */
    void step(Map<K, Double> active) {
        shares.replaceAll((key, share) -> share * KEPT);
        active.forEach((key, tasks) -> shares.merge(key, tasks * (1 - KEPT), Double::sum));
    }

    /** So many steps of which nothing is known. */
    void skip(int steps) {
        double kept = Math.pow(KEPT, steps);
        shares.replaceAll((key, share) -> share * kept);
    }

    void forget(K key) {
        shares.remove(key);
    }

    /** A copy. */
    Map<K, Double> get() {
        return new HashMap<>(shares);
    }
}
