package io.loadmonitor.bpf;

import java.io.IOException;
import java.util.BitSet;

/**
 * A list of CPUs as {@code bitmap_print_to_pagebuf()} prints it ({@code Documentation/admin-guide/cputopology.rst}).
 *
 * <pre>{@code
 * 0-1            /sys/devices/system/cpu/online (6.18.44)
 * 2,4-31,128-143
 *                /sys/devices/system/cpu/isolated, of none
 * (null)         /sys/devices/system/cpu/nohz_full, of none, up to 6.1
 * }</pre>
 */
final class CpuList {
    /** CONFIG_NR_CPUS is at most 8192. */
    private static final int MAX_CPUS = 1 << 16;

    private CpuList() {}

    /** @throws IOException when it is no such list, with the text */
    static BitSet parse(String text) throws IOException {
        BitSet cpus = new BitSet();
        String list = text.strip();
        if (list.isEmpty() || list.equals("(null)")) {
            return cpus;
        }
        for (String part : list.split(",", -1)) {
            String[] ends = part.split("-", -1);
            try {
                int first = Integer.parseUnsignedInt(ends[0]);
                int last = Integer.parseUnsignedInt(ends[ends.length - 1]);
                if (ends.length > 2 || first < 0 || last < first || last >= MAX_CPUS) {
                    throw new NumberFormatException("no range: " + part);
                }
                cpus.set(first, last + 1);
            } catch (NumberFormatException malformed) {
                throw new IOException("not a list of CPUs: \"" + list + '"', malformed);
            }
        }
        return cpus;
    }
}
