/**
 * Stacks for other tools and for the eye. In: {@link io.loadmonitor.dump.StackDump}. Out: folded text, profiles, boxes
 * of flame graphs, and what changed between two dumps. Owns no library.
 */
@NullMarked
package io.loadmonitor.flame;

import org.jspecify.annotations.NullMarked;
