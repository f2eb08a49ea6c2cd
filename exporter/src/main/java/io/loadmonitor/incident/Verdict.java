package io.loadmonitor.incident;

/** What a message about an alert meant. */
public enum Verdict {
    /** It was not known. */
    NEW,
    /** It fires, and that was known. */
    KNOWN,
    /** It had ended and fires again. */
    REOPENED,
    /** It has ended now. */
    ENDED,
    /** Its end was known. */
    ENDED_BEFORE
}
