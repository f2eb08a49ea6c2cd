package io.loadmonitor.flame;

import java.util.List;

/**
 * How many tasks of one program had one stack in each of two dumps. Immutable.
 *
 * @param path as of {@link FoldedStack}
 * @param before 0 when it is new
 * @param after 0 when it is gone
 */
public record StackChange(List<FlameName> path, int before, int after) {
    public StackChange {
        path = List.copyOf(path);
        if (path.isEmpty() || before < 0 || after < 0 || before + after < 1) {
            throw new IllegalArgumentException(
                    before + " and " + after + " tasks at a path of " + path.size() + " names");
        }
    }

    /** Tasks that came, or negative, that went. */
    public int difference() {
        return after - before;
    }

    /** {@code vf;__do_sys_vfork;kernel_clone} */
    public String text() {
        return FoldedStack.text(path);
    }
}
