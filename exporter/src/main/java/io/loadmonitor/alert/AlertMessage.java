package io.loadmonitor.alert;

import java.util.List;

/**
 * One POST of Alertmanager: the alerts of a group as they were when it was sent.
 *
 * @param version of the webhook format, {@code 4}
 * @param groupKey names the group in Alertmanager
 * @param receiver of Alertmanager's configuration
 * @param truncatedAlerts how many alerts {@code max_alerts} left out of the message, 0 for none
 * @param alerts firing and resolved ones, in the message's order; may be empty
 */
public record AlertMessage(String version, String groupKey, String receiver, long truncatedAlerts, List<Alert> alerts) {
    public AlertMessage {
        alerts = List.copyOf(alerts);
    }
}
