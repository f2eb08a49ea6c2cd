package io.loadmonitor.web;

import io.loadmonitor.guard.Bucket;
import io.loadmonitor.guard.RateLimit;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How many wrong passwords a client may still give. A client that gives none wrong never has less. Safe for use by
 * several threads.
 */
final class FailedLogins {
    /** As many as a program that is told a wrong password sends while somebody mends it. */
    static final RateLimit ALLOWED = new RateLimit(Duration.ofSeconds(6), 16);

    /** Whoever has more addresses than this has more tries anyway. */
    private static final int MOST_CLIENTS = 1024;

    /**
     * Of a client that has none of the above left, for a user whose password it has given right before: whoever guesses
     * at Prometheus' own address must not keep Prometheus out. That password is remembered, so to look at it costs
     * nothing; what is bounded here is how often somebody at the same address can guess at it.
     */
    static final RateLimit ALLOWED_WHERE_KNOWN = new RateLimit(Duration.ofMillis(100), 1000);

    private final LongSupplier nanoTime;

    /** Guarded by this. The one that was asked about longest ago goes first. */
    private final Map<Client, Bucket> left = new LinkedHashMap<>(16, 0.75f, true);

    private record Login(Client client, String user) {}

    /** Guarded by this. Those that were right. */
    private final Map<Login, Bucket> known = new LinkedHashMap<>(16, 0.75f, true);

    FailedLogins(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Until the client may try again; zero for now. */
    synchronized Duration untilNext(Client client) {
        Bucket bucket = left.get(client);
        return bucket == null ? Duration.ZERO : bucket.untilNext();
    }

    /**
     * Takes one try before it is known how it ends, so that many at once are no more than one after another.
     *
     * @return false when there is none left
     */
    synchronized boolean begin(Client client) {
        boolean begun = left.computeIfAbsent(client, one -> new Bucket(ALLOWED, nanoTime))
                .take();
        if (left.size() > MOST_CLIENTS) {
            left.remove(left.keySet().iterator().next());
        }
        return begun;
    }

    /** The password was right, or was not looked at. */
    synchronized void forgive(Client client) {
        Bucket bucket = left.get(client);
        if (bucket != null) {
            bucket.putBack();
        }
    }

    /** This client has given the right password of this user. */
    synchronized void known(Client client, String user) {
        known.computeIfAbsent(new Login(client, user), one -> new Bucket(ALLOWED_WHERE_KNOWN, nanoTime));
        if (known.size() > MOST_CLIENTS) {
            known.remove(known.keySet().iterator().next());
        }
    }

    /**
     * Takes a try of a client that {@link #begin} has none for.
     *
     * @return false when there is none left, or the client has never given this user's password
     */
    synchronized boolean beginWhereKnown(Client client, String user) {
        Bucket bucket = known.get(new Login(client, user));
        return bucket != null && bucket.take();
    }

    /** The password was right. */
    synchronized void forgiveWhereKnown(Client client, String user) {
        Bucket bucket = known.get(new Login(client, user));
        if (bucket != null) {
            bucket.putBack();
        }
    }
}
