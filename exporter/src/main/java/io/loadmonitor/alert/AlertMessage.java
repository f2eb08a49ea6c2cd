package io.loadmonitor.alert;

import java.util.List;
import java.util.Optional;

/**
 * One POST of Alertmanager: the alerts of a group as they were when it was sent.
 *
 * @param version of the webhook format, {@code 4}
 * @param groupKey names the group in Alertmanager
 * @param receiver of Alertmanager's configuration
 * @param truncatedAlerts how many alerts {@code max_alerts} left out of the message, 0 for none
 * @param externalUrl of the Alertmanager
 * @param alerts firing and resolved ones, in the message's order; may be empty
 * @param malformed entries that cannot be taken; the others are good whatever stands beside them
 */
public record AlertMessage(
        String version,
        String groupKey,
        String receiver,
        long truncatedAlerts,
        Optional<String> externalUrl,
        List<Alert> alerts,
        List<Malformed> malformed) {
    public AlertMessage {
        alerts = List.copyOf(alerts);
        malformed = List.copyOf(malformed);
    }

    /**
     * An entry that cannot be taken.
     *
     * @param problem what is wrong with it, with its place in the message
     */
    public record Malformed(String problem) {}
}
