package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.web.MetricsSource.MetricsText;
import io.loadmonitor.web.StatusSource.ServiceStatus;
import io.loadmonitor.web.json.StatusAnswer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state of the exporter: metrics, health, readiness, status, and the reading of its configuration anew. */
final class StateEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(StateEndpoint.class);

    private final WebParts parts;
    private final Json json;

    StateEndpoint(WebParts parts, Json json) {
        this.parts = parts;
        this.json = json;
    }

    void metrics(Context context) {
        QueryParameters parameters = QueryParameters.any(context.queryString());
        String accept = context.header("Accept");
        MetricsText text =
                parts.metrics().render(new HashSet<>(parameters.all("name[]")), accept == null ? "" : accept);
        context.contentType(text.contentType()).result(text.body());
    }

    /** The process answers. */
    void healthy(Context context) {
        context.contentType("text/plain; charset=utf-8").result("load-monitor is healthy.\n");
    }

    /** It can take alerts and dumps. */
    void ready(Context context) {
        Optional<String> notReady = parts.status().status().notReady();
        if (notReady.isPresent()) {
            throw new Refusal(503, "not_ready", notReady.get(), Map.of("Retry-After", "1"));
        }
        context.contentType("text/plain; charset=utf-8").result("load-monitor is ready.\n");
    }

    void reload(Context context) {
        Optional<String> refused = parts.reload().reload();
        if (refused.isPresent()) {
            LOG.warn("the new configuration is refused, the old one stays in force: {}", refused.get());
            throw new Refusal(500, "reload_failed", refused.get());
        }
        LOG.info("the configuration was read again");
        context.contentType("text/plain; charset=utf-8").result("The configuration is read again.\n");
    }

    void status(Context context) {
        QueryParameters.only(context.queryString(), Set.of());
        ServiceStatus status = parts.status().status();
        Optional<List<StatusAnswer.Limit>> limits = Optional.empty();
        Optional<StatusAnswer.Stored> stored = Optional.empty();
        try {
            limits = Optional.of(parts.captureDesk().status().stream()
                    .map(StatusAnswer.Limit::of)
                    .toList());
            stored = Optional.of(StatusAnswer.Stored.of(parts.archive().totals()));
        } catch (ArchiveException e) {
            LOG.debug("the status is answered without the archive", e);
        }
        json.answer(
                context,
                200,
                new StatusAnswer(
                        status.version(),
                        status.host(),
                        status.notReady().isEmpty(),
                        status.notReady().orElse(null),
                        new StatusAnswer.Source(
                                status.source(),
                                status.sourceReason(),
                                status.moduleVersion().orElse(null)),
                        status.triggers().stream().map(StatusAnswer.Trigger::of).toList(),
                        status.notes(),
                        limits.orElse(null),
                        stored.orElse(null)));
    }
}
