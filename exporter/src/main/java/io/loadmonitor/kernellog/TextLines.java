package io.loadmonitor.kernellog;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a text of any size, one after the other: of UTF-8 and its like one character a byte, of UTF-16 as UTF-8.
 * Of a line that is longer than {@value #LONGEST} bytes the beginning. Not thread-safe.
 */
final class TextLines {
    /** No line of a dump is longer. */
    static final int LONGEST = 64 * 1024;

    private static final int LOOKED_AT = 4096;
    private static final int LEAST_TO_TELL = 16;

    private final InputStream in;
    private final byte[] buffer = new byte[LONGEST];
    private int at;
    private int filled;
    private byte[] line = new byte[512];
    private long bytes;

    private boolean terminated;

    TextLines(InputStream in) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in, LOOKED_AT * 4);
        buffered.mark(LOOKED_AT);
        byte[] first = buffered.readNBytes(LOOKED_AT);
        buffered.reset();
        this.in = inner(buffered, first);
    }

    private static InputStream inner(InputStream in, byte[] first) throws IOException {
        int even = 0;
        int odd = 0;
        for (int i = 0; i < first.length; i++) {
            if (first[i] == 0) {
                even += 1 - i % 2;
                odd += i % 2;
            }
        }
        int enough = first.length / 4;
        if (first.length >= LEAST_TO_TELL && odd > enough && even < enough / 4) {
            return new Utf16(in, false);
        }
        if (first.length >= LEAST_TO_TELL && even > enough && odd < enough / 4) {
            return new Utf16(in, true);
        }
        return in;
    }

    /** The next line without its end; null when there is none. */
    @Nullable
    String next() throws IOException {
        int length = 0;
        long before = bytes;
        terminated = false;
        while (!terminated && (at < filled || fill())) {
            int end = at;
            while (end < filled && buffer[end] != '\n') {
                end++;
            }
            int room = Math.min(end - at, LONGEST - length);
            if (length + room > line.length) {
                line = Arrays.copyOf(line, Math.min(LONGEST, Math.max(length + room, 2 * line.length)));
            }
            System.arraycopy(buffer, at, line, length, room);
            length += room;
            terminated = end < filled;
            bytes += end - at + (terminated ? 1 : 0);
            at = end + (terminated ? 1 : 0);
        }
        if (bytes == before) {
            return null;
        }
        while (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return new String(line, 0, length, StandardCharsets.ISO_8859_1);
    }

    private boolean fill() throws IOException {
        at = 0;
        filled = Math.max(0, in.read(buffer));
        return filled > 0;
    }

    /** Whether the end of the newest line is there. */
    boolean terminated() {
        return terminated;
    }

    /** How many bytes were read. */
    long bytes() {
        return bytes;
    }

    /** UTF-16 as UTF-8; what is not of the basic plane as {@code ?}. */
    private static final class Utf16 extends InputStream {
        private final InputStream in;
        private final boolean bigEndian;
        private int second = -1;
        private int third = -1;

        Utf16(InputStream in, boolean bigEndian) {
            this.in = in;
            this.bigEndian = bigEndian;
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            int count = 0;
            for (int b = 0; count < length && (b = read()) >= 0; count++) {
                to[from + count] = (byte) b;
            }
            return count == 0 && length > 0 ? -1 : count;
        }

        @Override
        public int read() throws IOException {
            if (second >= 0) {
                int next = second;
                second = third;
                third = -1;
                return next;
            }
            int a = in.read();
            int b = in.read();
            if (b < 0) {
                return -1;
            }
            int unit = bigEndian ? a << 8 | b : b << 8 | a;
            if (unit == 0xfeff) {
                return read();
            }
            if (unit < 0x80) {
                return unit;
            }
            if (unit >= 0xd800 && unit <= 0xdfff) {
                return '?';
            }
            if (unit < 0x800) {
                second = 0x80 | unit & 0x3f;
                return 0xc0 | unit >> 6;
            }
            second = 0x80 | unit >> 6 & 0x3f;
            third = 0x80 | unit & 0x3f;
            return 0xe0 | unit >> 12;
        }
    }
}
