package io.loadmonitor.archive;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.incident.DumpWindow;
import java.time.Duration;
import java.util.Optional;

/**
 * An alert and the rule that it goes by.
 *
 * @param route empty when no rule wants the alert
 * @param foreign whether it names another host than this one
 * @param externalUrl of the Alertmanager that sent it
 */
public record RoutedAlert(Alert alert, Optional<Route> route, boolean foreign, Optional<String> externalUrl) {
    /** One of this host, from an Alertmanager that does not say where it is. */
    public RoutedAlert(Alert alert, Optional<Route> route) {
        this(alert, route, false, Optional.empty());
    }

    /**
     * @param rule name of the rule
     * @param cooldown least time between two captures that the rule's alerts ask for; zero for none
     * @param limit how many dumps the rule's incidents may have; empty for any number
     */
    public record Route(String rule, Duration cooldown, Optional<DumpWindow> limit) {
        /** Without a limit. */
        public Route(String rule, Duration cooldown) {
            this(rule, cooldown, Optional.empty());
        }
    }
}
