package io.loadmonitor.archive;

import io.loadmonitor.dump.EscapedText;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * A capture that was asked for and has no text yet.
 *
 * @param dumpId the dump's number
 * @param reason 1 to 63 characters of printable ASCII, for the trigger line
 * @param askedAt when it was asked for
 */
public record WaitingCapture(
        long dumpId, DumpTrigger trigger, EscapedText reason, OptionalLong incidentId, Instant askedAt) {}
