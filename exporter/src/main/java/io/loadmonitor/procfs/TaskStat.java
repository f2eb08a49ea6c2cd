package io.loadmonitor.procfs;

import java.nio.charset.StandardCharsets;

/**
 * {@code /proc/PID/task/TID/stat}, printed by {@code do_task_stat()} in {@code fs/proc/array.c}; see proc(5).
 *
 * <pre>{@code
 * 8628 (perl) D 8623 8623 5027 0 -1 4194304 257 0 0 0 0 0 0 0 20 0 1 0 103446 8069120 1253 18446744073709551615
 * 93893519892480 93893521547685 140722713867776 0 0 0 0 134 0 1 0 0 17 0 0 0 0 0 0 93893523324968 93893523395412
 * 93894021148672 140722713873050 140722713873139 140722713873139 140722713874410 0     (6.18.44, x86-64; one line)
 * }</pre>
 *
 * Reading the file takes no lock for long: neither mmap_lock nor a mutex.
 *
 * @param pid the thread's id
 * @param comm the thread's name, each char one byte (ISO-8859-1). A task may give itself any name, so it may hold
 *     parentheses, spaces and newlines, and need not be UTF-8
 * @param state what the state letter means
 * @param ppid the parent process' id
 * @param cpu where it runs or ran last. It does not tell whether the thread is on the CPU now
 * @param startNanos when it was started, since boot (CLOCK_BOOTTIME), in steps of 10 ms
 */
public record TaskStat(long pid, String comm, TaskState state, long ppid, int cpu, long startNanos) {
    /** The file counts in USER_HZ, which is 100 on every architecture that Java runs on, whatever CONFIG_HZ is. */
    private static final long NANOS_PER_TICK = 1_000_000_000L / 100;

    /** Positions after the name's closing parenthesis, from 0: fields 3, 4, 22 and 39 of proc(5). */
    private static final int STATE = 0;

    private static final int PPID = 1;
    private static final int START_TICKS = 19;
    private static final int CPU = 36;

    /**
     * Parses the file's text.
     *
     * @throws MalformedKernelText quoting it
     */
    public static TaskStat parse(String text) throws MalformedKernelText {
        int open = text.indexOf('(');
        int close = text.lastIndexOf(')');
        if (open < 2 || close < open || text.length() < close + 3) {
            throw new MalformedKernelText("task stat", "no name in parentheses", text);
        }
        String[] fields = text.substring(close + 2).strip().split(" ");
        if (fields.length <= CPU || fields[STATE].length() != 1) {
            throw new MalformedKernelText("task stat", "fewer than 39 fields", text);
        }
        try {
            return new TaskStat(
                    Long.parseLong(text.substring(0, open - 1)),
                    text.substring(open + 1, close),
                    TaskState.of(fields[STATE].charAt(0)),
                    Long.parseLong(fields[PPID]),
                    Integer.parseInt(fields[CPU]),
                    Math.multiplyExact(Long.parseLong(fields[START_TICKS]), NANOS_PER_TICK));
        } catch (NumberFormatException malformed) {
            throw new MalformedKernelText("task stat", "a number is malformed", text);
        } catch (ArithmeticException overflow) {
            throw new MalformedKernelText("task stat", "the start time is too large", text);
        }
    }

    /** The bytes of the name as the task set them. */
    public byte[] commBytes() {
        return comm.getBytes(StandardCharsets.ISO_8859_1);
    }
}
