package io.loadmonitor.web.view;

import io.loadmonitor.fleet.FleetStore.FleetIncident;
import io.loadmonitor.fleet.FleetStore.Shared;
import io.loadmonitor.fleet.FleetStore.Spread;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The way into a fleet: what spreads, what the load of all is made of, what is open. */
public record FleetPage(
        long hosts,
        List<SpreadRow> spreading,
        FleetArea area,
        List<SharedRow> shared,
        List<FleetRows.FleetIncidentRow> open)
        implements PageModel {
    public FleetPage {
        spreading = List.copyOf(spreading);
        shared = List.copyOf(shared);
        open = List.copyOf(open);
    }

    public record SpreadRow(
            String signature,
            String title,
            String frames,
            long hosts,
            long tasks,
            long before,
            Moment since,
            boolean isNew) {}

    public record SharedRow(
            String title, long hosts, long incidents, Moment began, boolean lasts, String lasted, String names) {}

    public static FleetPage of(
            long hosts,
            List<Spread> spreading,
            FleetArea area,
            List<Shared> shared,
            List<FleetIncident> open,
            Instant now) {
        return new FleetPage(
                hosts,
                spreading.stream()
                        .map(one -> new SpreadRow(
                                one.signature(),
                                VisibleText.of(one.title()),
                                FleetRows.frames(one.frames()),
                                one.hosts(),
                                one.tasks(),
                                one.hostsBefore(),
                                Moment.of(one.since()),
                                one.firstSeen().isAfter(now.minus(Duration.ofDays(1)))))
                        .toList(),
                area,
                shared.stream()
                        .map(one -> new SharedRow(
                                VisibleText.of(one.title()),
                                one.hosts(),
                                one.incidents(),
                                Moment.of(one.began()),
                                one.lasts(),
                                FleetRows.lasted(Duration.between(
                                        one.began(), one.ended().orElse(now))),
                                VisibleText.of(String.join(", ", one.names()))))
                        .toList(),
                open.stream()
                        .map(one -> FleetRows.FleetIncidentRow.of(one, now))
                        .toList());
    }

    @Override
    public String template() {
        return "fleet.jte";
    }
}
