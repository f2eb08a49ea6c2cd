package io.loadmonitor.web.view;

import io.loadmonitor.archive.IncidentAlert;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An alert of an incident.
 *
 * @param state {@code firing}, or how its end is known
 * @param note why it has no dump of its own
 * @param graph the expression in Prometheus
 * @param alertmanager that sent it
 */
public record AlertRow(
        String name,
        boolean firing,
        String state,
        Moment started,
        Optional<Moment> ended,
        String rule,
        Optional<Long> dump,
        Optional<String> note,
        List<Fact> labels,
        List<Annotation> annotations,
        Optional<WebLink> graph,
        Optional<WebLink> alertmanager) {
    public AlertRow {
        labels = List.copyOf(labels);
        annotations = List.copyOf(annotations);
    }

    static AlertRow of(IncidentAlert alert) {
        return new AlertRow(
                name(alert),
                alert.endedAt().isEmpty(),
                alert.endReason().map(EndWords::of).orElse("firing"),
                Moment.of(alert.startsAt()),
                alert.endedAt().map(Moment::of),
                VisibleText.of(alert.rule()),
                alert.dumpId().isPresent() ? Optional.of(alert.dumpId().getAsLong()) : Optional.empty(),
                alert.note().map(VisibleText::of),
                new TreeMap<>(alert.labels())
                        .entrySet().stream()
                                .map(label ->
                                        new Fact(VisibleText.of(label.getKey()), VisibleText.of(label.getValue())))
                                .toList(),
                new TreeMap<>(alert.annotations())
                        .entrySet().stream()
                                .map(annotation -> Annotation.of(annotation.getKey(), annotation.getValue()))
                                .toList(),
                alert.generatorUrl().flatMap(WebLink::of),
                alert.externalUrl().flatMap(WebLink::of));
    }

    static String name(IncidentAlert alert) {
        return alert.name().isEmpty() ? "alert without a name" : VisibleText.of(alert.name());
    }
}
