package io.loadmonitor.archive;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * When a limit was last used up, as the archive remembers it across restarts.
 *
 * @param lastAt when a capture was last granted
 * @param dumpId the dump that was granted; empty once it is pruned
 * @param capturing whether that dump is not there yet
 */
public record LimitState(Instant lastAt, OptionalLong dumpId, boolean capturing) {
    /** The name of the limit on manual requests. */
    public static final String MANUAL = "manual";

    /** The name of a rule's cooldown. */
    public static String ofRule(String rule) {
        return "rule:" + rule;
    }
}
