/**
 * From an alert to its dump. In: alerts. Out: incidents, and captures asked for in the order of their arrival, within
 * limits that survive a restart. Owns no library.
 */
@NullMarked
package io.loadmonitor.incident;

import org.jspecify.annotations.NullMarked;
