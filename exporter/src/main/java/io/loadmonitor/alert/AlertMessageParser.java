package io.loadmonitor.alert;

/** Reads Alertmanager's webhook message, version 4. */
public final class AlertMessageParser {
    /** @throws MalformedAlertException when the body is not such a message; says what is wrong with it */
    public AlertMessage parse(byte[] body) throws MalformedAlertException {
        throw new UnsupportedOperationException();
    }
}
