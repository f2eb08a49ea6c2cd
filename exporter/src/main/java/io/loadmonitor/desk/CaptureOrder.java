package io.loadmonitor.desk;

import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.WaitingCapture;
import io.loadmonitor.dump.Reason;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * A dump that is to be taken.
 *
 * @param dumpId its number; empty where the archive could not note that it was asked for
 */
record CaptureOrder(OptionalLong dumpId, DumpTrigger trigger, Reason reason, Instant askedAt) {
    static CaptureOrder of(WaitingCapture waiting) {
        return new CaptureOrder(
                OptionalLong.of(waiting.dumpId()), waiting.trigger(), waiting.reason(), waiting.askedAt());
    }

    /** {@code dump 17}, or {@code a dump that the archive could not note}. */
    String words() {
        return dumpId.isPresent() ? "dump " + dumpId.getAsLong() : "a dump that the archive could not note";
    }

    /** The same at the beginning of a sentence. */
    String sentence() {
        return Character.toUpperCase(words().charAt(0)) + words().substring(1);
    }
}
