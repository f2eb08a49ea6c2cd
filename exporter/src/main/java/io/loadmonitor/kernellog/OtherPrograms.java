package io.loadmonitor.kernellog;

import java.util.HashSet;
import java.util.Set;

/**
 * How the lines of other programs begin in a text. Most lines of a system's log are theirs: to know them by their
 * beginning makes reading such a log several times faster. Not thread-safe.
 */
final class OtherPrograms {
    private static final int MOST = 4096;
    private static final int LONGEST = 120;

    private final Set<String> beginnings = new HashSet<>();

    /** @param line of another program */
    void add(String line) {
        String beginning = beginning(line);
        if (!beginning.isEmpty() && beginnings.size() < MOST) {
            beginnings.add(beginning);
        }
    }

    /** Whether the line begins as another program's did. */
    boolean know(String line) {
        if (beginnings.isEmpty()) {
            return false;
        }
        String beginning = beginning(line);
        return !beginning.isEmpty() && beginnings.contains(beginning);
    }

    /** Up to the program's name and the colon behind it, with its numbers alike; empty for a line without that. */
    private static String beginning(String line) {
        StringBuilder text = new StringBuilder(LONGEST);
        boolean number = false;
        for (int i = 0; i < Math.min(line.length(), LONGEST); i++) {
            char c = line.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            if (!digit || !number) {
                text.append(digit ? '0' : c);
            }
            number = digit;
            if (c == ':' && i + 1 < line.length() && line.charAt(i + 1) == ' ') {
                return text.toString();
            }
        }
        return "";
    }
}
