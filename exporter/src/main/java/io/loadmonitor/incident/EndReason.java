package io.loadmonitor.incident;

/** How it is known that a spell, and with the last of them an incident, has ended. */
public enum EndReason {
    /** A message said so. */
    RESOLVED,
    /** The same alert fired anew, so this time of it is over, though no message said so. */
    SUPERSEDED,
    /** Nobody spoke of the alert for too long: it may be silenced, inhibited, or its Alertmanager gone. */
    SILENT,
    /** Nobody spoke of the alert, and the load had been low for an hour. */
    QUIET,
    /** Of a load without an alert: it was not seen any more. */
    LOW
}
