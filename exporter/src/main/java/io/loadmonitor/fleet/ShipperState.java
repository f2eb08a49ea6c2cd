package io.loadmonitor.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * How far the shipping has come. Immutable.
 *
 * @param oldest when the first of what waits was noted, by the wall clock; empty when nothing waits
 * @param waiting dumps and incidents
 * @param rows that the store got from this program since its start, of all kinds
 * @param failures tries that failed since then, by reason
 * @param dropped dumps that the retention deleted before they were shipped, since the archive's first one
 * @param refused what the store would not take, since then
 * @param trouble of the last try; empty when it went well
 */
public record ShipperState(
        Optional<Instant> oldest,
        long waiting,
        long rows,
        Map<FleetException.Reason, Long> failures,
        long dropped,
        long refused,
        Optional<String> trouble) {
    static final ShipperState NONE = new ShipperState(Optional.empty(), 0, 0, Map.of(), 0, 0, Optional.empty());

    public ShipperState {
        failures = Map.copyOf(failures);
    }

    ShipperState waiting(Optional<Instant> oldestNow, long waitingNow, long droppedNow, long refusedNow) {
        return new ShipperState(oldestNow, waitingNow, rows, failures, droppedNow, refusedNow, trouble);
    }

    ShipperState shipped(long more) {
        return new ShipperState(oldest, waiting, rows + more, failures, dropped, refused, Optional.empty());
    }

    ShipperState failed(FleetException failure) {
        Map<FleetException.Reason, Long> counts = new EnumMap<>(FleetException.Reason.class);
        counts.putAll(failures);
        counts.merge(failure.reason(), 1L, Long::sum);
        return new ShipperState(
                oldest, waiting, rows, counts, dropped, refused, Optional.of(String.valueOf(failure.getMessage())));
    }

    /** How long the oldest of what waits has waited; zero when nothing waits. */
    public Duration lag(Instant now) {
        return oldest.map(since -> Duration.between(since, now))
                .filter(lag -> !lag.isNegative())
                .orElse(Duration.ZERO);
    }
}
