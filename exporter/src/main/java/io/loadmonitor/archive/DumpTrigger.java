package io.loadmonitor.archive;

/**
 * Why a dump was taken, as the archive and the metrics tell it; {@code alert} and {@code manual} are both manual to the
 * module.
 */
public enum DumpTrigger {
    THRESHOLD,
    ACTIVE,
    ALERT,
    MANUAL,
    UNKNOWN
}
