package io.loadmonitor.archive;

import java.time.Instant;
import java.util.Optional;

/**
 * How full the archive is.
 *
 * @param dumps with a text
 * @param bytes of the database file and its log
 * @param oldest when the oldest dump was taken
 * @param waiting captures that are asked for and not yet begun
 */
public record ArchiveTotals(long dumps, long bytes, Optional<Instant> oldest, int waiting) {}
