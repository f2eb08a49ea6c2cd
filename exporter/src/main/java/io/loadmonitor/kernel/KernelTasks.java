package io.loadmonitor.kernel;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code /sys/kernel/load_monitor/tasks}: exact counts by the kernel's own definition of load, at the moment of reading.
 *
 * <pre>{@code
 * running 8
 * uninterruptible 2
 * iowait 0
 * total 67
 * }</pre>
 *
 * @param running on a CPU or waiting for one
 * @param uninterruptible sleeping and counted as load
 * @param iowait of those, waiting for block I/O
 * @param total threads
 */
public record KernelTasks(int running, int uninterruptible, int iowait, int total) {
    /**
     * Parses the file's text: {@code name=number} or {@code name number}, separated by spaces or newlines; names that it
     * does not know are passed over.
     *
     * @throws IOException quoting the text
     */
    static KernelTasks parse(String text) throws IOException {
        String[] words = text.strip().split("[=\\s]+");
        Map<String, Integer> values = new HashMap<>();
        try {
            for (int i = 0; i + 1 < words.length; i += 2) {
                values.put(words[i], Integer.parseInt(words[i + 1]));
            }
        } catch (NumberFormatException malformed) {
            throw new IOException("tasks: a number is malformed: \"" + text.strip() + '"', malformed);
        }
        return new KernelTasks(
                value(values, "running", text),
                value(values, "uninterruptible", text),
                value(values, "iowait", text),
                value(values, "total", text));
    }

    private static int value(Map<String, Integer> values, String name, String text) throws IOException {
        Integer value = values.get(name);
        if (value == null) {
            throw new IOException("tasks: no " + name + " in \"" + text.strip() + '"');
        }
        return value;
    }
}
