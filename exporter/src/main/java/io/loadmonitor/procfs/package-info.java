/**
 * Reads {@code /proc}: load averages, CPU count, task states. In: text of kernel files. Out: records with units in
 * their names. The mount point is a value, so that tests read a directory. Owns no library (JDK only).
 */
@NullMarked
package io.loadmonitor.procfs;

import org.jspecify.annotations.NullMarked;
