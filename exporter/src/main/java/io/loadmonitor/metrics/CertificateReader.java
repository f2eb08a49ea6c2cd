package io.loadmonitor.metrics;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** How long the server's certificate is good for. */
final class CertificateReader implements FamilyReader {
    private final Supplier<Optional<Instant>> expiry;

    CertificateReader(Supplier<Optional<Instant>> expiry) {
        this.expiry = expiry;
    }

    @Override
    public String collector() {
        return "certificate";
    }

    @Override
    public Set<Family> families() {
        return Set.of(Family.CERTIFICATE_EXPIRY);
    }

    @Override
    public void read(Samples samples) {
        expiry.get().ifPresent(at -> samples.add(Family.CERTIFICATE_EXPIRY, at.getEpochSecond()));
    }
}
