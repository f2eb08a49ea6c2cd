package io.loadmonitor.procfs;

import java.util.OptionalLong;

/**
 * {@code /proc/PID/task/TID/schedstat}, printed by {@code proc_pid_schedstat()} in {@code fs/proc/base.c}; see
 * Documentation/scheduler/sched-stats.rst. Three numbers since the task was started: nanoseconds on a CPU, nanoseconds
 * of waiting for one, and how often it was given one.
 *
 * <pre>{@code
 * 5856863 7419146 2          (6.18.44, x86-64)
 * }</pre>
 *
 * Reading it takes no lock. Without CONFIG_SCHED_INFO there is no such file; where the kernel does not count, it holds
 * three zeros.
 */
final class TaskSchedStat {
    private TaskSchedStat() {}

    /**
     * The time of waiting for a CPU in nanoseconds; empty where the kernel does not count it.
     *
     * @throws MalformedKernelText quoting the text
     */
    static OptionalLong runDelayNanos(String text) throws MalformedKernelText {
        String[] words = text.strip().split(" ");
        if (words.length != 3) {
            throw new MalformedKernelText("schedstat", "not three numbers", text);
        }
        try {
            long onCpu = Long.parseUnsignedLong(words[0]);
            long delay = Long.parseUnsignedLong(words[1]);
            long times = Long.parseUnsignedLong(words[2]);
            boolean counted = onCpu != 0 || delay != 0 || times != 0;
            return counted && delay >= 0 ? OptionalLong.of(delay) : OptionalLong.empty();
        } catch (NumberFormatException malformed) {
            throw new MalformedKernelText("schedstat", "a number is malformed", text);
        }
    }
}
