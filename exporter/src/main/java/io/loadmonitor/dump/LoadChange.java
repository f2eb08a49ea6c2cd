package io.loadmonitor.dump;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many tasks one part of the load had in a dump and in a later one. Immutable.
 *
 * @param detail as in {@link LoadPart}
 * @param title cause and detail in words
 */
public record LoadChange(LoadCause cause, String detail, String title, int before, int after) {
    public LoadChange {
        if (before < 0 || after < 0) {
            throw new IllegalArgumentException(title + ": " + before + " tasks before, " + after + " after");
        }
    }

    private record Key(String causeId, String detail) {
        static Key of(LoadPart part) {
            return new Key(part.cause().id(), part.detail());
        }
    }

    public int difference() {
        return after - before;
    }

    /**
     * The parts whose numbers differ, the largest difference first; what came before what went. The differences sum to
     * that of the dumps' tasks, and there is none between a breakdown and itself. Parts are the same when their cause's
     * id and detail are, whether the host always has some of their tasks or not.
     */
    public static List<LoadChange> between(LoadBreakdown before, LoadBreakdown after) {
        Map<Key, Integer> earlier = tasks(before);
        Map<Key, Integer> later = tasks(after);
        Map<Key, LoadPart> either = new LinkedHashMap<>();
        after.parts().forEach(part -> either.putIfAbsent(Key.of(part), part));
        before.parts().forEach(part -> either.putIfAbsent(Key.of(part), part));
        List<LoadChange> changes = new ArrayList<>();
        either.forEach((key, part) -> {
            LoadChange change = new LoadChange(
                    part.cause(),
                    part.detail(),
                    part.title(),
                    earlier.getOrDefault(key, 0),
                    later.getOrDefault(key, 0));
            if (change.difference() != 0) {
                changes.add(change);
            }
        });
        changes.sort(Comparator.comparingInt((LoadChange change) -> -Math.abs(change.difference()))
                .thenComparingInt(change -> -change.difference())
                .thenComparing(change -> change.cause().id())
                .thenComparing(LoadChange::detail));
        return List.copyOf(changes);
    }

    private static Map<Key, Integer> tasks(LoadBreakdown breakdown) {
        Map<Key, Integer> tasks = new HashMap<>();
        breakdown.parts().forEach(part -> tasks.merge(Key.of(part), part.tasks(), Integer::sum));
        return tasks;
    }
}
