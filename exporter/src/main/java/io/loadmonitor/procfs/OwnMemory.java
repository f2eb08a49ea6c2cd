package io.loadmonitor.procfs;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Memory of this process, of {@code /proc/self/status} ({@code task_mem()} in {@code fs/proc/task_mmu.c}), of which
 * these lines are read:
 *
 * <pre>{@code
 * VmSize:	 2497132 kB
 * VmRSS:	   86144 kB
 * }</pre>
 *
 * @param virtualBytes of its address space
 * @param residentBytes in memory now
 */
public record OwnMemory(long virtualBytes, long residentBytes) {
    /** Empty where the file cannot be read or lacks the lines. */
    public static Optional<OwnMemory> read(ProcFs procFs) {
        try {
            return parse(procFs.read("self/status"));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    static Optional<OwnMemory> parse(String text) {
        OptionalLong virtual = kilobytes(text, "\nVmSize:");
        OptionalLong resident = kilobytes(text, "\nVmRSS:");
        return virtual.isPresent() && resident.isPresent()
                ? Optional.of(new OwnMemory(virtual.getAsLong() << 10, resident.getAsLong() << 10))
                : Optional.empty();
    }

    private static OptionalLong kilobytes(String text, String name) {
        int line = text.indexOf(name);
        int end = line < 0 ? -1 : text.indexOf(" kB", line);
        if (end < 0) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(
                    Long.parseLong(text.substring(line + name.length(), end).strip()));
        } catch (NumberFormatException malformed) {
            return OptionalLong.empty();
        }
    }
}
