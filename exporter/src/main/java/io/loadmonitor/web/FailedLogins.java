package io.loadmonitor.web;

import io.loadmonitor.guard.Bucket;
import io.loadmonitor.guard.RateLimit;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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

    /**
     * Of each user at a client that has none of the first left: who comes for the first time to where somebody guesses
     * at another name is let in. To guess at one name it adds little. {@value #SHARES} shares of names have one each,
     * whether there is such a user or not, so that nothing tells; they bound what bcrypt can cost for one client.
     */
    static final RateLimit ALLOWED_OF_USER = new RateLimit(Duration.ofSeconds(60), 3);

    private static final int SHARES = 64;

    private final LongSupplier nanoTime;

    /** Guarded by this. The one that was asked about longest ago goes first. */
    private final Map<Client, Tries> left = new LinkedHashMap<>(16, 0.75f, true);

    /** Of one client; the second by share, made when they are needed. */
    private record Tries(Bucket all, Map<Integer, Bucket> ofUsers) {}

    private record Login(Client client, String user) {}

    /** Guarded by this. Those that were right. */
    private final Map<Login, Bucket> known = new LinkedHashMap<>(16, 0.75f, true);

    FailedLogins(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Until the client may try again; zero for now. */
    synchronized Duration untilNext(Client client) {
        Tries tries = left.get(client);
        return tries == null ? Duration.ZERO : tries.all().untilNext();
    }

    /**
     * Takes one try before it is known how it ends, so that many at once are no more than one after another.
     *
     * @return false when there is none left
     */
    boolean begin(Client client) {
        return tries(client).all().take();
    }

    /**
     * As {@link #begin(Client)}, or one of the user's own where there is none.
     *
     * @return where it was taken, to put it back when the password was right or was not looked at; empty when there is
     *     none left
     */
    synchronized Optional<Bucket> begin(Client client, String user) {
        Tries tries = tries(client);
        if (tries.all().take()) {
            return Optional.of(tries.all());
        }
        int share = Math.floorMod(user.hashCode(), SHARES);
        Bucket own = tries.ofUsers().computeIfAbsent(share, one -> new Bucket(ALLOWED_OF_USER, nanoTime));
        return own.take() ? Optional.of(own) : Optional.empty();
    }

    private synchronized Tries tries(Client client) {
        Tries tries = left.computeIfAbsent(client, one -> new Tries(new Bucket(ALLOWED, nanoTime), new HashMap<>()));
        if (left.size() > MOST_CLIENTS) {
            left.remove(left.keySet().iterator().next());
        }
        return tries;
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
