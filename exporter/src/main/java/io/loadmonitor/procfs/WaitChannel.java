package io.loadmonitor.procfs;

import java.util.Optional;

/**
 * {@code /proc/PID/task/TID/wchan}, printed by {@code proc_pid_wchan()} in {@code fs/proc/base.c}: the function in
 * which the thread sleeps, without a newline.
 *
 * <pre>{@code
 * kernel_clone          (6.18.44, x86-64)
 * }</pre>
 *
 * {@code 0} stands for a thread that runs, for one that the reader may not trace (its user differs and it lacks
 * CAP_SYS_PTRACE), and for an address without a name.
 */
final class WaitChannel {
    /** KSYM_NAME_LEN. */
    private static final int MAX_NAME_CHARS = 512;

    private WaitChannel() {}

    /** Parses the file's text; what cannot be a function's name is none. */
    static Optional<String> parse(String text) {
        String function = text.strip();
        boolean name = !function.isEmpty()
                && !function.equals("0")
                && function.length() <= MAX_NAME_CHARS
                && function.chars().allMatch(c -> c > 0x20 && c <= 0x7e);
        return name ? Optional.of(function) : Optional.empty();
    }
}
