package io.loadmonitor.web;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is: each {@link Lane} answers so many requests at a time, and so many of one client. Others wait for a
 * bounded time, in the order in which they came, and hold no thread meanwhile. Jetty's QoSHandler does the same without
 * a share for each client. Safe for use by several threads; what it calls back may take locks of its own.
 */
final class Turns {
    /** Longer than a page takes; short enough that whoever asks is still there. */
    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Map<Lane, State> lanes = new EnumMap<>(Lane.class);
    private final LongSupplier nanoTime;

    Turns(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        for (Lane lane : Lane.values()) {
            lanes.put(lane, new State());
        }
    }

    /** What becomes of a request that had to wait; exactly one of these is called, once. */
    interface Waiting {
        void begin();

        void refuse();
    }

    private record Entry(Client client, Waiting waiting, long sinceNanos) {}

    private static final class State {
        private final Map<Client, Integer> running = new HashMap<>();
        private final Deque<Entry> waiting = new ArrayDeque<>();
        private int places;
    }

    /**
     * Asks for a place.
     *
     * @return true when there is one: it is to be given back by {@link #leave}; false when the request waits, or was
     *     refused in this call since too many do
     */
    boolean enter(Lane lane, Client client, Waiting waiting) {
        synchronized (this) {
            State state = state(lane);
            if (mayRun(lane, state, client)) {
                take(state, client);
                return true;
            }
            long ofThisClient = state.waiting.stream()
                    .filter(entry -> entry.client().equals(client))
                    .count();
            if (state.waiting.size() < Lane.MOST_WAITING && ofThisClient < Lane.MOST_WAITING_OF_ONE) {
                state.waiting.add(new Entry(client, waiting, nanoTime.getAsLong()));
                return false;
            }
        }
        waiting.refuse();
        return false;
    }

    /** Gives a place back. The one that has waited longest of those whose client may have it begins. */
    void leave(Lane lane, Client client) {
        Waiting next;
        synchronized (this) {
            State state = state(lane);
            state.places--;
            state.running.computeIfPresent(client, (one, count) -> count > 1 ? count - 1 : null);
            next = next(lane, state);
        }
        if (next != null) {
            next.begin();
        }
    }

    /** Refuses those that have waited too long. */
    void sweep() {
        List<Waiting> expired = new ArrayList<>();
        synchronized (this) {
            long now = nanoTime.getAsLong();
            for (State state : lanes.values()) {
                state.waiting.removeIf(entry -> {
                    boolean tooLong = now - entry.sinceNanos() > MAX_WAIT_NANOS;
                    if (tooLong) {
                        expired.add(entry.waiting());
                    }
                    return tooLong;
                });
            }
        }
        expired.forEach(Waiting::refuse);
    }

    private State state(Lane lane) {
        State state = lanes.get(lane);
        if (state == null) {
            throw new IllegalStateException("no lane " + lane);
        }
        return state;
    }

    private static boolean mayRun(Lane lane, State state, Client client) {
        return state.places < lane.places() && state.running.getOrDefault(client, 0) < lane.placesOfOne();
    }

    private static void take(State state, Client client) {
        state.places++;
        state.running.merge(client, 1, Integer::sum);
    }

    private static @Nullable Waiting next(Lane lane, State state) {
        for (Iterator<Entry> i = state.waiting.iterator(); i.hasNext(); ) {
            Entry entry = i.next();
            if (mayRun(lane, state, entry.client())) {
                i.remove();
                take(state, entry.client());
                return entry.waiting();
            }
        }
        return null;
    }
}
