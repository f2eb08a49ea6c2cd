package io.loadmonitor.bpf;

import java.io.IOException;

/** The kernel's verifier refused a program; the message has the last lines of what it said. */
public final class VerifierException extends IOException {
    private static final long serialVersionUID = 1L;

    VerifierException(String message) {
        super(message);
    }
}
