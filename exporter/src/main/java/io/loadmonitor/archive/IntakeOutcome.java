package io.loadmonitor.archive;

import io.loadmonitor.alert.Alert;
import java.util.OptionalLong;

/**
 * What became of one alert of a message.
 *
 * @param incidentId the incident that the alert belongs to
 * @param dumpId the capture that was asked for because of it, or that it shares
 * @param detail one sentence for people
 */
public record IntakeOutcome(Alert alert, Outcome outcome, OptionalLong incidentId, OptionalLong dumpId, String detail) {
    /** Whether something was stored that was not stored before. */
    public boolean stored() {
        return switch (outcome) {
            case NEW, RESOLVED -> true;
            case KNOWN, NO_RULE, FOREIGN -> false;
        };
    }

    /** The value of the {@code outcome} label of {@code load_monitor_alerts_total}, in lower case. */
    public enum Outcome {
        /** An alert that was not known fires: it began an incident, or joined the one of its time. */
        NEW,
        /** Said what was known: that it fires, or that it has ended. */
        KNOWN,
        /** It has ended; that triggers nothing. */
        RESOLVED,
        /** No rule wants it: nothing is stored. */
        NO_RULE,
        /** It names another host, and such alerts are refused: nothing is stored. */
        FOREIGN
    }
}
