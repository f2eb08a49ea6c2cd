package io.loadmonitor.procfs;

import java.util.Arrays;
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
    private static final int ON_CPU = 0;
    private static final int RUN_DELAY = 1;
    private static final int TIMES = 2;

    private TaskSchedStat() {}

    /**
     * The time of waiting for a CPU in nanoseconds; empty where the kernel does not count it.
     *
     * @throws MalformedKernelText quoting the text
     */
    static OptionalLong runDelayNanos(String text) throws MalformedKernelText {
        long[] numbers = parse(text);
        return counted(numbers) && numbers[RUN_DELAY] >= 0 ? OptionalLong.of(numbers[RUN_DELAY]) : OptionalLong.empty();
    }

    /**
     * How often it was given a CPU; empty where the kernel does not count it. While the number stays, a task that was
     * seen asleep has not run: it may have been woken, but cannot have gone to sleep anew.
     *
     * @throws MalformedKernelText quoting the text
     */
    static OptionalLong timesOnCpu(String text) throws MalformedKernelText {
        long[] numbers = parse(text);
        return counted(numbers) ? OptionalLong.of(numbers[TIMES]) : OptionalLong.empty();
    }

    private static boolean counted(long[] numbers) {
        return numbers[ON_CPU] != 0 || numbers[RUN_DELAY] != 0 || numbers[TIMES] != 0;
    }

    private static long[] parse(String text) throws MalformedKernelText {
        String[] words = text.strip().split(" ");
        if (words.length != TIMES + 1) {
            throw new MalformedKernelText("schedstat", "not three numbers", text);
        }
        try {
            return Arrays.stream(words).mapToLong(Long::parseUnsignedLong).toArray();
        } catch (NumberFormatException malformed) {
            throw new MalformedKernelText("schedstat", "a number is malformed", text);
        }
    }
}
