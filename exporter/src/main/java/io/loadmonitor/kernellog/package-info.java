/**
 * What others captured: kernel logs and files of {@code /proc} in which tasks are listed with their stacks. In: text.
 * Out: {@link io.loadmonitor.kernellog.KernelLog}, a {@link io.loadmonitor.dump.StackDump} for each report in it. Owns
 * no library (JDK only); knows the package {@code dump} alone.
 */
@NullMarked
package io.loadmonitor.kernellog;

import org.jspecify.annotations.NullMarked;
