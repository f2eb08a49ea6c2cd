package io.loadmonitor.kernel;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code /sys/kernel/load_monitor/tasks}: exact counts by the kernel's own definition of load, at the moment of
 * reading.
 *
 * <pre>{@code
 * running 8
 * uninterruptible 2
 * iowait 0
 * total 67
 * complete 1
 * }</pre>
 *
 * @param running on a CPU or waiting for one
 * @param uninterruptible sleeping and counted as load
 * @param iowait of those, waiting for block I/O
 * @param total threads
 * @param complete false when threads came and went faster than they could be walked: some were not looked at, and the
 *     counts are too small. A module that does not say it is taken at its word that it saw all
 */
public record KernelTasks(int running, int uninterruptible, int iowait, int total, boolean complete) {
    /**
     * Parses the file's text: {@code name=number} or {@code name number}, separated by spaces or newlines; names that
     * it does not know are passed over, whatever their values are.
     *
     * @throws IOException quoting the text
     */
    static KernelTasks parse(String text) throws IOException {
        Map<String, String> values = new HashMap<>();
        text.lines().forEach(line -> {
            String[] words = line.strip().split("[=\\s]+");
            for (int i = 0; i + 1 < words.length; i += 2) {
                values.putIfAbsent(words[i], words[i + 1]);
            }
        });
        return new KernelTasks(
                value(values, "running", text),
                value(values, "uninterruptible", text),
                value(values, "iowait", text),
                value(values, "total", text),
                !values.containsKey("complete") || value(values, "complete", text) != 0);
    }

    private static int value(Map<String, String> values, String name, String text) throws IOException {
        String value = values.get(name);
        if (value == null) {
            throw new IOException("tasks: no " + name + " in \"" + text.strip() + '"');
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException malformed) {
            throw new IOException("tasks: a number is malformed: \"" + text.strip() + '"', malformed);
        }
    }
}
