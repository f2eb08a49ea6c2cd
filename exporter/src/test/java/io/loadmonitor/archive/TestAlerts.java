package io.loadmonitor.archive;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.RoutedAlert.Route;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Alerts as the parser gives them. */
public final class TestAlerts {
    private TestAlerts() {}

    public static Alert firing(long number, Instant startsAt) {
        return new Alert(
                fingerprint(number),
                Alert.Status.FIRING,
                Map.of("alertname", "LoadHigh", "n", "" + number),
                Map.of("summary", "Load is high"),
                startsAt,
                Optional.empty(),
                Optional.empty());
    }

    public static Alert resolved(long number, Instant startsAt, Instant endsAt) {
        return new Alert(
                fingerprint(number),
                Alert.Status.RESOLVED,
                Map.of("alertname", "LoadHigh", "n", "" + number),
                Map.of("summary", "Load is high"),
                startsAt,
                Optional.of(endsAt),
                Optional.empty());
    }

    static RoutedAlert routed(Alert alert) {
        return new RoutedAlert(alert, Optional.of(new Route("load", Duration.ZERO)));
    }

    static RoutedAlert routed(Alert alert, Duration cooldown) {
        return new RoutedAlert(alert, Optional.of(new Route("load", cooldown)));
    }

    private static String fingerprint(long number) {
        return String.format("%016x", number);
    }
}
