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
        this.watch = Watch.of(settings, new Passwords(settings.users()), Optional.empty(), nanoTime);
    }

    /**
     * What holds for one request from its beginning to its end.
     *
     * @param access empty where there is no web.access.file: then whoever is let in may do everything
     */
    public record Watch(
            GuardSettings settings, Passwords passwords, Optional<Bucket> rate, Optional<AccessRules> access) {
        static Watch of(
                GuardSettings settings, Passwords passwords, Optional<AccessRules> access, LongSupplier nanoTime) {
            return new Watch(settings, passwords, settings.rate().map(rate -> new Bucket(rate, nanoTime)), access);
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
        Watch replacement = Watch.of(next, watch.passwords().with(next.users()), watch.access(), nanoTime);
        next.tls().ifPresent(listener);
        watch = replacement;
    }

    /** From now on these say who may do what, for connections that are open as well; passwords stay remembered. */
    public synchronized void replace(AccessRules next) {
        watch = new Watch(watch.settings(), watch.passwords(), watch.rate(), Optional.of(next));
    }
}
