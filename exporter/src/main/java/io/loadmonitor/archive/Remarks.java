package io.loadmonitor.archive;

import java.util.List;

/**
 * What people say of an incident.
 *
 * @param notes the oldest first, at most {@link #MOST_NOTES}
 * @param tags in the order of the alphabet, at most {@link #MOST_TAGS}
 */
public record Remarks(List<IncidentNote> notes, List<String> tags) {
    /** Of one note, in characters. */
    public static final int MAX_TEXT = 2_000;

    public static final int MOST_NOTES = 100;
    public static final int MOST_TAGS = 20;

    /** Nobody said anything. */
    public static final Remarks NONE = new Remarks(List.of(), List.of());

    public Remarks {
        notes = List.copyOf(notes);
        tags = List.copyOf(tags);
    }

    /** What became of a change. */
    public enum Change {
        DONE,
        /** There is no such incident, or no such note of it. */
        UNKNOWN,
        /** It has {@link #MOST_NOTES} notes. */
        FULL
    }
}
