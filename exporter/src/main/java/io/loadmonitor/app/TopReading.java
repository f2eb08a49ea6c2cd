package io.loadmonitor.app;

import io.loadmonitor.sample.LoadMoment;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@code top} shows of one moment.
 *
 * @param load parts by its 1-minute average, and of whose host
 * @param active by the kernel's count at the last load tick
 * @param causes what the ids of the causes stand for
 * @param fault why it is older than it should be, in a sentence without a full stop
 */
record TopReading(Instant at, LoadMoment load, OptionalInt active, Map<String, String> causes, Optional<String> fault) {
    TopReading {
        causes = Map.copyOf(causes);
    }

    TopReading withFault(Optional<String> why) {
        return new TopReading(at, load, active, causes, why);
    }
}
