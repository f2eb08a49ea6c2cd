package io.loadmonitor.web;

import static io.loadmonitor.web.Lane.DOWNLOAD;
import static io.loadmonitor.web.Lane.READINESS;
import static io.loadmonitor.web.Lane.REPORT;
import static io.loadmonitor.web.Lane.SCRAPE;
import static io.loadmonitor.web.Lane.SMALL;
import static io.loadmonitor.web.Lane.WEBHOOK;
import static io.loadmonitor.web.Route.Audience.ANYBODY;

import io.loadmonitor.alert.AlertMessageParser;
import io.loadmonitor.guard.Role;
import java.util.List;

/** Everything that the server answers. {@code exporter/docs/http-api.md} lists the same. */
final class Routes {
    private Routes() {}

    static List<Route> of(
            WebSettings settings, WebParts parts, AccessRule access, Json json, PageRenderer renderer, Builds builds) {
        StateEndpoint state = new StateEndpoint(parts, json);
        AlertsEndpoint alerts = new AlertsEndpoint(new AlertMessageParser(), parts.alertDesk(), json);
        DumpsEndpoint dumps = new DumpsEndpoint(parts, settings.site(), json);
        IncidentsEndpoint incidents = new IncidentsEndpoint(parts, settings.site(), json, renderer, builds);
        LoadEndpoint load = new LoadEndpoint(parts, json);
        FlamesEndpoint flames = new FlamesEndpoint(parts, json, renderer);
        LandingEndpoint landing = new LandingEndpoint(settings, parts, access, renderer);
        PagesEndpoint pages = new PagesEndpoint(settings, parts, access, renderer);
        RemarksEndpoint remarks = new RemarksEndpoint(parts, settings.site());
        return List.of(
                Route.get(settings.telemetryPath(), Role.SCRAPE, ANYBODY, SCRAPE, state::metrics),
                Route.get("/", Role.READ, ANYBODY, SMALL, landing::landing),
                Route.get(Asset.STYLES, Role.HEALTH, ANYBODY, SMALL, pages::styles),
                Route.get(Asset.PAGE_SCRIPT, Role.HEALTH, ANYBODY, SMALL, pages::pageScript),
                Route.get(Asset.FLAME_STYLES, Role.HEALTH, ANYBODY, SMALL, pages::flameStyles),
                Route.get(Asset.FLAME_SCRIPT, Role.HEALTH, ANYBODY, SMALL, pages::flameScript),
                Route.get(Asset.ICON, Role.HEALTH, ANYBODY, SMALL, pages::icon),
                Route.free("/-/healthy", state::healthy),
                Route.get("/-/ready", Role.HEALTH, ANYBODY, READINESS, state::ready),
                Route.post(WebServer.RELOAD_PATH, Role.ADMINISTER, SMALL, false, state::reload),
                Route.post(WebServer.ALERTS_PATH, Role.ALERT, WEBHOOK, true, alerts::post),
                Route.post(WebServer.DUMPS_PATH, Role.TRIGGER, SMALL, true, dumps::post),
                Route.read(WebServer.DUMPS_PATH, SMALL, dumps::list),
                Route.read("/api/v1/dumps/{id}", REPORT, builds.within(dumps::detail)),
                Route.read("/api/v1/dumps/{id}/raw", DOWNLOAD, builds.within(dumps::raw)),
                Route.read("/api/v1/dumps/{id}/folded", DOWNLOAD, builds.within(dumps::folded)),
                Route.read("/api/v1/dumps/{id}/speedscope", DOWNLOAD, builds.within(flames::speedscope)),
                Route.read("/api/v1/dumps/{id}/pprof", DOWNLOAD, builds.within(flames::pprof)),
                Route.read("/api/v1/dumps/{id}/flamegraph", DOWNLOAD, builds.within(flames::file)),
                Route.read("/api/v1/dumps/{id}/diff/{other}", DOWNLOAD, builds.within(flames::diff)),
                Route.read("/api/v1/incidents", SMALL, incidents::list),
                // Before the one whose {id} would take "1.md" as well.
                Route.read("/api/v1/incidents/{id}.md", REPORT, builds.within(incidents::markdown)),
                Route.read("/api/v1/incidents/{id}", REPORT, builds.within(incidents::detail)),
                Route.read("/api/v1/incidents/{id}/archive", DOWNLOAD, incidents::bundle),
                Route.read("/api/v1/load", REPORT, builds.within(load::load)),
                Route.read("/api/v1/status", SMALL, state::status),
                Route.read("/incidents", SMALL, pages::incidents),
                Route.read("/incidents/{id}", REPORT, builds.within(pages::incident)),
                Route.post(WebServer.REMARKS_PATH, Role.TRIGGER, SMALL, true, remarks::post),
                Route.read("/diff", SMALL, pages::compare),
                Route.read(WebServer.DUMPS_PAGE, SMALL, pages::dumps),
                Route.post(WebServer.DUMPS_PAGE, Role.TRIGGER, SMALL, false, landing::take),
                Route.read("/dumps/{id}", REPORT, builds.within(pages::dump)),
                Route.read("/dumps/{id}/diff/{other}", REPORT, builds.within(pages::diff)));
    }
}
