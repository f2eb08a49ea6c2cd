package io.loadmonitor.web.view;

import io.loadmonitor.fleet.FleetStore.FleetIncident;
import io.loadmonitor.fleet.FleetStore.Sighting;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Rows of the tables of a fleet's pages. */
public final class FleetRows {
    private static final int FRAMES = 4;

    private FleetRows() {}

    /**
     * @param path of the host's page here
     * @param own the host's own pages; empty text where they are not known
     * @param first empty where that is not known
     */
    public record HostRow(
            String name, String path, String own, String kernel, Optional<Moment> first, Moment last, long tasks) {
        static HostRow of(Sighting sighting) {
            return new HostRow(
                    VisibleText.of(sighting.host()),
                    FleetRows.path(sighting.host()),
                    FleetRows.own(sighting.url(), ""),
                    VisibleText.of(sighting.kernel().orElse("")),
                    sighting.first().map(Moment::of),
                    Moment.of(sighting.last()),
                    sighting.tasks());
        }
    }

    /** @param own the incident on the host's own pages; empty text where they are not known */
    public record FleetIncidentRow(
            String host,
            String path,
            String own,
            String alerts,
            String headline,
            Moment began,
            boolean open,
            String lasted) {
        static FleetIncidentRow of(FleetIncident incident, Instant now) {
            return new FleetIncidentRow(
                    VisibleText.of(incident.host()),
                    FleetRows.path(incident.host()),
                    FleetRows.own(incident.url(), "/incidents/" + incident.id()),
                    VisibleText.of(String.join(", ", incident.alerts())),
                    VisibleText.of(incident.headline().isEmpty() ? "no dump yet" : incident.headline()),
                    Moment.of(incident.began()),
                    incident.ended().isEmpty(),
                    FleetRows.lasted(
                            Duration.between(incident.began(), incident.ended().orElse(now))));
        }
    }

    static String lasted(Duration time) {
        long minutes = Math.max(0, time.toMinutes());
        if (minutes < 1) {
            return Math.max(0, time.toSeconds()) + " s";
        }
        if (minutes < 120) {
            return minutes + " min";
        }
        return minutes < 2 * 1440 ? minutes / 60 + " h" : minutes / 1440 + " days";
    }

    static String path(String host) {
        return "/hosts/" + URLEncoder.encode(host, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** What a host says of itself leads to the web or nowhere. */
    static String own(Optional<String> url, String path) {
        return url.flatMap(base -> WebLink.of(base + path)).map(WebLink::href).orElse("");
    }

    /** The innermost frames on a line. */
    static String frames(List<String> frames) {
        return VisibleText.of(String.join(" < ", frames.subList(0, Math.min(FRAMES, frames.size()))));
    }
}
