package io.loadmonitor.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.hotspot.GarbageCollectorExports;
import io.prometheus.client.hotspot.MemoryPoolsExports;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the exporter's JVM uses, as the client library's own collectors tell it, whose names dashboards for any program
 * of Java know. What the JVM cannot say is left out.
 */
final class OwnReader implements FamilyReader {
    private final String collector;
    private final List<Collector> library;
    private final Map<String, Family> families;

    private OwnReader(String collector, String prefix, Collector... library) {
        this.collector = collector;
        this.library = List.of(library);
        this.families = Arrays.stream(Family.values())
                .filter(family -> family.metricName().startsWith(prefix))
                .collect(Collectors.toUnmodifiableMap(Family::metricName, Function.identity()));
    }

    /** Memory and collections of the JVM. */
    static OwnReader jvm() {
        return new OwnReader("jvm", "jvm_", new MemoryPoolsExports(), new GarbageCollectorExports());
    }

    @Override
    public String collector() {
        return collector;
    }

    @Override
    public Set<Family> families() {
        return Set.copyOf(families.values());
    }

    @Override
    public void read(Samples samples) {
        for (Collector part : library) {
            for (MetricFamilySamples collected : part.collect()) {
                // The library takes the end of a counter's name off.
                String name = collected.type == Collector.Type.COUNTER ? collected.name + "_total" : collected.name;
                Family family = families.get(name);
                if (family == null) {
                    throw new IllegalStateException("the client library has a new family, " + name);
                }
                samples.addAll(family, List.of(collected));
            }
        }
    }
}
