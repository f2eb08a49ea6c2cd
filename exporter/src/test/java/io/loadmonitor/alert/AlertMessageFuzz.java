package io.loadmonitor.alert;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;

/** For a fuzzer: what holds for any body of the webhook. */
public final class AlertMessageFuzz {
    private static final AlertMessageParser PARSER = new AlertMessageParser();
    private static final Instant TOO_LATE = Instant.parse("+10000-01-01T00:00:00Z");

    private AlertMessageFuzz() {}

    /** Called by its name. */
    public static void fuzzerTestOneInput(byte[] body) {
        AlertMessage message;
        try {
            message = PARSER.parse(body);
        } catch (MalformedAlertException e) {
            printable(String.valueOf(e.getMessage()));
            return;
        }
        assertTrue(message.alerts().size() <= AlertMessageParser.MAX_ALERTS);
        message.malformed().forEach(malformed -> printable(malformed.problem()));
        for (Alert alert : message.alerts()) {
            assertTrue(alert.fingerprint().matches("[0-9a-f]{16}"), alert.fingerprint());
            assertTrue(
                    !alert.startsAt().isBefore(Instant.EPOCH)
                            && alert.startsAt().isBefore(TOO_LATE),
                    alert.toString());
            assertTrue(alert.status() == Alert.Status.RESOLVED || alert.endsAt().isEmpty(), alert.toString());
        }
    }

    private static void printable(String complaint) {
        assertFalse(complaint.isEmpty());
        assertFalse(complaint.equals("null"));
        assertTrue(complaint.chars().noneMatch(Character::isISOControl), complaint);
        assertTrue(complaint.length() < 1_000, complaint);
    }
}
