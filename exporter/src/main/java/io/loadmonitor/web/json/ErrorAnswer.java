package io.loadmonitor.web.json;

import org.jspecify.annotations.Nullable;

/** {@code {"error":{"status":400,"code":"malformed_alert","message":"..."}}} */
public record ErrorAnswer(Problem error) {
    /**
     * What went wrong.
     *
     * @param status of the answer
     * @param code for programs: a fixed word with underscores
     * @param message for people
     * @param nextAllowed with 429: when to come again
     * @param dumpId with 409: the dump that is being taken
     */
    public record Problem(
            int status,
            String code,
            String message,
            @Nullable String nextAllowed,
            @Nullable Long dumpId) {}

    public static ErrorAnswer of(int status, String code, String message) {
        return new ErrorAnswer(new Problem(status, code, message, null, null));
    }
}
