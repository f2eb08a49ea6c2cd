package io.loadmonitor.desk;

import io.loadmonitor.archive.LimitState;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a rule, a manual request or the source would lead to a dump now, and if not, why and when.
 *
 * @param name the rule's name, {@code dumps}, {@code manual}, or the source's label
 * @param why one sentence for people
 * @param next when it is ready again, if that is known
 * @param use how many of the dumps within a time are used up; empty where any number is allowed
 */
public record RuleStatus(
        Kind kind, String name, State state, String why, Optional<Instant> next, Optional<LimitState.Use> use) {
    /** What the status is of. */
    public enum Kind {
        RULE,
        /** All but the dumps that people ask for. */
        HOST,
        MANUAL,
        SOURCE
    }

    /** Whether a dump would be taken. */
    public enum State {
        READY,
        CAPTURING,
        THROTTLED
    }
}
