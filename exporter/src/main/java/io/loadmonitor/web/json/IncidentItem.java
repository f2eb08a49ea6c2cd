package io.loadmonitor.web.json;

import io.loadmonitor.archive.Incident;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An incident in a list. */
public record IncidentItem(
        long id,
        String host,
        String alertName,
        String fingerprint,
        String state,
        String startedAt,
        String receivedAt,
        @Nullable String endedAt,
        String rule,
        int dumpCount,
        @Nullable Long sharedDumpId,
        @Nullable String note,
        @Nullable String headline,
        Map<String, String> labels,
        Map<String, String> annotations,
        Links links) {

    /** Where more of it is. */
    public record Links(String self, String page) {}

    public static IncidentItem of(Incident incident) {
        return new IncidentItem(
                incident.id(),
                incident.host(),
                incident.alertName(),
                incident.fingerprint(),
                incident.open() ? "open" : "resolved",
                incident.startedAt().toString(),
                incident.receivedAt().toString(),
                incident.endedAt().map(Instant::toString).orElse(null),
                incident.rule(),
                incident.dumps(),
                Absent.orNull(incident.sharedDumpId()),
                incident.note().orElse(null),
                incident.headline().orElse(null),
                new TreeMap<>(incident.labels()),
                new TreeMap<>(incident.annotations()),
                new Links("/api/v1/incidents/" + incident.id(), "/incidents/" + incident.id()));
    }
}
