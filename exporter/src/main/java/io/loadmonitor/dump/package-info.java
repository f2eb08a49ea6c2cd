/**
 * The dump: its text, what it says, and what the load consisted of. In: {@link io.loadmonitor.dump.RawDump}. Out:
 * {@link io.loadmonitor.dump.StackDump} and the parts of the load. Owns no library (JDK only).
 */
@NullMarked
package io.loadmonitor.dump;

import org.jspecify.annotations.NullMarked;
