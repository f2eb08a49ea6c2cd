package io.loadmonitor.dump;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Bytes under somebody else's control (a task's comm, a cgroup's path, a reason), held in the escaped form of the dump
 * text: printable ASCII stands for itself, {@code \n}, {@code \"}, {@code \\} and {@code \xNN} for the rest. The form
 * loses nothing and can go into a log line, a page or a terminal without forging anything there. Each sequence of bytes
 * has one form, so equal bytes are equal texts. Immutable.
 *
 * @param escaped printable ASCII only, without the quotes around it
 */
public record EscapedText(String escaped) {
    private static final String HEX = "0123456789abcdef";

    /**
     * Refuses characters that are not printable ASCII. What has several spellings ({@code \x41}, a quote that is not
     * escaped, a backslash that begins no escape) is brought into the one form.
     */
    public EscapedText {
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (!printable(c)) {
                throw new IllegalArgumentException("not in escaped form, character " + i + " is U+"
                        + Integer.toHexString(c) + ": " + EscapedText.of(escaped));
            }
        }
        if (escaped.indexOf('\\') >= 0 || escaped.indexOf('"') >= 0) {
            escaped = escape(unescape(escaped));
        }
    }

    public static EscapedText of(byte[] bytes) {
        return new EscapedText(escape(bytes));
    }

    /** The escaped form of the text's UTF-8 bytes. */
    public static EscapedText of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads what stands between two quotes of a dump. Bytes that should have been escaped stand for themselves.
     *
     * @param latin1 one character a byte
     */
    static EscapedText read(String latin1) {
        for (int i = 0; i < latin1.length(); i++) {
            if (!printable(latin1.charAt(i))) {
                return of(unescape(latin1));
            }
        }
        return new EscapedText(latin1);
    }

    /** The escaped form of bytes given one character each. */
    static EscapedText ofLatin1(String latin1) {
        return of(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The bytes that were escaped. */
    public byte[] bytes() {
        return unescape(escaped);
    }

    /** A name that cannot be taken for anything but a name: in quotes unless it is plain. */
    public String asName() {
        return asName(escaped, escaped.length());
    }

    /** The same of a piece of an escaped form, cut. */
    static String asName(String piece, int longest) {
        String name = piece.length() > longest ? piece.substring(0, longest) + "..." : piece;
        return !name.isEmpty() && name.chars().allMatch(EscapedText::plain) ? name : '"' + name + '"';
    }

    private static boolean plain(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "._-/:@+".indexOf(c) >= 0;
    }

    /** The escaped form. */
    @Override
    public String toString() {
        return escaped;
    }

    private static String escape(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length + 8);
        for (byte b : bytes) {
            char c = (char) (b & 0xff);
            if (c == '\n') {
                text.append("\\n");
            } else if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (printable(c)) {
                text.append(c);
            } else {
                text.append("\\x").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
            }
        }
        return text.toString();
    }

    /** A backslash that begins no escape stands for itself. */
    private static byte[] unescape(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            char next = i + 1 < text.length() ? text.charAt(i + 1) : 0;
            if (c != '\\') {
                bytes.write(c);
            } else if (next == 'n') {
                bytes.write('\n');
                i++;
            } else if (next == '"' || next == '\\') {
                bytes.write(next);
                i++;
            } else if (next == 'x' && i + 3 < text.length() && hex(text.charAt(i + 2)) && hex(text.charAt(i + 3))) {
                bytes.write(Integer.parseInt(text.substring(i + 2, i + 4), 16));
                i += 3;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }

    private static boolean printable(char c) {
        return c >= 0x20 && c <= 0x7e;
    }

    private static boolean hex(char c) {
        return c < 0x80 && Character.digit(c, 16) >= 0;
    }
}
