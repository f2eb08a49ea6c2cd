package io.loadmonitor.procfs;

import java.io.IOException;

/**
 * {@code /proc/uptime}, printed by {@code fs/proc/uptime.c}.
 *
 * <pre>{@code
 * 1795.48 2769.84          (6.18.44, x86-64)
 * }</pre>
 *
 * @param hundredths of a second since boot, time in suspend included (CLOCK_BOOTTIME). It never goes back
 */
public record Uptime(long hundredths) {
    private static final String FILE = "uptime";

    /**
     * Reads the file.
     *
     * @throws IOException when it cannot be read or is malformed
     */
    public static Uptime read(ProcFs procFs) throws IOException {
        return parse(procFs.read(FILE));
    }

    /**
     * Parses the file's text.
     *
     * @throws MalformedKernelText quoting it
     */
    public static Uptime parse(String text) throws MalformedKernelText {
        int space = text.indexOf(' ');
        int point = text.indexOf('.');
        if (point < 1 || space != point + 3) {
            throw new MalformedKernelText(FILE, "not of the form \"1795.48 2769.84\"", text);
        }
        try {
            return new Uptime(Long.parseLong(text.substring(0, point) + text.substring(point + 1, space)));
        } catch (NumberFormatException malformed) {
            throw new MalformedKernelText(FILE, "a number is malformed", text);
        }
    }
}
