package io.loadmonitor.dump;

import java.util.ArrayList;
import java.util.List;

/**
 * A line of a catalogue's text that says something: {@code frames 70 vendor_wait} has the key {@code frames}.
 * Immutable.
 *
 * @param number of the line, from 1
 * @param key the first word
 * @param value what follows it, without blanks at its ends; empty where nothing does
 */
record CatalogueLine(int number, String key, String value) {
    /** The lines of a text but those that are empty or begin with {@code #}. */
    static List<CatalogueLine> of(String text) {
        List<CatalogueLine> lines = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\r?\n", -1)) {
            number++;
            String stripped = line.strip();
            if (!stripped.isEmpty() && !stripped.startsWith("#")) {
                int blank = stripped.indexOf(' ');
                lines.add(new CatalogueLine(
                        number,
                        blank < 0 ? stripped : stripped.substring(0, blank),
                        blank < 0 ? "" : stripped.substring(blank + 1).strip()));
            }
        }
        return lines;
    }

    /** Key and value as they stand in the text. */
    String text() {
        return value.isEmpty() ? key : key + ' ' + value;
    }

    boolean printable() {
        return text().chars().allMatch(c -> c >= 0x20 && c <= 0x7e);
    }
}
