package io.loadmonitor.flame;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.FunctionList;

/**
 * One step of a path: as folded stacks write it, printable ASCII without a semicolon (which is {@code \x3b}).
 *
 * @param text not empty
 */
public record FlameName(String text, Kind kind) {
    /** What the name is of. */
    public enum Kind {
        /** All tasks of a dump together. */
        ALL,
        /** The name of a task's program. */
        TASK,
        /** A function of the kernel. */
        KERNEL,
        /** A function of a module: {@code submit [xfs]}. */
        MODULE,
        /** Why there is no stack, in brackets: {@code [on CPU, user mode]}. */
        PLACE
    }

    public FlameName {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a frame's name is empty");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ';' || c < 0x20 || c > 0x7e) {
                throw new IllegalArgumentException("not a frame's name: \"" + EscapedText.of(text) + '"');
            }
        }
    }

    /** A function of the kernel's entry: {@code do_syscall_64}, on arm64 {@code el0_svc_common.constprop.0}. */
    boolean isWayIn() {
        int suffix = text.indexOf('.');
        return kind == Kind.KERNEL && FunctionList.WAY_IN.contains(suffix < 0 ? text : text.substring(0, suffix));
    }

    static FlameName task(EscapedText program) {
        return new FlameName(program.escaped().isEmpty() ? "[no name]" : escape(program.escaped()), Kind.TASK);
    }

    static FlameName function(Frame frame) {
        String function = escape(frame.function());
        return frame.module()
                .map(module -> new FlameName(function + " [" + escape(module) + "]", Kind.MODULE))
                .orElseGet(() -> new FlameName(function, Kind.KERNEL));
    }

    /** The function that {@code /proc/PID/wchan} names. */
    static FlameName waitChannel(String function) {
        return new FlameName(escape(function), Kind.KERNEL);
    }

    static FlameName place(String why) {
        return new FlameName("[" + escape(why) + "]", Kind.PLACE);
    }

    private static String escape(String text) {
        return text.replace(";", "\\x3b");
    }
}
