package io.loadmonitor.dump;

import java.nio.charset.StandardCharsets;

/**
 * Walks through the lines of a dump's text without copying it. A line ends with a newline, or a carriage return and a
 * newline; one that ends with the text was cut off. Not thread-safe.
 */
final class DumpLines {
    /** Room for the longest cgroup path (4096 bytes) with every byte escaped, and then some. */
    static final int LONGEST_LINE_BYTES = 64 * 1024;

    private static final int SHOWN_BYTES = 200;

    private final byte[] text;
    private int start;
    private int end;
    private int next;
    private int number;
    private boolean terminated;

    DumpLines(byte[] text) {
        this.text = text;
    }

    /** Goes to the next line; false at the end of the text. */
    boolean next() {
        if (next >= text.length) {
            return false;
        }
        start = next;
        int newline = start;
        while (newline < text.length && text[newline] != '\n') {
            newline++;
        }
        terminated = newline < text.length;
        end = terminated && newline > start && text[newline - 1] == '\r' ? newline - 1 : newline;
        next = newline + 1;
        number++;
        return true;
    }

    /** Whether the line's end is in the text. */
    boolean terminated() {
        return terminated;
    }

    boolean tooLong() {
        return end - start > LONGEST_LINE_BYTES;
    }

    boolean blank() {
        for (int i = start; i < end; i++) {
            if (text[i] != ' ' && text[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    /** Whether the line continues the record above it. */
    boolean indented() {
        return start < end && (text[start] == ' ' || text[start] == '\t');
    }

    /** The line, one character a byte. Only of lines that are not too long. */
    String latin1() {
        return new String(text, start, end - start, StandardCharsets.ISO_8859_1);
    }

    StackDump.UnreadLine unread() {
        byte[] shown = new byte[Math.min(end - start, SHOWN_BYTES)];
        System.arraycopy(text, start, shown, 0, shown.length);
        return new StackDump.UnreadLine(number, EscapedText.of(shown).escaped());
    }
}
