package io.loadmonitor.procfs;

import java.util.Optional;

/**
 * {@code /proc/PID/task/TID/wchan}, printed by {@code proc_pid_wchan()} in {@code fs/proc/base.c}: the function in which
 * the thread sleeps, without a newline.
 *
 * <pre>{@code
 * kernel_clone          (6.18.44, x86-64)
 * }</pre>
 *
 * {@code 0} stands for a thread that runs, for one that the reader may not trace (its user differs and it lacks
 * CAP_SYS_PTRACE), and for an address without a name.
 */
final class WaitChannel {
    private WaitChannel() {}

    /** Parses the file's text. */
    static Optional<String> parse(String text) {
        String function = text.strip();
        return function.isEmpty() || function.equals("0") ? Optional.empty() : Optional.of(function);
    }
}
