package io.loadmonitor.desk;

import java.time.Instant;

/** The answer to somebody who asks for a dump now. */
public sealed interface CaptureReply {
    /** The dump is being taken and will have this number. */
    record Accepted(long dumpId) implements CaptureReply {}

    /** This dump is being taken. */
    record Busy(long dumpId) implements CaptureReply {}

    /** Too soon after the last one. */
    record Throttled(Instant nextAllowed) implements CaptureReply {}

    /** No dumps are taken here now. */
    record Unavailable(String why) implements CaptureReply {}
}
