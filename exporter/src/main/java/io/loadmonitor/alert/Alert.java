package io.loadmonitor.alert;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One alert of a webhook message. Alertmanager sends each at least once, and pairs of Alertmanagers send it twice on
 * purpose: (fingerprint, startsAt) names it.
 *
 * @param fingerprint of its labels, 16 hexadecimal digits as Alertmanager prints them
 * @param status firing or resolved, decided for each alert: resolved ones ride inside firing messages
 * @param labels with {@code alertname}
 * @param annotations summary, description, runbook_url, ...
 * @param startsAt when it began to fire
 * @param endsAt when it was resolved; empty while it fires
 * @param generatorUrl the expression in Prometheus
 */
public record Alert(
        String fingerprint,
        Status status,
        Map<String, String> labels,
        Map<String, String> annotations,
        Instant startsAt,
        Optional<Instant> endsAt,
        Optional<String> generatorUrl) {

    public Alert {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }

    /** The label {@code alertname}; empty text where the alert has none. */
    public String name() {
        return labels.getOrDefault("alertname", "");
    }

    /** Whether the alert's condition holds. */
    public enum Status {
        FIRING,
        RESOLVED
    }
}
