package io.loadmonitor.archive;

import java.time.Instant;
import java.util.Optional;

/**
 * Which dumps. Empty filters let everything through.
 *
 * @param from inclusive
 * @param to exclusive
 * @param names what they hold
 * @param cursor of an earlier page's {@code next}
 * @param limit 1 to 500
 */
public record DumpQuery(
        Optional<Instant> from,
        Optional<Instant> to,
        Optional<DumpTrigger> trigger,
        DumpNames names,
        Optional<String> cursor,
        int limit) {
    public static final int MAX_LIMIT = 500;

    public DumpQuery {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit is " + limit + ", but must be 1 to " + MAX_LIMIT);
        }
    }

    /** The newest dumps. */
    public static DumpQuery newest(int limit) {
        return of(DumpNames.ANY, limit);
    }

    /** The same of those that were taken before a time. */
    public DumpQuery before(Instant time) {
        return new DumpQuery(from, Optional.of(time), trigger, names, cursor, limit);
    }

    /** The newest dumps that hold these names. */
    public static DumpQuery of(DumpNames names, int limit) {
        return new DumpQuery(Optional.empty(), Optional.empty(), Optional.empty(), names, Optional.empty(), limit);
    }
}
