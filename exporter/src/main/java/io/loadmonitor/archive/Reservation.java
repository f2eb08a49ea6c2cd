package io.loadmonitor.archive;

import java.time.Instant;

/** The answer to somebody who asks for a dump now: may one be taken, and if so, it is noted that it is. */
public sealed interface Reservation {
    /** It may; the dump has this number and waits for its text. */
    record Granted(long dumpId) implements Reservation {}

    /** Not now: this dump is being taken. */
    record Busy(long dumpId) implements Reservation {}

    /** Too soon after the last one. */
    record TooSoon(Instant nextAllowed) implements Reservation {}
}
