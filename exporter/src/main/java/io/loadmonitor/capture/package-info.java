/**
 * Takes dumps. In: what asks, and why. Out: a {@link io.loadmonitor.dump.RawDump}, from the kernel module, by BPF
 * or from /proc, always in the one text format. Owns no library.
 */
@NullMarked
package io.loadmonitor.capture;

import org.jspecify.annotations.NullMarked;
