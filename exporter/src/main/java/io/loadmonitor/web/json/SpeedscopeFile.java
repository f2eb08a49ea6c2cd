package io.loadmonitor.web.json;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.loadmonitor.flame.SampledProfile;
import java.util.List;

/**
 * A dump for https://www.speedscope.app, in the format of the schema that it names: one profile whose samples are the
 * dump's stacks, weighted by their tasks.
 */
public record SpeedscopeFile(
        @JsonProperty("$schema") String schema,
        String exporter,
        String name,
        int activeProfileIndex,
        Shared shared,
        List<Profile> profiles) {
    private static final String SCHEMA = "https://www.speedscope.app/file-format-schema.json";

    public SpeedscopeFile {
        profiles = List.copyOf(profiles);
    }

    /** The frames that samples refer to. */
    public record Shared(List<Frame> frames) {
        public Shared {
            frames = List.copyOf(frames);
        }
    }

    public record Frame(String name) {}

    /**
     * @param unit "none": the format has no word for tasks
     * @param endValue the sum of the weights
     * @param samples indexes of frames, outermost first
     */
    public record Profile(
            String type,
            String name,
            String unit,
            int startValue,
            int endValue,
            List<List<Integer>> samples,
            List<Integer> weights) {
        public Profile {
            samples = List.copyOf(samples);
            weights = List.copyOf(weights);
        }
    }

    /** @param version of the exporter */
    public static SpeedscopeFile of(SampledProfile profile, String name, String version) {
        return new SpeedscopeFile(
                SCHEMA,
                "load-monitor " + version,
                name,
                0,
                new Shared(profile.names().stream().map(Frame::new).toList()),
                List.of(new Profile(
                        "sampled", name, "none", 0, profile.tasks(), profile.samples(), profile.weights())));
    }
}
