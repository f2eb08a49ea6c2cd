/**
 * From an alert, or a load that crosses a level, to its dump. In: alerts, requests, load ticks. Out: incidents, and
 * captures in the order in which they were asked for, within limits that survive a restart. Every refusal says why and,
 * where that is known, until when. Owns no library.
 */
@NullMarked
package io.loadmonitor.desk;

import org.jspecify.annotations.NullMarked;
