/**
 * One store for many hosts, on PostgreSQL 15 or later: its schema and upkeep, what a host ships there, and the
 * questions that people ask it. In: the archive's outbox and the load ticks. Out: rows in the store; answers. Owns the
 * PostgreSQL driver, which is loaded when somebody connects and not before.
 *
 * <p>Nothing here keeps a state in a session of the server, so a pooler in transaction mode may stand in between.
 */
@NullMarked
package io.loadmonitor.fleet;

import org.jspecify.annotations.NullMarked;
