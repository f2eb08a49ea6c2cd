package io.loadmonitor.flame;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Tasks of one program with one stack. Immutable.
 *
 * @param path the program's name, then the functions, outermost first, or why there are none
 * @param tasks at least 1
 */
public record FoldedStack(List<FlameName> path, int tasks) {
    public FoldedStack {
        path = List.copyOf(path);
        if (path.isEmpty() || tasks < 1) {
            throw new IllegalArgumentException(tasks + " tasks at a path of " + path.size() + " names");
        }
    }

    /** {@code vf;__do_sys_vfork;kernel_clone} */
    public String text() {
        return text(path);
    }

    /** {@code vf;__do_sys_vfork;kernel_clone 2} and the end of the line. */
    public String line() {
        return text() + ' ' + tasks + '\n';
    }

    static String text(List<FlameName> path) {
        return path.stream().map(FlameName::text).collect(Collectors.joining(";"));
    }
}
