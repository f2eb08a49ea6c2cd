package io.loadmonitor.procfs;

import java.util.List;

/**
 * {@code /proc/PID/task/TID/stack}, printed by {@code proc_pid_stack()} in {@code fs/proc/base.c} with {@code %pB}.
 *
 * <pre>{@code
 * [<0>] kernel_clone+0x1af/0x3e0                      (6.18.44, x86-64)
 * [<0>] __do_sys_clone+0x65/0xa0
 * [<0>] do_syscall_64+0x71/0x280
 * [<0>] entry_SYSCALL_64_after_hwframe+0x76/0x7e
 * }</pre>
 *
 * The kernel leaves its scheduler functions out and prints at most 64 frames. For a thread that is on a CPU the text is
 * empty or stale.
 *
 * @param frames innermost first, without the {@code [<0>]} in front
 */
public record TaskStack(List<String> frames) {
    private static final String ADDRESS = "[<0>] ";

    public TaskStack {
        frames = List.copyOf(frames);
    }

    /** Parses the file's text; there is none that it refuses. */
    public static TaskStack parse(String text) {
        return new TaskStack(text.lines()
                .map(line -> line.startsWith(ADDRESS) ? line.substring(ADDRESS.length()) : line)
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList());
    }
}
