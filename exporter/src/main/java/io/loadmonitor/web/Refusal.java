package io.loadmonitor.web;

import io.loadmonitor.guard.Denial;
import io.loadmonitor.web.json.ErrorAnswer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** A request that is answered with an error. The message is for people and goes out as it is. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ErrorAnswer.Problem problem;
    private final transient Map<String, String> headers;
    private final transient Optional<Denial> denial;

    private Refusal(ErrorAnswer.Problem problem, Map<String, String> headers) {
        this(problem, headers, Optional.empty());
    }

    private Refusal(ErrorAnswer.Problem problem, Map<String, String> headers, Optional<Denial> denial) {
        // An answer, not a fault: nobody looks at where it was thrown.
        super(problem.message(), null, false, false);
        this.problem = problem;
        this.headers = Map.copyOf(headers);
        this.denial = denial;
    }

    /** Because of who asks. */
    static Refusal denied(Denial denial, int status, String code, String message, Map<String, String> headers) {
        return new Refusal(new ErrorAnswer.Problem(status, code, message, null, null), headers, Optional.of(denial));
    }

    static Refusal denied(Denial denial, int status, String code, String message) {
        return denied(denial, status, code, message, Map.of());
    }

    /**
     * @param code for programs: a fixed word with underscores
     * @param headers of the answer, such as Retry-After
     */
    Refusal(int status, String code, String message, Map<String, String> headers) {
        this(new ErrorAnswer.Problem(status, code, message, null, null), headers);
    }

    Refusal(int status, String code, String message) {
        this(status, code, message, Map.of());
    }

    static Refusal badParameter(String message) {
        return new Refusal(400, "bad_parameter", message);
    }

    /** Another dump is being taken. */
    static Refusal capturing(long dumpId) {
        return new Refusal(
                new ErrorAnswer.Problem(409, "capturing", "Dump " + dumpId + " is being taken.", null, dumpId),
                Map.of());
    }

    /** Too soon after the last dump. */
    /** @param why one sentence */
    static Refusal throttled(String why, Instant nextAllowed, Clock clock) {
        Duration wait = Duration.between(clock.instant(), nextAllowed);
        // Rounded up, so that who waits that long is not refused again.
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        return new Refusal(
                new ErrorAnswer.Problem(
                        429,
                        "throttled",
                        why + " The next may be taken at " + nextAllowed + ".",
                        nextAllowed.toString(),
                        null),
                Map.of("Retry-After", Long.toString(seconds)));
    }

    ErrorAnswer.Problem problem() {
        return problem;
    }

    /** Why, where it is because of who asks. */
    Optional<Denial> denial() {
        return denial;
    }

    Map<String, String> headers() {
        return headers;
    }
}
