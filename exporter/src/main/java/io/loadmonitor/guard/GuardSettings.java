package io.loadmonitor.guard;

import java.util.Map;
import java.util.Optional;

/**
 * What a web.config.file says.
 *
 * @param tls empty for plain HTTP
 * @param users hashes of bcrypt by name; empty where no password is asked for
 * @param headers of every answer, in place of the server's own of the same names
 * @param rate empty for no bound
 */
public record GuardSettings(
        Optional<TlsSettings> tls, Map<String, String> users, Map<String, String> headers, Optional<RateLimit> rate) {
    /** As without a file: plain HTTP, and no passwords. */
    public static final GuardSettings NONE = new GuardSettings(Optional.empty(), Map.of(), Map.of(), Optional.empty());

    public GuardSettings {
        users = Map.copyOf(users);
        headers = Map.copyOf(headers);
    }

    /** Whether every client has to prove who it is. */
    public boolean provesClients() {
        return !users.isEmpty() || certifiesClients();
    }

    /** Whether every client has to have a certificate of a known authority. */
    public boolean certifiesClients() {
        return tls.filter(one -> one.clients() == ClientCertificates.VERIFIED).isPresent();
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return tls.map(TlsSettings::toString).orElse("no TLS") + ", " + users.size() + " users, headers "
                + headers.keySet() + ", " + rate.map(RateLimit::toString).orElse("no rate limit");
    }
}
