package io.loadmonitor.metrics;

import java.util.Set;

/** Which exporter this is. */
final class BuildReader implements FamilyReader {
    private final Build build;

    BuildReader(Build build) {
        this.build = build;
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
        samples.add(
                Family.BUILD_INFO,
                1,
                build.version(),
                build.revision(),
                build.revisionDate(),
                Runtime.version().toString());
    }
}
