package io.loadmonitor.desk;

import java.time.Instant;
import java.util.Optional;

/**
 * Whether a rule, a manual request or the source would lead to a dump now, and if not, why and when.
 *
 * @param name the rule's name, {@code manual}, or the source's label
 * @param why one sentence for people
 * @param next when it is ready again, if that is known
 */
public record RuleStatus(Kind kind, String name, State state, String why, Optional<Instant> next) {
    /** What the status is of. */
    public enum Kind {
        RULE,
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
