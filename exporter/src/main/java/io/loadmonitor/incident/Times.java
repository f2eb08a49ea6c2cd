package io.loadmonitor.incident;

import java.time.Instant;

/** The earlier and the later of two times. */
final class Times {
    private Times() {}

    static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
