package io.loadmonitor.incident;

import java.time.Instant;
import java.util.Optional;

/**
 * A time of which something tells that the host was in trouble: an alert that fired, or a load that was seen without
 * one. Spells whose times meet are one incident. Immutable.
 */
public sealed interface Spell permits AlertSpell, LoadSpell {
    /** Its number; grows with the order in which spells are first heard of, and never changes. */
    long id();

    /** The number of its incident: the smallest of the numbers of the spells that belong together. */
    long incident();

    Spell withIncident(long other);

    Instant from();

    /** When it ended, never before {@link #from}; empty while it lasts. */
    Optional<Instant> to();
}
