package io.loadmonitor.flame;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Stacks by number, as profile formats want them. Immutable.
 *
 * @param names each once
 * @param samples indexes of names, outermost first
 * @param weights the tasks of each sample; they sum to the tasks of the dump
 */
public record SampledProfile(List<String> names, List<List<Integer>> samples, List<Integer> weights) {
    public SampledProfile {
        names = List.copyOf(names);
        samples = samples.stream().map(List::copyOf).toList();
        weights = List.copyOf(weights);
        if (samples.size() != weights.size()) {
            throw new IllegalArgumentException(samples.size() + " samples, but " + weights.size() + " weights");
        }
    }

    public static SampledProfile of(List<FoldedStack> stacks) {
        Map<String, Integer> indexes = new LinkedHashMap<>();
        List<List<Integer>> samples = new ArrayList<>();
        List<Integer> weights = new ArrayList<>();
        for (FoldedStack stack : stacks) {
            List<Integer> sample = new ArrayList<>();
            for (FlameName name : stack.path()) {
                sample.add(indexes.computeIfAbsent(name.text(), text -> indexes.size()));
            }
            samples.add(sample);
            weights.add(stack.tasks());
        }
        return new SampledProfile(List.copyOf(indexes.keySet()), samples, weights);
    }

    /** The tasks of all samples. */
    public int tasks() {
        return weights.stream().mapToInt(Integer::intValue).sum();
    }
}
