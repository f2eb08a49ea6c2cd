package io.loadmonitor.capture;

import java.util.Objects;

/** No dump was taken. The message is for people; the reason for metrics and decisions. */
public final class CaptureException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    public CaptureException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public CaptureException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Always there, unlike that of other exceptions. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    public Reason reason() {
        return reason;
    }

    /** Why there is no dump; the value of the {@code reason} label of {@code load_monitor_dump_failures_total}. */
    public enum Reason {
        /** Another dump is being taken (EBUSY). */
        BUSY,
        /** Too soon after the last one (EAGAIN). */
        THROTTLED,
        /** The source is not there or may not be used: module not loaded, no permission. */
        UNAVAILABLE,
        /** Took longer than its time limit. */
        TIMEOUT,
        /** Anything else that the system answered. */
        FAILED
    }
}
