package io.loadmonitor.incident;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Something that was heard of and may mean something for incidents. */
public sealed interface Event {
    /** By the exporter's clock. */
    Instant at();

    /**
     * A message says that an alert fires.
     *
     * @param instance label instance; empty where there is none
     * @param foreign whether that names another host
     */
    record Fires(AlertKey alert, String instance, boolean foreign, Instant at) implements Event {}

    /**
     * A message says that an alert ended.
     *
     * @param end as the message tells it
     */
    record Resolves(AlertKey alert, String instance, boolean foreign, Instant end, Instant at) implements Event {}

    /**
     * A dump that nobody asked for was read: the module or the exporter took it because the load crossed a level.
     *
     * @param taken by the dump's own time
     * @param level the 1-minute load that it was compared with
     * @param activeLevel the number of active tasks that it was compared with
     */
    record Crossed(long dump, Instant taken, OptionalDouble level, OptionalInt activeLevel, Instant at)
            implements Event {}

    /**
     * A dump was read that was asked for.
     *
     * @param spell of the alert that asked for it; empty when a person did
     */
    record Taken(long dump, Instant taken, Optional<Long> spell, Instant at) implements Event {}

    /** Load ticks, oldest first; ones that were given before change nothing. */
    record Ticked(List<Tick> ticks, Instant at) implements Event {
        public Ticked {
            ticks = List.copyOf(ticks);
        }
    }

    /**
     * Time passed.
     *
     * @param quietSince since when the load has been below every level, without a gap in what is known; empty while it
     *     is not, or not known
     * @param evenSince when the clock last jumped: before that it said nothing of how long ago it was; empty where no
     *     jump is known
     */
    record Passed(Optional<Instant> quietSince, Optional<Instant> evenSince, Instant at) implements Event {}
}
