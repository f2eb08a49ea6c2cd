package io.loadmonitor.dump;

import java.util.Map;

/**
 * How many tasks of a group came, stayed and went.
 *
 * @param key what they have in common: see {@link GroupKind}
 * @param title in words, for people; printable ASCII
 * @param tasks none of them negative; a change that is missing has none
 */
public record ChangeCount(String key, String title, Map<TaskChange, Integer> tasks) {
    public ChangeCount {
        tasks = Map.copyOf(tasks);
        tasks.forEach((change, count) -> {
            if (count < 0) {
                throw new IllegalArgumentException(key + ": " + change + " is negative: " + count);
            }
        });
    }

    public int of(TaskChange change) {
        return tasks.getOrDefault(change, 0);
    }

    /** In both dumps or in one. */
    public int all() {
        return tasks.values().stream().mapToInt(Integer::intValue).sum();
    }
}
