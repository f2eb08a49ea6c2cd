package io.loadmonitor.archive;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Compressed bytes as the archive keeps them (RFC 1952), so that a blob taken out by hand opens with gunzip. */
final class Gzip {
    private Gzip() {}

    static byte[] compress(byte[] bytes) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(bytes.length / 4 + 64);
        try (GZIPOutputStream out = new GZIPOutputStream(compressed, 8192)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return compressed.toByteArray();
    }

    /** @throws IOException when the bytes are damaged, or open to more than {@code size} bytes */
    static byte[] open(byte[] compressed, long size) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed), 8192)) {
            byte[] bytes = in.readNBytes(Math.toIntExact(size));
            if (bytes.length != size || in.read() >= 0) {
                throw new IOException("the text has not the " + size + " bytes that were stored");
            }
            return bytes;
        }
    }
}
