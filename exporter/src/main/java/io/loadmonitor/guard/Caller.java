package io.loadmonitor.guard;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What is known of whoever asks; all but the address is proven.
 *
 * @param address of the peer; empty where the connection does not tell
 * @param user whose password was right
 * @param tokenFile that has the token
 * @param certificates names in a certificate of a known authority: those of its subjectAltName, and the common name of
 *     its subject
 */
public record Caller(
        Optional<InetAddress> address, Optional<String> user, Optional<String> tokenFile, List<String> certificates) {
    public Caller {
        certificates = List.copyOf(certificates);
    }

    /** One of whom nothing but this is known. */
    public static Caller at(Optional<InetAddress> address) {
        return new Caller(address, Optional.empty(), Optional.empty(), List.of());
    }

    public Caller withUser(String name) {
        return new Caller(address, Optional.of(name), tokenFile, certificates);
    }

    public Caller withToken(String file) {
        return new Caller(address, user, Optional.of(file), certificates);
    }

    public Caller withCertificates(List<String> names) {
        return new Caller(address, user, tokenFile, names);
    }

    /** For the log: {@code user:anna}; {@code anybody} of whom nothing is proven. */
    public String name() {
        return user.map(one -> "user:" + one)
                .or(() -> tokenFile.map(file -> "token:" + file))
                .or(() -> certificates.stream().findFirst().map(one -> "certificate:" + one))
                .orElse("anybody");
    }
}
