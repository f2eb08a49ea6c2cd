/**
 * The load average by cause: looks at the tasks of the load at each of the kernel's load ticks, and damps what it saw
 * as the kernel damps its average. In: /proc/loadavg, what a source sees of the tasks. Out: parts that sum to the load
 * average, now and over the last two hours. Owns no library (JDK only).
 */
@NullMarked
package io.loadmonitor.sample;

import org.jspecify.annotations.NullMarked;
