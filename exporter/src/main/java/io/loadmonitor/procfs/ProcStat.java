package io.loadmonitor.procfs;

import java.io.IOException;
import java.time.Instant;

/**
 * {@code /proc/stat}, printed by {@code fs/proc/stat.c}. Of its lines these are read:
 *
 * <pre>{@code
 * cpu  7077 0 4268 183115 1258 0 197 7362 0 0          (6.18.44, x86-64)
 * cpu0 3118 0 1930 92848 192 0 21 3375 0 0
 * cpu1 3958 0 2337 90267 1065 0 175 3986 0 0
 * btime 1795354838
 * procs_running 2
 * procs_blocked 0
 * }</pre>
 *
 * @param cpusOnline number of {@code cpuN} lines: the kernel prints one for each CPU that is online
 * @param procsRunning threads on a CPU or waiting for one; the reader is one of them
 * @param procsBlocked threads in {@code io_schedule()}, the kernel's {@code nr_iowait()}. It is not the number of
 *     threads in state D: those that wait in NFS, for a mutex or in a driver are missing here
 * @param bootTime by the wall clock, whole seconds
 */
public record ProcStat(int cpusOnline, long procsRunning, long procsBlocked, Instant bootTime) {
    private static final String FILE = "stat";

    /**
     * Reads the file.
     *
     * @throws IOException when it cannot be read or is malformed
     */
    public static ProcStat read(ProcFs procFs) throws IOException {
        return parse(procFs.read(FILE));
    }

    /**
     * Parses the file's text.
     *
     * @throws MalformedKernelText naming the line that is missing or malformed
     */
    public static ProcStat parse(String text) throws MalformedKernelText {
        int cpus = 0;
        // Line by line without a copy: that of the interrupts is kilobytes long.
        for (int line = 0; line >= 0; line = nextLine(text, line)) {
            if (text.startsWith("cpu", line) && line + 3 < text.length() && isDigit(text.charAt(line + 3))) {
                cpus++;
            }
        }
        if (cpus == 0) {
            throw new MalformedKernelText(FILE, "no line cpu0, cpu1, ...", text);
        }
        return new ProcStat(
                cpus,
                number(text, "procs_running"),
                number(text, "procs_blocked"),
                Instant.ofEpochSecond(number(text, "btime")));
    }

    private static int nextLine(String text, int line) {
        int end = text.indexOf('\n', line);
        return end < 0 || end + 1 == text.length() ? -1 : end + 1;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static long number(String text, String name) throws MalformedKernelText {
        String key = name + ' ';
        int line = text.startsWith(key) ? 0 : text.indexOf('\n' + key) + 1;
        if (line == 0 && !text.startsWith(key)) {
            throw new MalformedKernelText(FILE, "no line " + name, text);
        }
        int end = text.indexOf('\n', line);
        String whole = text.substring(line, end < 0 ? text.length() : end);
        try {
            return Long.parseLong(whole.substring(key.length()).strip());
        } catch (NumberFormatException malformed) {
            throw new MalformedKernelText(FILE, "a number is malformed", whole);
        }
    }
}
