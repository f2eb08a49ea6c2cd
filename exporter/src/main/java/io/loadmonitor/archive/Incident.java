package io.loadmonitor.archive;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One alert (fingerprint and startsAt), from its first firing message to its resolved one; or a load that the module
 * saw while no alert held.
 *
 * @param id in the archive
 * @param kind of a LOAD, what an alert would tell (name, fingerprint, labels, annotations, rule) is empty
 * @param alertName label alertname
 * @param fingerprint of the alert's labels
 * @param startedAt the alert's startsAt; of a LOAD, when its first dump was taken
 * @param receivedAt when the first message with it was stored
 * @param endedAt the alert's endsAt once it is resolved; empty while the incident is open; of a LOAD,
 *     when the load was last seen
 * @param since from when on it shows the module's own dumps
 * @param rule the rule that wanted the alert
 * @param dumps how many belong to it, the shared one included
 * @param sharedDumpId another incident's dump that serves this one too, because the rule's cooldown allowed no new one
 * @param foldedInto of a LOAD: the alert's incident that shows its dumps instead; a folded one is on no list
 * @param note why it has no dump of its own, for people
 * @param headline of the dump that tells most: the one taken for the alert, else the shared one, else the newest; empty
 *     before there is one
 */
public record Incident(
        long id,
        String host,
        IncidentKind kind,
        String alertName,
        String fingerprint,
        Map<String, String> labels,
        Map<String, String> annotations,
        Instant startedAt,
        Instant receivedAt,
        Optional<Instant> endedAt,
        Instant since,
        String rule,
        int dumps,
        OptionalLong sharedDumpId,
        OptionalLong foldedInto,
        Optional<String> note,
        Optional<String> headline) {

    public Incident {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }

    public boolean open() {
        return endedAt.isEmpty();
    }
}
