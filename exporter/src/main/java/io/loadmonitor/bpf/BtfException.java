package io.loadmonitor.bpf;

import java.io.IOException;

/** The kernel's types cannot be read, or are of a form that this version does not know. The message is for people. */
public final class BtfException extends IOException {
    private static final long serialVersionUID = 1L;

    BtfException(String message) {
        super(message);
    }
}
