package io.loadmonitor.incident;

import java.time.Instant;
import java.util.Optional;

/**
 * A dump and where it belongs.
 *
 * @param spell the alert that asked for it, or the load that it tells of; empty when a person asked
 * @param incident empty when a person asked for it outside of every incident
 */
public record PlacedDump(long id, Instant taken, Optional<Long> spell, Optional<Long> incident) {
    PlacedDump withIncident(Optional<Long> other) {
        return new PlacedDump(id, taken, spell, other);
    }
}
