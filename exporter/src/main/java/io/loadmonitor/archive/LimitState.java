package io.loadmonitor.archive;

import io.loadmonitor.incident.DumpWindow;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a limit is used up, as the archive remembers it across restarts.
 *
 * @param last what was allowed last; empty when nothing was yet
 * @param use of the dumps within a time; empty where any number is allowed
 * @param refusal of the first dump of an incident, or of a person's, if one were asked for now; that which lasts longest
 */
public record LimitState(Optional<Last> last, Optional<Use> use, Optional<Refusal> refusal) {
    /**
     * @param at by the wall clock of then
     * @param dumpId the dump; empty once it is pruned
     * @param capturing whether that dump is not there yet
     */
    public record Last(Instant at, OptionalLong dumpId, boolean capturing) {}

    /** @param used how many of the window's dumps are asked for already; more than that after a reload that lowered it */
    public record Use(int used, DumpWindow window) {}

    /**
     * Of all limits.
     *
     * @param rules by name
     */
    public record All(Map<String, LimitState> rules, LimitState host, LimitState people) {
        public All {
            rules = Map.copyOf(rules);
        }
    }
}
