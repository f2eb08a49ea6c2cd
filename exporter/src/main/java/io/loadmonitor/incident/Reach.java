package io.loadmonitor.incident;

import java.time.Instant;
import java.util.Optional;

/**
 * Which incidents an event can concern: those that last at any time of the window, and that of the alert, with the ones
 * of the same fingerprint that began last before it and first after it.
 *
 * @param to empty for no end
 * @param alert that it is about
 * @param spell whose incident it concerns whenever that was
 */
public record Reach(Instant from, Optional<Instant> to, Optional<AlertKey> alert, Optional<Long> spell) {}
