/**
 * The kernel module {@code load_monitor.ko} and the few libc calls that Java lacks. In: sysfs knobs and the device.
 * Out: knob values and raw dumps. Owns JNA.
 *
 * <p>JNA unpacks its native library ({@code libjnidispatch.so}) from the jar into a temporary directory and maps it from
 * there, so that directory must be writable and not be mounted noexec. Where {@code /tmp} is neither, name another one
 * with {@code -Djna.tmpdir=DIR}; where the whole root is read-only, install the library beforehand (Debian: {@code
 * libjna-jni}, of the same version as the jar) and start with {@code -Djna.nosys=false -Djna.nounpack=true
 * -Djna.boot.library.path=DIR}. Without the library everything else of the program works; the module is then said not to
 * be usable, with the reason.
 */
@NullMarked
package io.loadmonitor.kernel;

import org.jspecify.annotations.NullMarked;
