package io.loadmonitor.metrics;

import io.loadmonitor.fleet.FleetException;
import io.loadmonitor.fleet.ShipperState;
import java.time.Clock;
import java.util.Set;
import java.util.function.Supplier;

/** How the shipping to the fleet's store goes. */
final class FleetReader implements FamilyReader {
    private final Supplier<ShipperState> state;
    private final Clock clock;

    FleetReader(Supplier<ShipperState> state, Clock clock) {
        this.state = state;
        this.clock = clock;
    }

    @Override
    public String collector() {
        return "fleet";
    }

    @Override
    public Set<Family> families() {
        return Set.of(Family.FLEET_LAG, Family.FLEET_ROWS, Family.FLEET_FAILURES, Family.FLEET_DROPPED);
    }

    @Override
    public void read(Samples samples) {
        ShipperState now = state.get();
        samples.add(Family.FLEET_LAG, now.lag(clock.instant()).toMillis() / 1e3);
        samples.add(Family.FLEET_ROWS, now.rows());
        for (FleetException.Reason reason : FleetException.Reason.values()) {
            samples.add(Family.FLEET_FAILURES, now.failures().getOrDefault(reason, 0L), reason.word());
        }
        samples.add(Family.FLEET_DROPPED, now.dropped(), "retention");
        samples.add(Family.FLEET_DROPPED, now.refused(), "refused");
    }
}
