package io.loadmonitor.metrics;

import java.util.Optional;
import java.util.Set;

/** Where people find this exporter, so that alerts and dashboards can lead there. */
final class SiteReader implements FamilyReader {
    private final Optional<String> externalUrl;

    SiteReader(Optional<String> externalUrl) {
        this.externalUrl = externalUrl;
    }

    @Override
    public String collector() {
        return "site";
    }

    @Override
    public Set<Family> families() {
        return Set.of(Family.EXTERNAL_URL);
    }

    @Override
    public void read(Samples samples) {
        externalUrl.ifPresent(url -> samples.add(Family.EXTERNAL_URL, 1, url));
    }
}
