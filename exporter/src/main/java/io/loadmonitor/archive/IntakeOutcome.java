package io.loadmonitor.archive;

import io.loadmonitor.alert.Alert;
import java.util.OptionalLong;

/**
 * What became of one alert of a message.
 *
 * @param incidentId the incident that the alert opened, belongs to, or closed
 * @param dumpId the capture that was asked for because of it
 * @param detail one sentence for people
 */
public record IntakeOutcome(Alert alert, Outcome outcome, OptionalLong incidentId, OptionalLong dumpId, String detail) {
    /** Whether something was stored that was not stored before. */
    public boolean stored() {
        return switch (outcome) {
            case NEW -> true;
            case RESOLVED -> incidentId.isPresent();
            case KNOWN, NO_RULE -> false;
        };
    }

    /** The value of the {@code outcome} label of {@code load_monitor_alerts_total}, in lower case. */
    public enum Outcome {
        /** Opened an incident. */
        NEW,
        /** Said what was known: a firing alert whose incident exists, or a resolved one whose incident is closed. */
        KNOWN,
        /** Resolved; closed its incident if there was one. Triggers nothing. */
        RESOLVED,
        /** Firing, but no rule wants it: nothing is stored. */
        NO_RULE
    }
}
