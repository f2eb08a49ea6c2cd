package io.loadmonitor.dump;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Bytes under somebody else's control (a task's comm, a cgroup's path, a reason), held in the escaped form of the dump
 * text: printable ASCII stands for itself, {@code \n}, {@code \"}, {@code \\} and {@code \xNN} for the rest. The form
 * loses nothing and can go into a log line, a page or a terminal without forging anything there. Immutable.
 *
 * @param escaped printable ASCII only, without the quotes around it
 */
public record EscapedText(String escaped) {
    /** Refuses what is not in escaped form. */
    public EscapedText {
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c < 0x20 || c > 0x7e) {
                throw new IllegalArgumentException("not in escaped form, character " + i + " is U+"
                        + Integer.toHexString(c) + ": " + EscapedText.of(escaped));
            }
        }
    }

    public static EscapedText of(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length + 8);
        for (byte b : bytes) {
            int value = b & 0xff;
            switch (value) {
                case '\n' -> text.append("\\n");
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                default -> {
                    if (value >= 0x20 && value <= 0x7e) {
                        text.append((char) value);
                    } else {
                        text.append(String.format("\\x%02x", value));
                    }
                }
            }
        }
        return new EscapedText(text.toString());
    }

    /** The escaped form of the text's UTF-8 bytes. */
    public static EscapedText of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The bytes that were escaped. A backslash that begins no escape stands for itself. */
    public byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            char next = i + 1 < escaped.length() ? escaped.charAt(i + 1) : 0;
            if (c != '\\') {
                bytes.write(c);
            } else if (next == 'n') {
                bytes.write('\n');
                i++;
            } else if (next == '"' || next == '\\') {
                bytes.write(next);
                i++;
            } else if (next == 'x' && i + 3 < escaped.length() && hex(escaped.charAt(i + 2)) && hex(escaped.charAt(i + 3))) {
                bytes.write(Integer.parseInt(escaped.substring(i + 2, i + 4), 16));
                i += 3;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }

    /** The escaped form. */
    @Override
    public String toString() {
        return escaped;
    }

    private static boolean hex(char c) {
        return Character.digit(c, 16) >= 0;
    }
}
