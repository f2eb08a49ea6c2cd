package io.loadmonitor.alert;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.json.JsonReader;
import io.loadmonitor.json.JsonValue;
import io.loadmonitor.json.MalformedJsonException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads Alertmanager's webhook message, version 4, as Alertmanager 0.25.0 sends it:
 *
 * <pre>{@code
 * {"receiver":"load-monitor","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"LoadHigh",...},
 *  "annotations":{"summary":"Load of 127.0.0.1:9817 is 14.42"},"startsAt":"2026-11-22T14:00:00.123456789+02:00",
 *  "endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"84ce6579af4ff5e9"},...],"groupLabels":{...},
 *  "commonLabels":{...},"commonAnnotations":{},"externalURL":"http://vm:19093","version":"4",
 *  "groupKey":"{}:{alertname=\"LoadHigh\"}","truncatedAlerts":0}
 * }</pre>
 *
 * Newer versions add fields (notification_reason in 0.32, routeLabels in 0.34), so a field that is not known is passed
 * over. Needed are version, groupKey, receiver, alerts and of each alert status, labels, startsAt, fingerprint, and
 * endsAt where it is resolved. Alertmanager drops what is answered with 400, so what is only long, not wrong, is cut
 * instead of refused where it does not matter (annotations). Safe for use by several threads.
 *
 * @see <a href="https://prometheus.io/docs/alerting/latest/configuration/#webhook_config">webhook_config</a>
 */
public final class AlertMessageParser {
    /**
     * Alerts that are taken of a message; {@code max_alerts} of Alertmanager's configuration keeps messages smaller.
     */
    public static final int MAX_ALERTS = 1000;

    private final JsonReader json = new JsonReader();

    /**
     * @throws MalformedAlertException when the body is not such a message, or none of its entries can be read; says
     *     what is wrong with it
     */
    public AlertMessage parse(byte[] body) throws MalformedAlertException {
        Fields message = new Fields("", tree(body));
        String version = message.text("version");
        if (!version.equals("4")) {
            throw new MalformedAlertException("version is " + Fields.quote(version) + ", but must be \"4\"");
        }
        List<JsonValue> nodes = message.array("alerts");
        List<Alert> alerts = new ArrayList<>();
        List<AlertMessage.Malformed> malformed = new ArrayList<>();
        for (int i = 0; i < Math.min(nodes.size(), MAX_ALERTS); i++) {
            try {
                alerts.add(AlertReader.read(new Fields("alerts[" + i + "]", nodes.get(i))));
            } catch (MalformedAlertException e) {
                malformed.add(new AlertMessage.Malformed(String.valueOf(e.getMessage())));
            }
        }
        if (alerts.isEmpty() && !malformed.isEmpty()) {
            throw new MalformedAlertException(malformed.get(0).problem()
                    + (malformed.size() > 1 ? "; none of the " + malformed.size() + " entries can be read" : ""));
        }
        if (nodes.size() > MAX_ALERTS) {
            malformed.add(new AlertMessage.Malformed("alerts has " + nodes.size() + " entries, of which the first "
                    + MAX_ALERTS + " are taken; set max_alerts in Alertmanager's webhook_config"));
        }
        return new AlertMessage(
                version,
                message.text("groupKey"),
                message.text("receiver"),
                message.count("truncatedAlerts"),
                message.optionalText("externalURL").filter(url -> !url.isEmpty()),
                alerts,
                malformed);
    }

    private JsonValue tree(byte[] body) throws MalformedAlertException {
        if (body.length == 0) {
            throw new MalformedAlertException("the body is empty");
        }
        try {
            return json.read(body);
        } catch (MalformedJsonException e) {
            throw new MalformedAlertException("the body is no JSON"
                    + (e.place().isEmpty() ? "" : " at " + e.place())
                    + ": " + Fields.cut(EscapedText.of(e.getMessage()).escaped(), 200));
        }
    }
}
