package io.loadmonitor.flame;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The few shapes of protocol buffers that a profile needs (https://protobuf.dev/programming-guides/encoding/). A number
 * that is 0 is written too: readers take it as the default, which it is.
 */
final class ProtobufWriter {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    ProtobufWriter number(int field, long value) {
        key(field, VARINT);
        varint(value);
        return this;
    }

    /** UTF-8. */
    ProtobufWriter text(int field, String value) {
        return delimited(field, value.getBytes(StandardCharsets.UTF_8));
    }

    ProtobufWriter message(int field, ProtobufWriter message) {
        return delimited(field, message.toByteArray());
    }

    /** A packed repeated field. */
    ProtobufWriter numbers(int field, List<Long> values) {
        ProtobufWriter packed = new ProtobufWriter();
        values.forEach(packed::varint);
        return delimited(field, packed.toByteArray());
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }

    private ProtobufWriter delimited(int field, byte[] content) {
        key(field, LENGTH_DELIMITED);
        varint(content.length);
        bytes.writeBytes(content);
        return this;
    }

    private void key(int field, int type) {
        varint((long) field << 3 | type);
    }

    /** Seven bits a byte, the least significant first; the high bit says that another follows. */
    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }
}
