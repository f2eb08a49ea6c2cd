package io.loadmonitor.dump;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which rules of a catalogue name a function, without a look at each of them: some look-ups in a table, one for the
 * whole name and one for each length that a beginning has. Immutable, safe for use by several threads.
 */
final class CauseIndex {
    private final Map<String, List<Placed>> whole = new HashMap<>();
    private final Map<String, List<Placed>> beginnings = new HashMap<>();
    private final int[] lengths;

    /** @param order of the rule in the catalogue: which wins when all else is equal */
    private record Placed(int order, CauseRule rule) {}

    CauseIndex(List<CauseRule> rules) {
        TreeSet<Integer> found = new TreeSet<>();
        for (int order = 0; order < rules.size(); order++) {
            Placed placed = new Placed(order, rules.get(order));
            for (String name : placed.rule.names().whole()) {
                whole.computeIfAbsent(name, key -> new ArrayList<>(1)).add(placed);
            }
            for (String beginning : placed.rule.names().beginnings()) {
                beginnings.computeIfAbsent(beginning, key -> new ArrayList<>(1)).add(placed);
                found.add(beginning.length());
            }
        }
        lengths = found.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * The rules that name the function, each once, in the order of the catalogue.
     *
     * @param function without the compiler's suffix
     */
    List<CauseRule> rules(String function) {
        TreeMap<Integer, CauseRule> rules = new TreeMap<>();
        add(rules, whole.get(function));
        for (int length : lengths) {
            if (length > function.length()) {
                break;
            }
            add(rules, beginnings.get(function.substring(0, length)));
        }
        return rules.isEmpty() ? List.of() : List.copyOf(rules.values());
    }

    private static void add(Map<Integer, CauseRule> rules, @Nullable List<Placed> more) {
        if (more != null) {
            more.forEach(placed -> rules.put(placed.order, placed.rule));
        }
    }
}
