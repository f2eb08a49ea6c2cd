package io.loadmonitor.web.json;

import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentKind;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An incident in a list. */
public record IncidentItem(
        long id,
        String host,
        String kind,
        @Nullable String alertName,
        @Nullable String fingerprint,
        String state,
        String startedAt,
        String receivedAt,
        @Nullable String endedAt,
        @Nullable String rule,
        int dumpCount,
        @Nullable Long sharedDumpId,
        @Nullable Long foldedInto,
        @Nullable String note,
        @Nullable String headline,
        Map<String, String> labels,
        Map<String, String> annotations,
        Links links) {

    /** Where more of it is. */
    public record Links(String self, String page, String markdown, String archive) {}

    public static IncidentItem of(Incident incident) {
        return of(incident, incident.headline());
    }

    /** @param headline by the causes in force */
    static IncidentItem of(Incident incident, Optional<String> headline) {
        boolean alert = incident.kind() == IncidentKind.ALERT;
        String self = "/api/v1/incidents/" + incident.id();
        return new IncidentItem(
                incident.id(),
                incident.host(),
                incident.kind().name().toLowerCase(Locale.ROOT),
                alert ? incident.alertName() : null,
                alert ? incident.fingerprint() : null,
                incident.open() ? "open" : "resolved",
                incident.startedAt().toString(),
                incident.receivedAt().toString(),
                incident.endedAt().map(Instant::toString).orElse(null),
                alert ? incident.rule() : null,
                incident.dumps(),
                Absent.orNull(incident.sharedDumpId()),
                Absent.orNull(incident.foldedInto()),
                incident.note().orElse(null),
                headline.orElse(null),
                new TreeMap<>(incident.labels()),
                new TreeMap<>(incident.annotations()),
                new Links(self, "/incidents/" + incident.id(), self + ".md", self + "/archive"));
    }
}
