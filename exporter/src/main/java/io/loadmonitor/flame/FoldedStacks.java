package io.loadmonitor.flame;

import io.loadmonitor.dump.StackDump;

/** Folded stacks, the interchange format of flame graph tools. Stateless, thread-safe. */
public final class FoldedStacks {
    private FoldedStacks() {}

    /** {@code comm;outermost;...;innermost count} lines; the counts sum to the tasks of the dump. */
    public static String write(StackDump dump) {
        throw new UnsupportedOperationException("in progress");
    }
}
