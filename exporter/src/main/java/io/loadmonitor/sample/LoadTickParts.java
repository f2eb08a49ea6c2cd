package io.loadmonitor.sample;

import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;

/**
 * One load tick and what it consisted of. Immutable.
 *
 * @param at by the host's clock
 * @param active tasks by the kernel's own count; empty where it is not known
 * @param load1 the 1-minute average after it
 * @param tasks that were seen, by the id of their cause; where {@code looked} is false those of the last look
 * @param load1ByCause the parts of the average, with {@link DecomposedLoad#UNSEEN}; they sum to it
 * @param looked whether somebody looked at this very tick
 */
public record LoadTickParts(
        Instant at,
        OptionalInt active,
        double load1,
        Map<String, Integer> tasks,
        Map<String, Double> load1ByCause,
        boolean looked) {
    public LoadTickParts {
        tasks = Map.copyOf(tasks);
        load1ByCause = Map.copyOf(load1ByCause);
    }
}
