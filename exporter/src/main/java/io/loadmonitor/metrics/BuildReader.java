package io.loadmonitor.metrics;

import java.util.Set;

/** Which exporter this is. */
final class BuildReader implements FamilyReader {
    private final String version;

    BuildReader(String version) {
        this.version = version;
    }

    @Override
    public String collector() {
        return "build";
    }

    @Override
    public Set<Family> families() {
        return Set.of(Family.BUILD_INFO);
    }

    @Override
    public void read(Samples samples) {
        samples.add(Family.BUILD_INFO, 1, version, Runtime.version().toString());
    }
}
