package io.loadmonitor.web;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Takes bodies in before their request is handled, as they come and without a thread that waits for them, within limits
 * of size, time and memory. However many clients send slowly, they hold a connection each and nothing else. Jetty's
 * EagerContentHandler reads ahead too, but by whole buffers and without these limits. Safe for use by several threads.
 */
final class RequestBodies {
    private static final String ATTRIBUTE = RequestBodies.class.getName();

    /** More than any Alertmanager needs for its largest message, far less than a client that sends a byte a second. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** All bodies together may take the memory of so many of the largest. */
    private static final int MOST_LARGEST = 4;

    /**
     * How much of a body that is too large is read and thrown away, so that its sender sees the answer and not a reset.
     */
    private static final int DRAIN_FACTOR = 8;

    private final int maxBytes;
    private final LongSupplier nanoTime;

    /** Under way. Guarded by this. */
    private final Set<Arrival> arrivals = new HashSet<>();

    /** Of bodies that arrive and of those that are handled. Guarded by this. */
    private long heldBytes;

    RequestBodies(int maxBytes, LongSupplier nanoTime) {
        this.maxBytes = maxBytes;
        this.nanoTime = nanoTime;
    }

    /**
     * The body of a request that {@link #take} was called for.
     *
     * @throws Refusal where it was too large, too slow or cut off, or there was no memory for it
     */
    static byte[] of(Context context) {
        Object taken = context.req().getAttribute(ATTRIBUTE);
        if (taken instanceof Refusal refusal) {
            throw refusal;
        }
        if (taken instanceof byte[] body) {
            return body;
        }
        throw new IllegalStateException("the body of " + context.path() + " was not taken in");
    }

    /** Whether there is a body of this request to be handled, and not a reason to refuse it. */
    static boolean arrived(Request request) {
        return request.getAttribute(ATTRIBUTE) instanceof byte[];
    }

    /**
     * Reads the body.
     *
     * @param executor for what follows when another thread ends the reading
     * @param then is run once, when the body is there or is given up
     */
    void take(Request request, Executor executor, Runnable then) {
        Arrival arrival = new Arrival(request, executor, then, nanoTime.getAsLong());
        boolean waitsForContinue = request.getHeaders().contains(HttpHeader.EXPECT);
        if (waitsForContinue && request.getLength() > maxBytes) {
            request.setAttribute(ATTRIBUTE, tooLarge());
            then.run();
            return;
        }
        Request.addCompletionListener(request, fault -> forget(arrival));
        synchronized (this) {
            arrivals.add(arrival);
        }
        arrival.run();
    }

    /** Gives up on bodies that have taken too long. */
    void sweep() {
        long now = nanoTime.getAsLong();
        List<Arrival> slow = new ArrayList<>();
        synchronized (this) {
            arrivals.stream().filter(one -> now - one.sinceNanos > MAX_NANOS).forEach(slow::add);
        }
        slow.forEach(one -> one.endElsewhere(tooSlow()));
    }

    private synchronized void forget(Arrival arrival) {
        arrivals.remove(arrival);
        heldBytes -= arrival.held;
        arrival.held = 0;
    }

    /** Counts what came; where memory is short, the body that has been under way longest gives way. */
    private @Nullable Arrival grow(Arrival arrival, int bytes) {
        synchronized (this) {
            arrival.held += bytes;
            heldBytes += bytes;
            boolean tooMuch = heldBytes > (long) MOST_LARGEST * maxBytes;
            return tooMuch
                    ? arrivals.stream()
                            .min(Comparator.comparingLong(one -> one.sinceNanos - arrival.sinceNanos))
                            .orElse(null)
                    : null;
        }
    }

    /** Whether this call ended it: whoever does says what follows. */
    private synchronized boolean end(Arrival arrival) {
        return arrivals.remove(arrival);
    }

    private Refusal tooLarge() {
        return new Refusal(
                413, "too_large", "The body is larger than " + maxBytes + " bytes.", Map.of("Connection", "close"));
    }

    private static Refusal tooSlow() {
        return new Refusal(
                408,
                "too_slow",
                "The body took longer than " + TimeUnit.NANOSECONDS.toSeconds(MAX_NANOS) + " seconds to arrive.",
                Map.of("Connection", "close"));
    }

    private static Refusal busy() {
        return new Refusal(
                503,
                "busy",
                "Too many requests with a body at once. Try again in a second.",
                Map.of("Retry-After", "1", "Connection", "close"));
    }

    /** The client's fault and nobody's news: it is gone, or fell silent. */
    private static Refusal cutOff() {
        return new Refusal(400, "cut_off", "The connection ended before the body did.", Map.of("Connection", "close"));
    }

    /** One body under way. Run when something of it is there, by one thread at a time. */
    private final class Arrival implements Runnable {
        private final Request request;
        private final Executor executor;
        private final Runnable then;
        private final long sinceNanos;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream(1024);
        private long total;
        private long held;

        Arrival(Request request, Executor executor, Runnable then, long sinceNanos) {
            this.request = request;
            this.executor = executor;
            this.then = then;
            this.sinceNanos = sinceNanos;
        }

        @Override
        public void run() {
            while (underWay()) {
                Content.Chunk chunk = request.read();
                if (chunk == null) {
                    request.demand(this);
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    end(cutOff());
                    return;
                }
                add(chunk);
                boolean last = chunk.isLast();
                chunk.release();
                if (last) {
                    end(total > maxBytes ? tooLarge() : body.toByteArray());
                } else if (total > (long) maxBytes * DRAIN_FACTOR) {
                    end(tooLarge());
                } else if (nanoTime.getAsLong() - sinceNanos > MAX_NANOS) {
                    end(tooSlow());
                }
            }
        }

        private boolean underWay() {
            synchronized (RequestBodies.this) {
                return arrivals.contains(this);
            }
        }

        private void add(Content.Chunk chunk) {
            int bytes = chunk.remaining();
            total += bytes;
            if (total > maxBytes) {
                return;
            }
            byte[] copy = new byte[bytes];
            chunk.getByteBuffer().get(copy);
            body.write(copy, 0, bytes);
            Arrival oldest = grow(this, bytes);
            if (oldest != null) {
                oldest.endElsewhere(busy());
            }
        }

        private void end(Object taken) {
            if (RequestBodies.this.end(this)) {
                request.setAttribute(ATTRIBUTE, taken);
                then.run();
            }
        }

        /** From any thread: this one may be about to run. */
        void endElsewhere(Refusal refusal) {
            if (RequestBodies.this.end(this)) {
                forget(this);
                request.setAttribute(ATTRIBUTE, refusal);
                executor.execute(then);
            }
        }
    }
}
