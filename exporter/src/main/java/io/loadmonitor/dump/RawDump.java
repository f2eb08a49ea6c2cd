package io.loadmonitor.dump;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A dump as its source gave it: the text of {@code exporter/docs/dump-format.md}, not looked at yet. It is the
 * evidence, so it is stored before anything reads it. Immutable, safe to share between threads.
 */
public final class RawDump {
    private final byte[] text;

    private RawDump(byte[] text) {
        this.text = text;
    }

    /** Copies {@code text}. */
    public static RawDump of(byte[] text) {
        return new RawDump(text.clone());
    }

    public int sizeBytes() {
        return text.length;
    }

    public byte[] toByteArray() {
        return text.clone();
    }

    /** Reads the text without copying it. */
    public InputStream open() {
        return new ByteArrayInputStream(text);
    }

    /** The text itself, for readers in this package that do not change it. */
    byte[] bytes() {
        return text;
    }

    /** For writers in this package: takes {@code text} over without copying it. */
    static RawDump owning(byte[] text) {
        return new RawDump(text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RawDump that && Arrays.equals(text, that.text);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(text);
    }

    @Override
    public String toString() {
        return "RawDump[" + text.length + " bytes]";
    }
}
