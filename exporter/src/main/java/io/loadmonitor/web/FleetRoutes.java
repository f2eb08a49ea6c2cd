package io.loadmonitor.web;

import static io.loadmonitor.web.Lane.READINESS;
import static io.loadmonitor.web.Lane.REPORT;
import static io.loadmonitor.web.Lane.SMALL;
import static io.loadmonitor.web.Route.Audience.ANYBODY;

import io.loadmonitor.guard.Role;
import java.util.List;

/** Everything that the server of a fleet answers; it only reads. {@code exporter/docs/fleet.md} lists the same. */
final class FleetRoutes {
    private FleetRoutes() {}

    static List<Route> of(FleetParts parts, Json json, PageRenderer renderer) {
        FleetEndpoint answers = new FleetEndpoint(parts, json);
        FleetPagesEndpoint pages = new FleetPagesEndpoint(parts, renderer);
        return List.of(
                Route.get(Asset.STYLES, Role.HEALTH, ANYBODY, SMALL, renderer.styles()::answer),
                Route.get(Asset.ICON, Role.HEALTH, ANYBODY, SMALL, renderer.icon()::answer),
                Route.get(Asset.PAGE_SCRIPT, Role.HEALTH, ANYBODY, SMALL, renderer.pageScript()::answer),
                Route.free("/-/healthy", answers::healthy),
                Route.get("/-/ready", Role.HEALTH, ANYBODY, READINESS, answers::ready),
                Route.read("/", REPORT, pages::front),
                Route.read("/search", REPORT, pages::search),
                Route.read("/signatures/{id}", REPORT, pages::signature),
                Route.read("/hosts/{name}", REPORT, pages::host),
                Route.read("/api/v1/fleet/spreading", REPORT, answers::spreading),
                Route.read("/api/v1/fleet/load", REPORT, answers::load),
                Route.read("/api/v1/fleet/incidents", REPORT, answers::incidents),
                Route.read("/api/v1/fleet/incidents/shared", REPORT, answers::shared),
                Route.read("/api/v1/fleet/hosts", REPORT, answers::hosts),
                Route.read("/api/v1/fleet/hosts/{name}", REPORT, answers::host),
                Route.read("/api/v1/fleet/signatures", REPORT, answers::newSince),
                Route.read("/api/v1/fleet/signatures/{id}", REPORT, answers::signature));
    }
}
