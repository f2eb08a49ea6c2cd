package io.loadmonitor.web.json;

import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentAlert;
import io.loadmonitor.archive.IncidentKind;
import io.loadmonitor.incident.EndReason;
import io.loadmonitor.report.json.Absent;
import io.loadmonitor.web.view.Site;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An incident in a list.
 *
 * @param alertName the names of its alerts, with commas between; null without an alert
 * @param endReason {@code resolved}, {@code superseded}, {@code silent}, {@code quiet} or {@code low}; null while it
 *     lasts
 * @param dumpCount all that belong to it, those included of which only what they told is left (deletedDumpCount)
 * @param foreign whether its alerts name another host than the one whose dumps these are
 */
public record IncidentItem(
        long id,
        String host,
        String kind,
        @Nullable String alertName,
        String state,
        String startedAt,
        @Nullable String endedAt,
        @Nullable String endReason,
        boolean foreign,
        int dumpCount,
        int deletedDumpCount,
        @Nullable String headline,
        List<AlertItem> alerts,
        Links links) {
    public IncidentItem {
        alerts = List.copyOf(alerts);
    }

    /** Where more of it is. */
    public record Links(String self, String page, String markdown, String archive) {}

    /** One of its alerts. */
    public record AlertItem(
            String alertName,
            String fingerprint,
            String state,
            String startsAt,
            @Nullable String endedAt,
            @Nullable String endReason,
            String receivedAt,
            @Nullable String heardAt,
            String rule,
            @Nullable Long dumpId,
            @Nullable String note,
            Map<String, String> labels,
            Map<String, String> annotations,
            @Nullable String generatorUrl,
            @Nullable String externalUrl) {
        static AlertItem of(IncidentAlert alert) {
            return new AlertItem(
                    alert.name(),
                    alert.fingerprint(),
                    alert.endedAt().isEmpty() ? "firing" : "resolved",
                    alert.startsAt().toString(),
                    alert.endedAt().map(Instant::toString).orElse(null),
                    alert.endReason().map(IncidentItem::word).orElse(null),
                    alert.receivedAt().toString(),
                    alert.heardAt().map(Instant::toString).orElse(null),
                    alert.rule(),
                    Absent.orNull(alert.dumpId()),
                    alert.note().orElse(null),
                    new TreeMap<>(alert.labels()),
                    new TreeMap<>(alert.annotations()),
                    alert.generatorUrl().orElse(null),
                    alert.externalUrl().orElse(null));
        }
    }

    private static String word(EndReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    public static IncidentItem of(Incident incident, Site site) {
        return of(incident, incident.headline(), site);
    }

    /** @param headline by the causes in force */
    static IncidentItem of(Incident incident, Optional<String> headline, Site site) {
        String self = site.link("/api/v1/incidents/" + incident.id());
        return new IncidentItem(
                incident.id(),
                incident.host(),
                word(incident.kind()),
                incident.alerts().isEmpty() ? null : incident.alertNames(),
                incident.open() ? "open" : "ended",
                incident.startedAt().toString(),
                incident.endedAt().map(Instant::toString).orElse(null),
                incident.endReason().map(IncidentItem::word).orElse(null),
                incident.foreign(),
                incident.dumps(),
                incident.deletedDumps(),
                headline.orElse(null),
                incident.alerts().stream().map(AlertItem::of).toList(),
                new Links(self, site.link("/incidents/" + incident.id()), self + ".md", self + "/archive"));
    }

    private static String word(IncidentKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
