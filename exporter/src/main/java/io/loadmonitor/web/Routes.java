package io.loadmonitor.web;

import static io.loadmonitor.web.Lane.DOWNLOAD;
import static io.loadmonitor.web.Lane.READINESS;
import static io.loadmonitor.web.Lane.REPORT;
import static io.loadmonitor.web.Lane.SCRAPE;
import static io.loadmonitor.web.Lane.SMALL;
import static io.loadmonitor.web.Lane.WEBHOOK;
import static io.loadmonitor.web.Route.Audience.ANYBODY;
import static io.loadmonitor.web.Route.Audience.LOCAL;

import io.loadmonitor.alert.AlertMessageParser;
import java.util.List;

/** Everything that the server answers. {@code exporter/docs/http-api.md} lists the same. */
final class Routes {
    private Routes() {}

    static List<Route> of(
            WebSettings settings, WebParts parts, AccessRule access, Json json, PageRenderer renderer, Builds builds) {
        StateEndpoint state = new StateEndpoint(parts, json);
        AlertsEndpoint alerts = new AlertsEndpoint(new AlertMessageParser(), parts.alertDesk(), json);
        DumpsEndpoint dumps = new DumpsEndpoint(parts, json);
        IncidentsEndpoint incidents = new IncidentsEndpoint(parts, json, renderer, builds);
        FlamesEndpoint flames = new FlamesEndpoint(parts, json, renderer);
        PagesEndpoint pages = new PagesEndpoint(settings, parts, access, renderer);
        return List.of(
                Route.get(settings.telemetryPath(), ANYBODY, SCRAPE, state::metrics),
                Route.get("/", ANYBODY, SMALL, pages::landing),
                Route.get(Asset.STYLES, ANYBODY, SMALL, pages::styles),
                Route.get(Asset.FLAME_STYLES, ANYBODY, SMALL, pages::flameStyles),
                Route.get(Asset.FLAME_SCRIPT, ANYBODY, SMALL, pages::flameScript),
                Route.get(Asset.ICON, ANYBODY, SMALL, pages::icon),
                Route.free("/-/healthy", state::healthy),
                Route.get("/-/ready", ANYBODY, READINESS, state::ready),
                Route.post("/-/reload", SMALL, false, state::reload),
                Route.post(WebServer.ALERTS_PATH, WEBHOOK, true, alerts::post),
                Route.post("/api/v1/dumps", SMALL, true, dumps::post),
                Route.get("/api/v1/dumps", LOCAL, SMALL, dumps::list),
                Route.get("/api/v1/dumps/{id}", LOCAL, REPORT, builds.within(dumps::detail)),
                Route.get("/api/v1/dumps/{id}/raw", LOCAL, DOWNLOAD, builds.within(dumps::raw)),
                Route.get("/api/v1/dumps/{id}/folded", LOCAL, DOWNLOAD, builds.within(dumps::folded)),
                Route.get("/api/v1/dumps/{id}/speedscope", LOCAL, DOWNLOAD, builds.within(flames::speedscope)),
                Route.get("/api/v1/dumps/{id}/pprof", LOCAL, DOWNLOAD, builds.within(flames::pprof)),
                Route.get("/api/v1/dumps/{id}/flamegraph", LOCAL, DOWNLOAD, builds.within(flames::file)),
                Route.get("/api/v1/dumps/{id}/diff/{other}", LOCAL, DOWNLOAD, builds.within(flames::diff)),
                Route.get("/api/v1/incidents", LOCAL, SMALL, incidents::list),
                // Before the one whose {id} would take "1.md" as well.
                Route.get("/api/v1/incidents/{id}.md", LOCAL, REPORT, builds.within(incidents::markdown)),
                Route.get("/api/v1/incidents/{id}", LOCAL, REPORT, builds.within(incidents::detail)),
                Route.get("/api/v1/incidents/{id}/archive", LOCAL, DOWNLOAD, incidents::bundle),
                Route.get("/api/v1/status", LOCAL, SMALL, state::status),
                Route.get("/incidents", LOCAL, SMALL, pages::incidents),
                Route.get("/incidents/{id}", LOCAL, REPORT, builds.within(pages::incident)),
                Route.get("/diff", LOCAL, SMALL, pages::compare),
                Route.get("/dumps", LOCAL, SMALL, pages::dumps),
                Route.get("/dumps/{id}", LOCAL, REPORT, builds.within(pages::dump)),
                Route.get("/dumps/{id}/diff/{other}", LOCAL, REPORT, builds.within(pages::diff)));
    }
}
