package io.loadmonitor.archive;

import io.loadmonitor.incident.DumpWindow;
import java.time.Duration;
import java.util.Optional;

/**
 * How many captures a host takes on, whatever asks for them. What rules allow, {@link RoutedAlert.Route} has.
 *
 * @param waiting captures that may wait for their turn, 1 or more
 * @param dumps that alerts, incidents and the exporter's own triggers may ask for together; empty for any number
 * @param manual that people may ask for; empty for any number
 * @param manualSpacing least time between two that people ask for, 0 or more
 */
public record CaptureLimits(
        int waiting, Optional<DumpWindow> dumps, Optional<DumpWindow> manual, Duration manualSpacing) {
    /** A dump a minute goes on for good; far more than an incident gets, and than a person asks for. */
    public static final CaptureLimits DEFAULT = new CaptureLimits(
            1000,
            Optional.of(new DumpWindow(60, Duration.ofHours(1))),
            Optional.of(new DumpWindow(240, Duration.ofHours(1))),
            Duration.ofSeconds(1));

    public CaptureLimits {
        if (waiting < 1) {
            throw new IllegalArgumentException("waiting is " + waiting + ", but must be 1 or more");
        }
        if (manualSpacing.isNegative()) {
            throw new IllegalArgumentException("manualSpacing is " + manualSpacing + ", but must be 0 or more");
        }
    }

    public CaptureLimits withWaiting(int other) {
        return new CaptureLimits(other, dumps, manual, manualSpacing);
    }

    public CaptureLimits withDumps(Optional<DumpWindow> other) {
        return new CaptureLimits(waiting, other, manual, manualSpacing);
    }
}
