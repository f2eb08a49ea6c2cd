package io.loadmonitor.json;

import java.util.Objects;

/** The text is no JSON. The message says what is wrong; it may quote the text as it came. */
public final class MalformedJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String place;

    MalformedJsonException(String message, String place) {
        super(message);
        this.place = place;
    }

    /** Always there, unlike that of other exceptions. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    /** As in {@code line 1, column 7}; empty where it is not known. */
    public String place() {
        return place;
    }
}
