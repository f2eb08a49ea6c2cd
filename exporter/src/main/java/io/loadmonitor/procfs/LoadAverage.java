package io.loadmonitor.procfs;

import java.io.IOException;

/**
 * {@code /proc/loadavg}, printed by {@code fs/proc/loadavg.c}.
 *
 * <pre>{@code
 * 0.85 0.32 0.16 1/94 8133          (6.18.44, x86-64)
 * }</pre>
 *
 * @param load1 average number of running and uninterruptible tasks over a minute, rounded to hundredths by the kernel
 * @param load5 the same over five minutes
 * @param load15 the same over fifteen minutes
 * @param running threads on a CPU or waiting for one at the moment of reading; the reader itself is one of them
 * @param threads threads that exist
 * @param lastPid the id that was given out last in the reader's pid namespace
 */
public record LoadAverage(double load1, double load5, double load15, long running, long threads, long lastPid) {
    private static final String FILE = "loadavg";

    public LoadAverage {
        if (!(load1 >= 0 && load5 >= 0 && load15 >= 0)) {
            throw new IllegalArgumentException("a load average is negative: " + load1 + " " + load5 + " " + load15);
        }
    }

    /**
     * Reads the file.
     *
     * @throws IOException when it cannot be read or is malformed
     */
    public static LoadAverage read(ProcFs procFs) throws IOException {
        return parse(procFs.read(FILE));
    }

    /**
     * Parses the file's text.
     *
     * @throws MalformedKernelText quoting it
     */
    public static LoadAverage parse(String text) throws MalformedKernelText {
        String[] words = text.strip().split(" ");
        int slash = words.length == 5 ? words[3].indexOf('/') : -1;
        if (slash < 0) {
            throw new MalformedKernelText(FILE, "not of the form \"0.85 0.32 0.16 1/94 8133\"", text);
        }
        try {
            return new LoadAverage(
                    average(words[0]),
                    average(words[1]),
                    average(words[2]),
                    Long.parseLong(words[3].substring(0, slash)),
                    Long.parseLong(words[3].substring(slash + 1)),
                    Long.parseLong(words[4]));
        } catch (NumberFormatException malformed) {
            throw new MalformedKernelText(FILE, "a number is malformed", text);
        }
    }

    /** {@link Double#parseDouble} alone would accept NaN, hexadecimal and a trailing {@code f}. */
    private static double average(String word) {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c != '.' && (c < '0' || c > '9')) {
                throw new NumberFormatException(word);
            }
        }
        return Double.parseDouble(word);
    }
}
