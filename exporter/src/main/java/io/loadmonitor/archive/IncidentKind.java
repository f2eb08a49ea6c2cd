package io.loadmonitor.archive;

/** What an incident began with. */
public enum IncidentKind {
    /** An alert. */
    ALERT,
    /** A dump that the kernel module or the exporter took by itself while no alert held. */
    LOAD
}
