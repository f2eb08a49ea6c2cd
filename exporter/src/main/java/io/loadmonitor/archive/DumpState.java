package io.loadmonitor.archive;

/** How far a dump has come. */
public enum DumpState {
    /** Asked for; the text is not there yet. */
    CAPTURING,
    /** The text is there, with its footer. */
    COMPLETE,
    /** The text is there but was cut off: kept as it is. */
    INCOMPLETE,
    /** There will be no text; the failure says why. */
    FAILED,
    /** There was one; the retention deleted its text. What it told is kept ({@link DumpStory}). */
    DELETED
}
