package io.loadmonitor.kernel;

import io.loadmonitor.dump.RawDump;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;

/**
 * Cuts a stream of dumps into single ones. A dump begins with the header line and ends with its footer; names inside
 * are escaped, so no task can forge either. A dump whose footer is missing ends where the next begins, or where the
 * stream does: it is given out as it is, for the evidence that it holds.
 *
 * <pre>{@code
 * load_monitor dump version=1 id=17 source=kmod ...
 * ...
 * end id=17 tasks=10
 * }</pre>
 */
final class DumpSplitter {
    private static final byte[] HEADER = "load_monitor dump ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FOOTER = "end ".getBytes(StandardCharsets.US_ASCII);

    private final int maxDumpBytes;
    private final Queue<RawDump> ready = new ArrayDeque<>();
    private final ByteArrayOutputStream dump = new ByteArrayOutputStream();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean inDump;
    private long strayBytes;

    /** @param maxDumpBytes of a larger dump only so much is given out, cut off, and the rest is counted as stray */
    DumpSplitter(int maxDumpBytes) {
        this.maxDumpBytes = maxDumpBytes;
    }

    void feed(byte[] bytes, int length) {
        int from = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                line.write(bytes, from, i + 1 - from);
                from = i + 1;
                endLine();
            }
        }
        line.write(bytes, from, length - from);
        if (line.size() > maxDumpBytes) {
            endLine();
        }
    }

    /** The stream ended or has a gap here: what is unfinished ends too. */
    void cut() {
        if (line.size() > 0) {
            endLine();
        }
        finish();
    }

    /** The next whole dump, in the order of the stream. */
    Optional<RawDump> next() {
        return Optional.ofNullable(ready.poll());
    }

    /** Bytes so far that belong to no dump. */
    long strayBytes() {
        return strayBytes;
    }

    private void endLine() {
        byte[] text = line.toByteArray();
        line.reset();
        if (startsWith(text, HEADER)) {
            finish();
            inDump = true;
        }
        if (!inDump) {
            strayBytes += text.length;
            return;
        }
        if (dump.size() + text.length > maxDumpBytes) {
            strayBytes += text.length;
            finish();
            return;
        }
        dump.writeBytes(text);
        if (startsWith(text, FOOTER)) {
            finish();
        }
    }

    private void finish() {
        if (inDump && dump.size() > 0) {
            ready.add(RawDump.of(dump.toByteArray()));
        }
        dump.reset();
        inDump = false;
    }

    private static boolean startsWith(byte[] text, byte[] prefix) {
        return text.length >= prefix.length && Arrays.equals(text, 0, prefix.length, prefix, 0, prefix.length);
    }
}
