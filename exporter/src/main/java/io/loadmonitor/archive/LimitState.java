package io.loadmonitor.archive;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * When a limit was last used up, as the archive remembers it across restarts.
 *
 * @param lastAt when a capture was last granted
 * @param dumpId the dump that was granted; empty once it is pruned
 */
public record LimitState(Instant lastAt, OptionalLong dumpId) {}
