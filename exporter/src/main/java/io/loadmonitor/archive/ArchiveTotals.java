package io.loadmonitor.archive;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * How full the archive is.
 *
 * @param dumps with a text
 * @param bytes of the database file and its log
 * @param oldest when the oldest dump was taken
 * @param waiting captures that are asked for and not yet begun
 * @param openIncidents of this host that last
 * @param pruned dumps that were deleted since the start, by the setting of the retention that wanted it; all are there
 */
public record ArchiveTotals(
        long dumps, long bytes, Optional<Instant> oldest, int waiting, int openIncidents, Map<String, Long> pruned) {
    public ArchiveTotals {
        pruned = Map.copyOf(pruned);
    }
}
