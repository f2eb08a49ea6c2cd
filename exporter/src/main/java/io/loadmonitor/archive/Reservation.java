package io.loadmonitor.archive;

import java.util.OptionalLong;

/** The answer to somebody who asks for a dump now: may one be taken, and if so, it is noted that it is. */
public sealed interface Reservation {
    /**
     * It may; the dump has this number and waits for its text.
     *
     * @param first whether limits took it for the first dump of an incident
     */
    record Granted(long dumpId, boolean first) implements Reservation {}

    /** Not now: this dump is being taken, or waits. */
    record Busy(long dumpId) implements Reservation {}

    /**
     * A limit refuses it.
     *
     * @param fresh false where the same was refused for the same reason before, and nothing came in between
     */
    record Refused(Refusal refusal, boolean fresh) implements Reservation {}

    /** The dump that was granted. */
    default OptionalLong granted() {
        return this instanceof Granted granted ? OptionalLong.of(granted.dumpId()) : OptionalLong.empty();
    }
}
