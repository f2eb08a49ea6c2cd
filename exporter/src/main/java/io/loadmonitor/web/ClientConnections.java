package io.loadmonitor.web;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;

/**
 * Who may have how many connections, and for how long. A client has a share, and places are kept for this host's own.
 * Where there are too many, the one goes that has been idle longest: none is refused because others came first. A
 * connection that asks nothing, asks slowly, or does not take its answer ends. Jetty's NetworkConnectionLimit stops
 * accepting instead, whoever it is that has all connections. Safe for use by several threads.
 */
final class ClientConnections implements Connection.Listener {
    /** Until its first request is there, and between the first byte of a later one's header and the last. */
    private static final long MAX_ASKING_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** A connection younger than this is not thought to be idle: its request is on the way. */
    private static final long YOUNG_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Of an answer that waits for its reader, in any time of {@link #LOOKED_AT_NANOS}. */
    private static final long LEAST_BYTES_PER_SECOND = 8 * 1024;

    private static final long LOOKED_AT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** That rest, of one client: Prometheus and Alertmanager keep one or two. */
    private static final int MOST_KNOWN = 8;

    /** In the order in which connections give way. */
    private enum Rank {
        /** Asks nothing. */
        SILENT,
        RESTING,
        /** Has begun to ask. */
        SLOW,
        /** Asks nothing yet, for it is new. */
        FRESH,
        SENDING_BODY,
        /** Has begun to ask or to send a moment ago. */
        PROMPT,
        KNOWN,
        TAKING_ANSWER,
        /** Is being answered: it does not give way. */
        NEVER
    }

    /** What a connection is doing. */
    enum Phase {
        /** It has not asked anything yet. */
        NEW,
        /** Between two requests. */
        RESTING,
        /** The same, where the one before was of Prometheus, Alertmanager or a health check. */
        KNOWN,
        /** The body of its request arrives. */
        SENDING_BODY,
        /** Its request waits for its turn, or is being answered. */
        ANSWERED,
        /** The answer is complete, and held until the client takes it. */
        TAKING_ANSWER
    }

    /**
     * The largest numbers of connections.
     *
     * @param all of everybody
     * @param remote of all clients that are not on this host
     * @param ofOne of one client
     */
    record Limits(int all, int remote, int ofOne) {}

    private final Limits limits;
    private final LongSupplier nanoTime;

    /** Guarded by this, as all that is in it. */
    private final Map<Connection, Seat> seats = new LinkedHashMap<>();

    ClientConnections(Limits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
    }

    @Override
    public void onOpened(Connection connection) {
        if (connection instanceof SslConnection) {
            // The one of HTTP within it opens with it, and is the one that asks.
            return;
        }
        Optional<Seat> leaving;
        synchronized (this) {
            Seat opened =
                    new Seat(connection, Client.of(connection.getEndPoint().getRemoteSocketAddress()), now());
            seats.put(connection, opened);
            leaving = crowd(opened).map(crowd -> firstToGo(crowd, opened));
            leaving.ifPresent(seat -> seats.remove(seat.connection));
        }
        leaving.ifPresent(Seat::close);
    }

    @Override
    public void onClosed(Connection connection) {
        synchronized (this) {
            seats.remove(connection);
        }
    }

    /** Says what a connection does from now on. */
    void doing(Connection connection, Phase phase) {
        synchronized (this) {
            Seat seat = seats.get(connection);
            if (seat != null) {
                seat.enter(phase, now());
            }
        }
    }

    synchronized int count() {
        return seats.size();
    }

    /** Ends those that ask nothing, ask slowly, or do not take their answers. */
    void sweep() {
        List<Seat> leaving = new ArrayList<>();
        synchronized (this) {
            long now = now();
            seats.values().removeIf(seat -> {
                boolean over = seat.isOver(now);
                if (over) {
                    leaving.add(seat);
                }
                return over;
            });
        }
        leaving.forEach(Seat::close);
    }

    private long now() {
        return nanoTime.getAsLong();
    }

    /** Among whom one must go, now that this one has come; empty when there is room. */
    private Optional<Predicate<Seat>> crowd(Seat opened) {
        Map<Client, Integer> counts = new HashMap<>();
        seats.values().forEach(seat -> counts.merge(seat.client, 1, Integer::sum));
        int remote = counts.entrySet().stream()
                .filter(entry -> !entry.getKey().local())
                .mapToInt(Map.Entry::getValue)
                .sum();
        if (counts.getOrDefault(opened.client, 0) > limits.ofOne()) {
            return Optional.of(seat -> seat.client.equals(opened.client));
        }
        if (remote > limits.remote()) {
            return Optional.of(greediest(counts, client -> !client.local()));
        }
        return seats.size() > limits.all() ? Optional.of(greediest(counts, client -> true)) : Optional.empty();
    }

    /** The clients that have the most connections. */
    private static Predicate<Seat> greediest(Map<Client, Integer> counts, Predicate<Client> among) {
        int most = counts.entrySet().stream()
                .filter(entry -> among.test(entry.getKey()))
                .mapToInt(Map.Entry::getValue)
                .max()
                .orElse(0);
        return seat -> among.test(seat.client) && counts.getOrDefault(seat.client, 0) == most;
    }

    /** The one that came goes only where all others are being answered. */
    private Seat firstToGo(Predicate<Seat> crowd, Seat opened) {
        Map<Client, Integer> known = new HashMap<>();
        seats.values().stream()
                .filter(seat -> seat.phase == Phase.KNOWN)
                .forEach(seat -> known.merge(seat.client, 1, Integer::sum));
        long now = now();
        Comparator<Seat> order = Comparator.comparing(
                        (Seat seat) -> seat.phase == Phase.KNOWN && known.getOrDefault(seat.client, 0) > MOST_KNOWN
                                ? Rank.RESTING
                                : seat.rank(now))
                .thenComparing(seat -> seat.sinceNanos - now);
        Seat first = opened;
        do {
            first = seats.values().stream()
                    .filter(seat -> seat != opened && crowd.test(seat) && seat.rank(now) != Rank.NEVER)
                    .min(order)
                    .orElse(opened);
            // What it asks may be there and not read yet.
        } while (first.hasAskedUnheard());
        return first;
    }

    private static final class Seat {
        private final Connection connection;
        private final Client client;
        private Phase phase = Phase.NEW;
        private long sinceNanos;

        /** When new: bytes of it were there, read or not. */
        private boolean heard;

        /** When resting: what had come in then, and since when more has. */
        private long bytesIn;

        private boolean asking;
        private long askingSinceNanos;

        /** When an answer waits for its reader: what had gone out, and since when it is looked at. */
        private boolean waits;

        private long bytesOut;
        private long waitsSinceNanos;

        Seat(Connection connection, Client client, long now) {
            this.connection = connection;
            this.client = client;
            this.sinceNanos = now;
        }

        void enter(Phase next, long now) {
            phase = next;
            sinceNanos = now;
            bytesIn = connection.getBytesIn();
            asking = false;
        }

        Rank rank(long now) {
            boolean young = now - sinceNanos <= YOUNG_NANOS;
            return switch (phase) {
                case NEW -> {
                    if (heard || connection.getBytesIn() > 0) {
                        yield young ? Rank.PROMPT : Rank.SLOW;
                    }
                    yield young ? Rank.FRESH : Rank.SILENT;
                }
                case RESTING -> Rank.RESTING;
                case KNOWN -> Rank.KNOWN;
                case SENDING_BODY -> young ? Rank.PROMPT : Rank.SENDING_BODY;
                case ANSWERED -> Rank.NEVER;
                case TAKING_ANSWER -> Rank.TAKING_ANSWER;
            };
        }

        /** Looks once whether something came of a connection that seems to have asked nothing. */
        boolean hasAskedUnheard() {
            if (phase != Phase.NEW || heard || connection.getBytesIn() > 0) {
                return false;
            }
            try {
                Object transport = connection.getEndPoint().getTransport();
                if (transport instanceof EndPoint below) {
                    // TLS lies between.
                    transport = below.getTransport();
                }
                heard = transport instanceof SocketChannel channel
                        && channel.socket().getInputStream().available() > 0;
            } catch (IOException closed) {
                heard = false;
            }
            return heard;
        }

        boolean isOver(long now) {
            return switch (phase) {
                case NEW -> now - sinceNanos > MAX_ASKING_NANOS;
                case RESTING, KNOWN -> asksSlowly(now);
                case SENDING_BODY -> false;
                case ANSWERED, TAKING_ANSWER -> readsSlowly(now);
            };
        }

        private boolean asksSlowly(long now) {
            if (!asking && connection.getBytesIn() != bytesIn) {
                asking = true;
                askingSinceNanos = now;
            }
            return asking && now - askingSinceNanos > MAX_ASKING_NANOS;
        }

        private boolean readsSlowly(long now) {
            EndPoint endPoint = connection.getEndPoint();
            boolean pending = endPoint instanceof AbstractEndPoint one
                    && one.getWriteFlusher().isPending();
            if (!pending) {
                waits = false;
                return false;
            }
            long out = connection.getBytesOut();
            long looked = now - waitsSinceNanos;
            if (waits && looked <= LOOKED_AT_NANOS) {
                return false;
            }
            if (waits && out - bytesOut < LEAST_BYTES_PER_SECOND * TimeUnit.NANOSECONDS.toSeconds(looked)) {
                return true;
            }
            waits = true;
            bytesOut = out;
            waitsSinceNanos = now;
            return false;
        }

        void close() {
            connection.getEndPoint().close();
        }
    }
}
