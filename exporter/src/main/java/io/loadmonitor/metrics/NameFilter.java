package io.loadmonitor.metrics;

import java.util.Set;

/**
 * The query parameter {@code name[]}: names of samples ({@code load_monitor_dump_duration_seconds_sum}) or of whole
 * families. Without any, everything is wanted; a name that does not exist selects nothing.
 */
record NameFilter(Set<String> names) {
    NameFilter {
        names = Set.copyOf(names);
    }

    boolean wantsAll() {
        return names.isEmpty();
    }

    boolean wants(Family family, String sampleName) {
        return names.isEmpty() || names.contains(sampleName) || names.contains(family.metricName());
    }

    /** Whether anything of the family may be wanted, so that what nobody asked for is not even read. */
    boolean wants(Family family) {
        return names.isEmpty()
                || names.stream()
                        .anyMatch(name -> name.equals(family.metricName())
                                || family.hasParts() && name.startsWith(family.metricName() + "_"));
    }
}
