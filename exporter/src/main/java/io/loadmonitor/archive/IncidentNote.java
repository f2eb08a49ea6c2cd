package io.loadmonitor.archive;

import java.time.Instant;

/**
 * What somebody wrote about an incident.
 *
 * @param id never that of another note
 * @param author as the log's audit lines name people: {@code user:anna}
 * @param text 1 to {@link Remarks#MAX_TEXT} characters
 */
public record IncidentNote(long id, Instant at, String author, String text) {}
