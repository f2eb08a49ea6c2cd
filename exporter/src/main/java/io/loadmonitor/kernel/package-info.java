/**
 * The kernel module {@code load_monitor.ko} and the few libc calls that Java lacks. In: sysfs knobs and the device.
 * Out: knob values and raw dumps. Owns JNA.
 */
@NullMarked
package io.loadmonitor.kernel;

import org.jspecify.annotations.NullMarked;
