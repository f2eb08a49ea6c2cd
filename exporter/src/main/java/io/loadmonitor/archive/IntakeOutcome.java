package io.loadmonitor.archive;

import io.loadmonitor.alert.Alert;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What became of one alert of a message.
 *
 * @param incidentId the incident that the alert belongs to
 * @param dumpId the capture that was asked for because of it, or that it shares
 * @param withoutDump why a new alert that fires did not ask for a dump of its own; empty where it did, and of every
 *     other alert
 * @param detail one sentence for people
 * @param refusal what refused its dump; empty where nothing did
 */
public record IntakeOutcome(
        Alert alert,
        Outcome outcome,
        OptionalLong incidentId,
        OptionalLong dumpId,
        Optional<WithoutDump> withoutDump,
        String detail,
        Optional<Refusal> refusal) {
    /** Whether something was stored that was not stored before. */
    public boolean stored() {
        return switch (outcome) {
            case NEW, RESOLVED -> true;
            case KNOWN, NO_RULE, FOREIGN -> false;
        };
    }

    /** The value of the {@code reason} label of {@code load_monitor_alerts_without_dump_total}, in lower case. */
    public enum WithoutDump {
        /** Its incident waits for a dump already, and that is its own, too. */
        SHARED,
        /** Its rule had asked for one a moment before; one follows if it still fires then. */
        COOLDOWN,
        /** As many captures wait as are allowed; one follows if it still fires then. */
        QUEUE,
        /** Its rule, or the host, had as many dumps as are allowed within a time; the same. */
        LIMIT
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
