package io.loadmonitor.web;

import static io.loadmonitor.web.Route.Audience.ANYBODY;
import static io.loadmonitor.web.Route.Audience.LOCAL;

import io.loadmonitor.alert.AlertMessageParser;
import java.util.List;

/** Everything that the server answers. {@code exporter/docs/http-api.md} lists the same. */
final class Routes {
    private Routes() {}

    static List<Route> of(
            WebSettings settings,
            WebParts parts,
            AccessRule access,
            Json json,
            PageRenderer renderer,
            RequestBody body) {
        StateEndpoint state = new StateEndpoint(parts, json);
        AlertsEndpoint alerts = new AlertsEndpoint(new AlertMessageParser(), parts.alertDesk(), body, json);
        DumpsEndpoint dumps = new DumpsEndpoint(parts, body, json);
        IncidentsEndpoint incidents = new IncidentsEndpoint(parts, json, renderer);
        FlamesEndpoint flames = new FlamesEndpoint(parts, json, renderer);
        PagesEndpoint pages = new PagesEndpoint(settings, parts, access, renderer);
        return List.of(
                Route.get(settings.telemetryPath(), ANYBODY, state::metrics),
                Route.get("/", ANYBODY, pages::landing),
                Route.get(Asset.STYLES, ANYBODY, pages::styles),
                Route.get(Asset.FLAME_STYLES, ANYBODY, pages::flameStyles),
                Route.get(Asset.FLAME_SCRIPT, ANYBODY, pages::flameScript),
                Route.get(Asset.ICON, ANYBODY, pages::icon),
                Route.get("/-/healthy", ANYBODY, state::healthy),
                Route.get("/-/ready", ANYBODY, state::ready),
                Route.post("/-/reload", LOCAL, state::reload),
                Route.post(WebServer.ALERTS_PATH, LOCAL, alerts::post),
                Route.post("/api/v1/dumps", LOCAL, dumps::post),
                Route.get("/api/v1/dumps", LOCAL, dumps::list),
                Route.get("/api/v1/dumps/{id}", LOCAL, dumps::detail),
                Route.get("/api/v1/dumps/{id}/raw", LOCAL, dumps::raw),
                Route.get("/api/v1/dumps/{id}/folded", LOCAL, dumps::folded),
                Route.get("/api/v1/dumps/{id}/speedscope", LOCAL, flames::speedscope),
                Route.get("/api/v1/dumps/{id}/pprof", LOCAL, flames::pprof),
                Route.get("/api/v1/dumps/{id}/flamegraph", LOCAL, flames::file),
                Route.get("/api/v1/dumps/{id}/diff/{other}", LOCAL, flames::diff),
                Route.get("/api/v1/incidents", LOCAL, incidents::list),
                // Before the one whose {id} would take "1.md" as well.
                Route.get("/api/v1/incidents/{id}.md", LOCAL, incidents::markdown),
                Route.get("/api/v1/incidents/{id}", LOCAL, incidents::detail),
                Route.get("/api/v1/incidents/{id}/archive", LOCAL, incidents::bundle),
                Route.get("/api/v1/status", LOCAL, state::status),
                Route.get("/incidents", LOCAL, pages::incidents),
                Route.get("/incidents/{id}", LOCAL, pages::incident),
                Route.get("/diff", LOCAL, pages::compare),
                Route.get("/dumps", LOCAL, pages::dumps),
                Route.get("/dumps/{id}", LOCAL, pages::dump),
                Route.get("/dumps/{id}/diff/{other}", LOCAL, pages::diff));
    }
}
