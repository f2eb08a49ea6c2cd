/**
 * The kernel's arithmetic of the load average, forwards and backwards. In: averages as they are shown, active tasks.
 * Out: ranges of what the kernel may hold. Owns no library (JDK only).
 */
@NullMarked
package io.loadmonitor.loadavg;

import org.jspecify.annotations.NullMarked;
