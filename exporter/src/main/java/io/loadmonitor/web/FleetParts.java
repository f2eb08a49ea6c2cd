package io.loadmonitor.web;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.fleet.FleetStore;
import io.loadmonitor.guard.AuditLog;
import java.time.Clock;

/**
 * What the server of a fleet serves.
 *
 * @param causes of which colours are known
 * @param clock says what is now
 */
public record FleetParts(FleetStore store, CauseCatalogue causes, AuditLog audit, Clock clock) {}
