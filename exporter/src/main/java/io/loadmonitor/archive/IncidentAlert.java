package io.loadmonitor.archive;

import io.loadmonitor.incident.EndReason;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An alert of an incident.
 *
 * @param id of its spell
 * @param name label alertname
 * @param fingerprint of the alert's labels; with {@code startsAt} it names the alert
 * @param endedAt empty while it fires
 * @param endReason how that is known
 * @param receivedAt when the first message with it was stored
 * @param heardAt when a message last said that it fires; empty when only its end was heard of
 * @param rule the rule that wanted it
 * @param dumpId the dump that was asked for because of it, or that it shares with another alert
 * @param note why it has no dump of its own, for people
 * @param generatorUrl the expression in Prometheus
 * @param externalUrl the Alertmanager that sent it
 */
public record IncidentAlert(
        long id,
        String name,
        String fingerprint,
        Map<String, String> labels,
        Map<String, String> annotations,
        Instant startsAt,
        Optional<Instant> endedAt,
        Optional<EndReason> endReason,
        Instant receivedAt,
        Optional<Instant> heardAt,
        String rule,
        OptionalLong dumpId,
        Optional<String> note,
        Optional<String> generatorUrl,
        Optional<String> externalUrl) {
    public IncidentAlert {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }
}
