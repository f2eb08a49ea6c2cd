/**
 * The kernel module {@code load_monitor.ko}, the device mapper's devices, and the few libc calls that Java lacks. In:
 * files of sysfs, the module's device and /proc/pressure. Out: knob values, raw dumps, which devices are suspended,
 * that all tasks stall. Owns JNA.
 *
 * <p>JNA unpacks its native library ({@code libjnidispatch.so}) from the jar and maps it, so the directory must be
 * writable and not be mounted noexec. It takes {@code -Djna.tmpdir=DIR}, else {@code JNA/temp} in the user's cache
 * directory, else the temporary directory. Where the whole root is read-only, put the library of the same version
 * ({@code com/sun/jna/linux-x86-64/libjnidispatch.so} in the jar) into a directory beforehand and start with {@code
 * -Djna.nounpack=true -Djna.boot.library.path=DIR}; {@code -Djna.nosys=true}, JNA's default, keeps it from taking
 * another version that the system has. Without the library everything else of the program works; the module is then
 * said not to be usable, with the reason.
 */
@NullMarked
package io.loadmonitor.kernel;

import org.jspecify.annotations.NullMarked;
