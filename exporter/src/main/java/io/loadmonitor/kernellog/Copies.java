package io.loadmonitor.kernellog;

import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Knows a message that two loggers wrote into one text (the console and syslog, say): the same words at the same time
 * of the kernel's clock behind something else, or one right below the other where only one of them has that clock.
 * Behind the same it is said twice and counts twice. Not thread-safe.
 */
final class Copies {
    private static final int REMEMBERED = 256;

    private final Map<String, String> prefixes = new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** The message above, and what stood before it. */
    private String lastMessage = "";

    private String lastPrefix = "";
    private boolean lastTimed;

    boolean isCopy(NumberedLine line) {
        LogLine log = line.log();
        String message = log.message().strip();
        String prefix = line.text()
                .substring(0, line.text().length() - log.message().length())
                .replaceAll("[0-9\\s]+", "0");
        boolean timed = log.seconds().isPresent();
        boolean ofLast =
                timed != lastTimed && !message.isEmpty() && message.equals(lastMessage) && !prefix.equals(lastPrefix);
        lastMessage = message;
        lastPrefix = prefix;
        lastTimed = timed;
        if (ofLast || !timed) {
            return ofLast;
        }
        String first = prefixes.putIfAbsent(log.seconds().getAsDouble() + message, prefix);
        return first != null && !first.equals(prefix);
    }
}
