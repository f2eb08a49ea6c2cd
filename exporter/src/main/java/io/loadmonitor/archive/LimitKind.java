package io.loadmonitor.archive;

/** What refuses a capture. In lower case a label's value in metrics, and in the API. */
public enum LimitKind {
    /** The least time between two dumps that a rule's alerts ask for. */
    COOLDOWN,
    /** So many dumps of a rule within a time. */
    RULE,
    /** So many dumps of the host within a time, whatever asks for them but people. */
    HOST,
    /** So many captures that wait. */
    QUEUE,
    /** The least time between two dumps that people ask for. */
    SPACING,
    /** So many dumps within a time that people ask for. */
    PEOPLE
}
