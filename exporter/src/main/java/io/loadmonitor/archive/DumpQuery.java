package io.loadmonitor.archive;

import java.time.Instant;
import java.util.Optional;

/**
 * Which dumps. Empty filters let everything through.
 *
 * @param from inclusive
 * @param to exclusive
 * @param comm a task of this name is in the dump, compared in escaped form
 * @param cgroup a task of this cgroup or below it is in the dump
 * @param function this function is in one of the stacks
 * @param cursor of an earlier page's {@code next}
 * @param limit 1 to 500
 */
public record DumpQuery(
        Optional<Instant> from,
        Optional<Instant> to,
        Optional<DumpTrigger> trigger,
        Optional<String> comm,
        Optional<String> cgroup,
        Optional<String> function,
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
        return new DumpQuery(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), limit);
    }
}
