package io.loadmonitor.guard;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The settings in force and what goes with them. They are replaced whole. Safe for use by several threads. */
public final class Guard {
    private final LongSupplier nanoTime;
    private volatile Watch watch;

    /** Guarded by this. */
    private Consumer<TlsSettings> listener = tls -> {};

    /** @param nanoTime by which rates are kept */
    public Guard(GuardSettings settings, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.watch = Watch.of(settings, nanoTime);
    }

    /** What holds for one request from its beginning to its end. */
    public record Watch(GuardSettings settings, Passwords passwords, Optional<Bucket> rate) {
        static Watch of(GuardSettings settings, LongSupplier nanoTime) {
            return new Watch(
                    settings, new Passwords(settings.users()), settings.rate().map(rate -> new Bucket(rate, nanoTime)));
        }
    }

    public Watch current() {
        return watch;
    }

    /** Has the server told how TLS is spoken from now on. */
    public synchronized void onTls(Consumer<TlsSettings> told) {
        listener = told;
    }

    /**
     * From now on these hold, for connections that are open as well.
     *
     * @throws IllegalArgumentException when TLS would begin or end, which takes a restart; the old ones stay in force
     */
    public synchronized void replace(GuardSettings next) {
        if (next.tls().isPresent() != watch.settings().tls().isPresent()) {
            throw new IllegalArgumentException("TLS is turned " + (next.tls().isPresent() ? "on" : "off")
                    + ", which takes a restart of the exporter");
        }
        Watch replacement = Watch.of(next, nanoTime);
        next.tls().ifPresent(listener);
        watch = replacement;
    }
}
