package io.loadmonitor.procfs;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code /proc/meminfo}, of {@code fs/proc/meminfo.c}, as far as it tells why tasks wait:
 *
 * <pre>{@code
 * MemTotal:       24683620 kB          (6.18.44, x86-64)
 * MemAvailable:   20104732 kB
 * SwapTotal:             0 kB
 * SwapFree:              0 kB
 * Dirty:              2712 kB
 * Writeback:             0 kB
 * }</pre>
 *
 * The kernel adds counters up for it and takes no lock. All numbers are in kB of 1,024 bytes.
 *
 * @param total that the kernel has to give
 * @param available for programs without swapping, as the kernel guesses
 * @param dirty pages that wait to be written to disks
 * @param writeback pages that are being written
 */
public record HostMemory(
        long total,
        OptionalLong available,
        OptionalLong dirty,
        OptionalLong writeback,
        OptionalLong swapTotal,
        OptionalLong swapFree) {
    private static final Pattern LINE = Pattern.compile("(?m)^([A-Za-z]+): +([0-9]{1,18}) kB$");

    /** @throws MalformedKernelText quoting the text, where it says no total */
    public static HostMemory read(ProcFs procFs) throws IOException {
        return parse(procFs.read("meminfo"));
    }

    static HostMemory parse(String text) throws MalformedKernelText {
        OptionalLong total = OptionalLong.empty();
        OptionalLong available = OptionalLong.empty();
        OptionalLong dirty = OptionalLong.empty();
        OptionalLong writeback = OptionalLong.empty();
        OptionalLong swapTotal = OptionalLong.empty();
        OptionalLong swapFree = OptionalLong.empty();
        for (Matcher line = LINE.matcher(text); line.find(); ) {
            OptionalLong number = OptionalLong.of(Long.parseLong(line.group(2)));
            switch (line.group(1)) {
                case "MemTotal" -> total = number;
                case "MemAvailable" -> available = number;
                case "Dirty" -> dirty = number;
                case "Writeback" -> writeback = number;
                case "SwapTotal" -> swapTotal = number;
                case "SwapFree" -> swapFree = number;
                default -> {}
            }
        }
        if (total.isEmpty()) {
            throw new MalformedKernelText("meminfo", "no line \"MemTotal:\"", text);
        }
        return new HostMemory(total.getAsLong(), available, dirty, writeback, swapTotal, swapFree);
    }
}
