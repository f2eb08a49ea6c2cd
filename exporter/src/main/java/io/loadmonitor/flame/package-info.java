/**
 * Stacks for other tools. In: {@link io.loadmonitor.dump.StackDump}. Out: folded text. Owns no library.
 */
@NullMarked
package io.loadmonitor.flame;

import org.jspecify.annotations.NullMarked;
