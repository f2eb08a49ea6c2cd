package io.loadmonitor.guard;

/** A text in PEM cannot be used. The message says why and never has anything of a key. */
public final class PemException extends Exception {
    private static final long serialVersionUID = 1L;

    PemException(String message) {
        super(message);
    }
}
