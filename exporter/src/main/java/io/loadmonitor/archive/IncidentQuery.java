package io.loadmonitor.archive;

import java.time.Instant;
import java.util.Optional;

/**
 * Which incidents. Empty filters let everything through.
 *
 * @param from those that lasted at this time or later; open ones last still
 * @param to those that began before it
 * @param open only open ones, or only closed ones
 * @param alertName exactly
 * @param tag that people gave it
 * @param names what one of its dumps holds: one dump, all of them
 * @param cursor of an earlier page's {@code next}
 * @param limit 1 to 500
 */
public record IncidentQuery(
        Optional<Instant> from,
        Optional<Instant> to,
        Optional<Boolean> open,
        Optional<String> alertName,
        Optional<String> tag,
        DumpNames names,
        Optional<String> cursor,
        int limit) {
    public IncidentQuery {
        if (limit < 1 || limit > DumpQuery.MAX_LIMIT) {
            throw new IllegalArgumentException("limit is " + limit + ", but must be 1 to " + DumpQuery.MAX_LIMIT);
        }
    }

    /** The newest incidents of which a dump holds these names. */
    public static IncidentQuery of(DumpNames names, int limit) {
        return new IncidentQuery(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                names,
                Optional.empty(),
                limit);
    }
}
