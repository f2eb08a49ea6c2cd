package io.loadmonitor.archive;

import io.loadmonitor.alert.Alert;
import java.time.Duration;
import java.util.Optional;

/**
 * An alert and the rule that it goes by.
 *
 * @param route empty when no rule wants the alert
 */
public record RoutedAlert(Alert alert, Optional<Route> route) {
    /**
     * @param rule name of the rule
     * @param cooldown least time between two captures of the rule; zero for none
     */
    public record Route(String rule, Duration cooldown) {}
}
