package io.loadmonitor.dump;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Names of kernel functions: whole ones, and beginnings that end in {@code *}. Immutable. */
final class FunctionNames {
    private final Set<String> whole;
    private final List<String> beginnings;

    FunctionNames(List<String> names) {
        Set<String> plain = new HashSet<>();
        List<String> starred = new ArrayList<>();
        for (String name : names) {
            if (name.endsWith("*")) {
                starred.add(name.substring(0, name.length() - 1));
            } else {
                plain.add(name);
            }
        }
        whole = Set.copyOf(plain);
        beginnings = List.copyOf(starred);
    }

    Set<String> whole() {
        return whole;
    }

    /** Without the {@code *}. */
    List<String> beginnings() {
        return beginnings;
    }

    /** @param function without the compiler's suffix */
    boolean contains(String function) {
        if (whole.contains(function)) {
            return true;
        }
        for (String beginning : beginnings) {
            if (function.startsWith(beginning)) {
                return true;
            }
        }
        return false;
    }
}
