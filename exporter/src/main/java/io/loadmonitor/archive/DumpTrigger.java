package io.loadmonitor.archive;

/**
 * Why a dump was taken, as the archive and the metrics tell it; {@code alert}, {@code follow_up} and {@code manual}
 * are all manual to the module.
 */
public enum DumpTrigger {
    /** The 1-minute load crossed a level. */
    THRESHOLD,
    /** The number of active tasks crossed a level. */
    ACTIVE,
    /** The kernel's pressure numbers say that tasks stall. */
    PRESSURE,
    ALERT,
    /** An incident lasts. */
    FOLLOW_UP,
    MANUAL,
    UNKNOWN;

    /** The names of those that nobody asks for, as SQL's values. */
    static final String AUTOMATIC = "('THRESHOLD', 'ACTIVE', 'PRESSURE')";

    /** Whether nobody asked for it. */
    public boolean automatic() {
        return this == THRESHOLD || this == ACTIVE || this == PRESSURE;
    }
}
