package io.loadmonitor.procfs;

import java.util.OptionalLong;

/**
 * The context switches at the end of {@code /proc/PID/task/TID/status}, printed by {@code proc_pid_status()} in {@code
 * fs/proc/array.c}; see proc(5).
 *
 * <pre>{@code
 * Name:	perl
 * State:	D (disk sleep)                                      (6.18.44, x86-64, shortened)
 * voluntary_ctxt_switches:	2
 * nonvoluntary_ctxt_switches:	0
 * }</pre>
 *
 * Reading it takes spin locks only, neither mmap_lock nor a mutex. The name is the only text under the task's control,
 * and the kernel writes a newline in it as {@code \n}.
 */
final class TaskStatus {
    private static final String VOLUNTARY = "voluntary_ctxt_switches:";
    private static final String NOT_VOLUNTARY = "nonvoluntary_ctxt_switches:";

    private TaskStatus() {}

    /**
     * How often a CPU was taken from the thread in all its life, by itself or not; empty where the text does not say.
     *
     * @throws MalformedKernelText quoting the line
     */
    static OptionalLong switches(String text) throws MalformedKernelText {
        long sum = 0;
        int found = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            String key = line.startsWith(VOLUNTARY) ? VOLUNTARY : line.startsWith(NOT_VOLUNTARY) ? NOT_VOLUNTARY : "";
            if (!key.isEmpty()) {
                sum = sum(sum, line, key);
                found++;
            }
        }
        return found == 2 ? OptionalLong.of(sum) : OptionalLong.empty();
    }

    private static long sum(long sum, String line, String key) throws MalformedKernelText {
        try {
            return Math.addExact(
                    sum, Long.parseUnsignedLong(line.substring(key.length()).strip()));
        } catch (NumberFormatException | ArithmeticException malformed) {
            throw new MalformedKernelText("task status", "a number is malformed", line);
        }
    }
}
