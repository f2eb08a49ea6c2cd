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
        int cpus = (int) text.lines().filter(ProcStat::isOfOneCpu).count();
        if (cpus == 0) {
            throw new MalformedKernelText(FILE, "no line cpu0, cpu1, ...", text);
        }
        return new ProcStat(
                cpus,
                number(text, "procs_running"),
                number(text, "procs_blocked"),
                Instant.ofEpochSecond(number(text, "btime")));
    }

    private static boolean isOfOneCpu(String line) {
        return line.length() > 3 && line.startsWith("cpu") && Character.isDigit(line.charAt(3));
    }

    private static long number(String text, String name) throws MalformedKernelText {
        String line = text.lines()
                .filter(candidate -> candidate.startsWith(name + ' '))
                .findFirst()
                .orElseThrow(() -> new MalformedKernelText(FILE, "no line " + name, text));
        try {
            return Long.parseLong(line.substring(name.length() + 1).strip());
        } catch (NumberFormatException malformed) {
            throw new MalformedKernelText(FILE, "a number is malformed", line);
        }
    }
}
