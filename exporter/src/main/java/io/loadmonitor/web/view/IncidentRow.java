package io.loadmonitor.web.view;

import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentKind;
import io.loadmonitor.report.Quantity;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;

/** An incident in a list. */
public record IncidentRow(
        long id, String alert, String headline, boolean open, Moment started, String lasted, String dumps) {
    public static IncidentRow of(Incident incident, Instant now) {
        return new IncidentRow(
                incident.id(),
                alert(incident),
                incident.headline()
                        .filter(headline -> !headline.isEmpty())
                        .map(VisibleText::of)
                        .orElse(alert(incident)),
                incident.open(),
                Moment.of(incident.startedAt()),
                lasted(incident, now),
                Quantity.count(incident.dumps(), "dump", "dumps")
                        + (incident.deletedDumps() == 0
                                ? ""
                                : incident.deletedDumps() == incident.dumps()
                                        ? ", deleted"
                                        : ", " + incident.deletedDumps() + " deleted"));
    }

    /** Not less than no time, whatever the clocks say. */
    static String lasted(Incident incident, Instant now) {
        Duration time =
                Duration.between(incident.startedAt(), incident.endedAt().orElse(now));
        return Quantity.of(time.isNegative() ? Duration.ZERO : time);
    }

    /** With the sentence of the present causes; without one, the alert's name stays. */
    IncidentRow withHeadline(Optional<String> other) {
        return new IncidentRow(
                id,
                alert,
                other.filter(text -> !text.isEmpty()).map(VisibleText::of).orElse(headline),
                open,
                started,
                lasted,
                dumps);
    }

    static String alert(Incident incident) {
        if (incident.kind() == IncidentKind.LOAD) {
            return "load without an alert";
        }
        return incident.alerts().stream().map(AlertRow::name).distinct().collect(Collectors.joining(", "));
    }
}
