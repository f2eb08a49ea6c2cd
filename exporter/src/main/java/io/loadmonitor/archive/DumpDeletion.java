package io.loadmonitor.archive;

import java.time.Instant;

/**
 * That a dump's text is gone.
 *
 * @param at when it was deleted
 * @param setting of the retention that wanted it: {@code max_age}, {@code max_dumps}, {@code max_size} or
 *     {@code min_free_disk}
 */
public record DumpDeletion(Instant at, String setting) {}
