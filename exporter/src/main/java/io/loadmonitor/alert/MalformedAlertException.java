package io.loadmonitor.alert;

/**
 * The body is no webhook message of version 4. The message says which field of which alert is wrong and quotes the
 * value, cut to a bounded length and in printable ASCII.
 */
public final class MalformedAlertException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedAlertException(String message) {
        super(message);
    }
}
