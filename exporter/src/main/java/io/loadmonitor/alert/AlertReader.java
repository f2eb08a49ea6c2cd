package io.loadmonitor.alert;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads one entry of {@code alerts}. */
final class AlertReader {
    /** Alertmanager prints a 64 bit hash. */
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{16}");

    private AlertReader() {}

    static Alert read(Fields alert) throws MalformedAlertException {
        Alert.Status status = status(alert);
        return new Alert(
                fingerprint(alert),
                status,
                alert.labels("labels"),
                alert.annotations("annotations"),
                alert.time("startsAt"),
                endsAt(alert, status),
                alert.optionalText("generatorURL").filter(url -> !url.isEmpty()));
    }

    private static Alert.Status status(Fields alert) throws MalformedAlertException {
        String status = alert.text("status");
        return switch (status) {
            case "firing" -> Alert.Status.FIRING;
            case "resolved" -> Alert.Status.RESOLVED;
            default -> throw alert.wrong("status", Fields.quote(status), "must be \"firing\" or \"resolved\"");
        };
    }

    private static String fingerprint(Fields alert) throws MalformedAlertException {
        String fingerprint = alert.text("fingerprint");
        if (!FINGERPRINT.matcher(fingerprint).matches()) {
            throw alert.wrong("fingerprint", Fields.quote(fingerprint), "must be 16 hexadecimal digits in lower case");
        }
        return fingerprint;
    }

    /** While an alert fires its endsAt means nothing: 0001-01-01T00:00:00Z, or a guess that moves. */
    private static Optional<Instant> endsAt(Fields alert, Alert.Status status) throws MalformedAlertException {
        return status == Alert.Status.FIRING ? Optional.empty() : Optional.of(alert.time("endsAt"));
    }
}
