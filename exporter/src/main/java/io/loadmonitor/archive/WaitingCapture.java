package io.loadmonitor.archive;

import io.loadmonitor.dump.Reason;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * A capture that was asked for and has no text yet.
 *
 * @param dumpId the dump's number
 * @param askedAt when it was asked for
 */
public record WaitingCapture(
        long dumpId, DumpTrigger trigger, Reason reason, OptionalLong incidentId, Instant askedAt) {}
