/**
 * The life of an incident, without a database, a thread or a clock: what alerts, dumps, load ticks and the passing of
 * time mean for it, and when it gets a further dump. In: what is known, and an event. Out: what is known then. Uses the
 * JDK alone; {@code archive} stores what is decided here and decides nothing.
 */
@NullMarked
package io.loadmonitor.incident;

import org.jspecify.annotations.NullMarked;
