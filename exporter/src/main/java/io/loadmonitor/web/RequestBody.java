package io.loadmonitor.web;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Reads bodies within limits of size, time and number, so that no client holds the server's memory or its threads. Safe
 * for use by several threads.
 */
final class RequestBody {
    /** More than any Alertmanager needs for its largest message, far less than a client that sends a byte a second. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Fewer than there are threads: a slow sender must not keep Prometheus from its scrape. */
    private static final int MAX_AT_ONCE = 4;

    private static final int MAX_WAIT_SECONDS = 1;

    /**
     * How much of a body that is too large is read and thrown away, so that its sender sees the answer and not a reset.
     */
    private static final int DRAIN_FACTOR = 8;

    private final int maxBytes;
    private final LongSupplier nanoTime;
    private final Semaphore places = new Semaphore(MAX_AT_ONCE, true);

    RequestBody(int maxBytes, LongSupplier nanoTime) {
        this.maxBytes = maxBytes;
        this.nanoTime = nanoTime;
    }

    /**
     * The whole body. Refuses one that is too large, too slow, or that comes while too many others do, or not at all.
     */
    byte[] read(Context context) {
        if (!enter()) {
            throw new Refusal(
                    503,
                    "busy",
                    "Too many requests with a body at once. Try again in a second.",
                    Map.of("Retry-After", "1"));
        }
        try {
            return readWithinLimits(context);
        } catch (IOException e) {
            // The client's fault and nobody's news: it is gone, or fell silent.
            throw new Refusal(
                    400, "cut_off", "The connection ended before the body did.", Map.of("Connection", "close"));
        } finally {
            places.release();
        }
    }

    private byte[] readWithinLimits(Context context) throws IOException {
        long deadline = nanoTime.getAsLong() + MAX_NANOS;
        boolean waitsForContinue = context.header("Expect") != null;
        if (waitsForContinue && context.req().getContentLengthLong() > maxBytes) {
            throw tooLarge();
        }
        InputStream in = context.req().getInputStream();
        ByteArrayOutputStream body = new ByteArrayOutputStream(4096);
        byte[] chunk = new byte[8192];
        long total = 0;
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
            total += n;
            if (total <= maxBytes) {
                body.write(chunk, 0, n);
            } else if (total > (long) maxBytes * DRAIN_FACTOR) {
                break;
            }
            if (nanoTime.getAsLong() - deadline > 0) {
                throw new Refusal(
                        408,
                        "too_slow",
                        "The body took longer than " + TimeUnit.NANOSECONDS.toSeconds(MAX_NANOS)
                                + " seconds to arrive.",
                        Map.of("Connection", "close"));
            }
        }
        if (total > maxBytes) {
            throw tooLarge();
        }
        return body.toByteArray();
    }

    private Refusal tooLarge() {
        return new Refusal(
                413, "too_large", "The body is larger than " + maxBytes + " bytes.", Map.of("Connection", "close"));
    }

    private boolean enter() {
        try {
            return places.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
