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

    private record Key(String causeId, String detail) {}

    public int difference() {
        return after - before;
    }

    /**
     * The parts whose numbers differ, the largest difference first; what came before what went. The differences sum to that
     * of the dumps' tasks, and there is none between a breakdown and itself. Parts are the same when their cause's id and
     * detail are.
     */
    public static List<LoadChange> between(LoadBreakdown before, LoadBreakdown after) {
        Map<Key, LoadPart> earlier = byKey(before);
        Map<Key, LoadPart> later = byKey(after);
        Map<Key, LoadPart> either = new LinkedHashMap<>(later);
        earlier.forEach(either::putIfAbsent);
        List<LoadChange> changes = new ArrayList<>();
        either.forEach((key, part) -> {
            LoadChange change = new LoadChange(
                    part.cause(), part.detail(), part.title(), tasks(earlier, key), tasks(later, key));
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

    private static Map<Key, LoadPart> byKey(LoadBreakdown breakdown) {
        Map<Key, LoadPart> parts = new HashMap<>();
        breakdown.parts().forEach(part -> parts.put(new Key(part.cause().id(), part.detail()), part));
        return parts;
    }

    private static int tasks(Map<Key, LoadPart> parts, Key key) {
        LoadPart part = parts.get(key);
        return part == null ? 0 : part.tasks();
    }
}
