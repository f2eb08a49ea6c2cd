package io.loadmonitor.guard;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Tokens that come back one by one. Safe for use by several threads. */
public final class Bucket {
    private final int size;
    private final long intervalNanos;
    private final LongSupplier nanoTime;

    /** Guarded by this, as all below. */
    private int tokens;

    /** Since when the next token is on its way. */
    private long sinceNanos;

    /** A full one. */
    public Bucket(RateLimit rate, LongSupplier nanoTime) {
        this.size = rate.burst();
        this.intervalNanos = rate.interval().toNanos();
        this.nanoTime = nanoTime;
        this.tokens = size;
        this.sinceNanos = nanoTime.getAsLong();
    }

    /** Takes a token; false when there is none. */
    public synchronized boolean take() {
        fill();
        if (tokens == 0) {
            return false;
        }
        tokens--;
        return true;
    }

    /** Puts back one that was taken and not used. */
    public synchronized void putBack() {
        fill();
        tokens = Math.min(size, tokens + 1);
    }

    /** Until there is a token; zero when there is one. */
    public synchronized Duration untilNext() {
        fill();
        return tokens > 0
                ? Duration.ZERO
                : Duration.ofNanos(Math.max(1, sinceNanos + intervalNanos - nanoTime.getAsLong()));
    }

    private void fill() {
        long now = nanoTime.getAsLong();
        if (tokens == size) {
            sinceNanos = now;
            return;
        }
        long come = (now - sinceNanos) / intervalNanos;
        if (come >= size - tokens) {
            tokens = size;
            sinceNanos = now;
        } else {
            tokens += (int) come;
            sinceNanos += come * intervalNanos;
        }
    }
}
