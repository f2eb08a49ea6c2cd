package io.loadmonitor.web.view;

import io.loadmonitor.archive.IncidentAlert;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An alert of an incident.
 *
 * @param state {@code firing}, or how its end is known
 * @param note why it has no dump of its own
 * @param graph the expression in Prometheus
 * @param alertmanager that sent it
 * @param silence its form for a silence of this alert, filled in
 * @param annotations the summary first, then the description
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
        Optional<WebLink> alertmanager,
        Optional<WebLink> silence) {
    private static final List<String> FIRST = List.of("summary", "description");

    private static final Comparator<Map.Entry<String, String>> ANNOTATIONS = Comparator.comparingInt(
                    (Map.Entry<String, String> annotation) ->
                            FIRST.contains(annotation.getKey()) ? FIRST.indexOf(annotation.getKey()) : FIRST.size())
            .thenComparing(Map.Entry.comparingByKey());

    public AlertRow {
        labels = List.copyOf(labels);
        annotations = List.copyOf(annotations);
    }

    static AlertRow of(IncidentAlert alert, long incident) {
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
                alert.annotations().entrySet().stream()
                        .sorted(ANNOTATIONS)
                        .map(annotation -> Annotation.of(annotation.getKey(), annotation.getValue()))
                        .toList(),
                alert.generatorUrl().flatMap(WebLink::of),
                alert.externalUrl().flatMap(WebLink::of),
                alert.externalUrl().flatMap(url -> silence(url, alert.labels(), incident)));
    }

    /** As Alertmanager's own page makes it: each label is a matcher. */
    private static Optional<WebLink> silence(String alertmanager, Map<String, String> labels, long incident) {
        if (WebLink.of(alertmanager).isEmpty() || alertmanager.contains("#") || alertmanager.contains("?")) {
            return Optional.empty();
        }
        String matchers = new TreeMap<>(labels)
                .entrySet().stream()
                        .map(label -> label.getKey() + "=\""
                                + label.getValue()
                                        .replace("\\", "\\\\")
                                        .replace("\"", "\\\"")
                                        .replace("\n", "\\n")
                                + "\"")
                        .collect(Collectors.joining(","));
        return WebLink.of(alertmanager.replaceFirst("/*$", "") + "/#/silences/new?filter="
                + encoded("{" + matchers + "}") + "&comment=" + encoded("load-monitor incident " + incident));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static String name(IncidentAlert alert) {
        return alert.name().isEmpty() ? "alert without a name" : VisibleText.of(alert.name());
    }
}
