package io.loadmonitor.web;

import java.time.Duration;
import java.time.Instant;

/** The stretch of time that a question about a fleet is about. */
record FleetTime(Instant from, Instant to) {
    /** Longer ones would read very many days. */
    static final Duration LONGEST = Duration.ofDays(100);

    /**
     * By the parameters from and to.
     *
     * @param usual how long it is where {@code from} is not given
     */
    static FleetTime of(QueryParameters parameters, Instant now, Duration usual) {
        Instant to = parameters.time("to").orElse(now);
        Instant from = parameters.time("from").orElseGet(() -> to.minus(usual));
        if (!from.isBefore(to)) {
            throw Refusal.badParameter("\"from\" (" + from + ") must be before \"to\" (" + to + ").");
        }
        if (Duration.between(from, to).compareTo(LONGEST) > 0) {
            throw Refusal.badParameter("\"from\" and \"to\" are more than " + LONGEST.toDays() + " days apart.");
        }
        return new FleetTime(from, to);
    }

    /** Minutes for each of some 200 points. */
    int stepMinutes() {
        return (int) Math.max(1, Duration.between(from, to).toMinutes() / 200);
    }
}
