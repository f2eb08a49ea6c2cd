package io.loadmonitor.metrics;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** The samples of one scrape, gathered by family. Not safe for use by several threads. */
final class Samples {
    private final Map<Family, List<Sample>> samples = new EnumMap<>(Family.class);

    /** Adds one sample of a gauge or counter. */
    Samples add(Family family, double value, String... labelValues) {
        if (labelValues.length != family.labels().size()) {
            throw new IllegalArgumentException(
                    family + " has the labels " + family.labels() + ", not " + labelValues.length);
        }
        listOf(family).add(new Sample(family.metricName(), family.labels(), List.of(labelValues), value));
        return this;
    }

    /**
     * Adds what one of the client library's own metrics has collected, without its series {@code _created}: nobody asks
     * for them, they double the counters, and the library leaves them out by an environment variable only.
     */
    Samples addAll(Family family, List<MetricFamilySamples> collected) {
        List<Sample> list = listOf(family);
        for (MetricFamilySamples part : collected) {
            part.samples.stream()
                    .filter(sample -> !sample.name.endsWith("_created"))
                    .forEach(list::add);
        }
        return this;
    }

    Samples addAll(Samples others) {
        others.samples.forEach((family, list) -> listOf(family).addAll(list));
        return this;
    }

    /** Each family that has wanted samples, and these, in the order of {@link Family}. */
    void forEach(NameFilter names, BiConsumer<Family, List<Sample>> wanted) {
        samples.forEach((family, list) -> {
            List<Sample> chosen = names.wantsAll()
                    ? list
                    : list.stream()
                            .filter(sample -> names.wants(family, sample.name))
                            .toList();
            if (!chosen.isEmpty()) {
                wanted.accept(family, chosen);
            }
        });
    }

    /** The same as the client library's own families. */
    List<MetricFamilySamples> families(NameFilter names) {
        List<MetricFamilySamples> families = new ArrayList<>(samples.size());
        forEach(
                names,
                (family, wanted) -> families.add(
                        new MetricFamilySamples(family.metricName(), family.type(), family.help(), wanted)));
        return families;
    }

    private List<Sample> listOf(Family family) {
        return samples.computeIfAbsent(family, key -> new ArrayList<>());
    }
}
