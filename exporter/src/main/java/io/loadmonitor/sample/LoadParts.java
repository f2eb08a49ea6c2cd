package io.loadmonitor.sample;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * What the load average consists of at a moment. Immutable.
 *
 * @param load1 the 1-minute average
 * @param byCause its parts by the id of the cause, with {@link DecomposedLoad#UNSEEN}; they sum to it
 * @param byCgroup its parts by the path of the control group, the largest, and {@link DecomposedLoad#OTHER} and
 *     {@link DecomposedLoad#UNSEEN}; they sum to it, too
 * @param uninterruptibleByCgroup tasks in uninterruptible sleep that the last look saw, in the same way
 * @param taskSeconds active tasks times seconds since the start, by cause, with {@link DecomposedLoad#UNSEEN}
 * @param seen tasks that the last look saw
 * @param intervalSeconds between the last two looks; empty before there were two
 */
public record LoadParts(
        double load1,
        Map<String, Double> byCause,
        Map<String, Double> byCgroup,
        Map<String, Integer> uninterruptibleByCgroup,
        Map<String, Double> taskSeconds,
        TaskCounts seen,
        OptionalDouble intervalSeconds) {
    public LoadParts {
        byCause = Map.copyOf(byCause);
        byCgroup = Map.copyOf(byCgroup);
        uninterruptibleByCgroup = Map.copyOf(uninterruptibleByCgroup);
        taskSeconds = Map.copyOf(taskSeconds);
    }
}
