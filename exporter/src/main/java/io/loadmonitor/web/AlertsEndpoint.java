package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.alert.AlertMessage;
import io.loadmonitor.alert.AlertMessageParser;
import io.loadmonitor.alert.MalformedAlertException;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.IntakeOutcome;
import io.loadmonitor.desk.AlertDesk;
import io.loadmonitor.web.json.AlertsTaken;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/v1/alerts}. The codes are chosen by what Alertmanager makes of them: it drops a message that any 4xx
 * answers and repeats one that a 5xx answers, so what may pass is 503 and what never will is 4xx.
 */
final class AlertsEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(AlertsEndpoint.class);

    private final AlertMessageParser parser;
    private final AlertDesk desk;
    private final Json json;

    AlertsEndpoint(AlertMessageParser parser, AlertDesk desk, Json json) {
        this.parser = parser;
        this.desk = desk;
        this.json = json;
    }

    /** 202 when something new is stored, 200 when nothing had to be. */
    void post(Context context) {
        String contentType = context.header("Content-Type");
        if (contentType == null || !Json.isJson(contentType)) {
            throw new Refusal(
                    415,
                    "not_json",
                    "Content-Type is " + (contentType == null ? "missing" : QuotedText.of(contentType))
                            + ", but must be application/json.");
        }
        AlertMessage message = parse(RequestBodies.of(context));
        PostAudit.detail(context, message.groupKey());
        AlertsTaken taken = AlertsTaken.of(accept(message), message.malformed());
        PostAudit.detail(
                context, message.groupKey() + ", " + taken.alerts().size() + " alerts, " + taken.stored() + " stored");
        json.answer(context, taken.stored() > 0 ? 202 : 200, taken);
    }

    private AlertMessage parse(byte[] text) {
        try {
            return parser.parse(text);
        } catch (MalformedAlertException e) {
            throw new Refusal(400, "malformed_alert", String.valueOf(e.getMessage()));
        }
    }

    private List<IntakeOutcome> accept(AlertMessage message) {
        try {
            return desk.accept(message);
        } catch (ArchiveException e) {
            LOG.error(
                    "cannot store the alerts of group {}, so Alertmanager is asked to send them again: {}",
                    QuotedText.of(message.groupKey()),
                    e.getMessage());
            // It comes again and again, on a disk that may be full: where it comes from is for who looks closer.
            LOG.debug("the alerts cannot be stored", e);
            throw new Refusal(
                    503,
                    "cannot_store",
                    "The alerts could not be stored (" + e.reason() + "). Send them again.",
                    Map.of("Retry-After", "10"));
        }
    }
}
