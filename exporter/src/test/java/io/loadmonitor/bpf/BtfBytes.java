package io.loadmonitor.bpf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes BTF, type by type, as a compiler would. */
final class BtfBytes {
    private final ByteArrayOutputStream types = new ByteArrayOutputStream();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private int count;

    BtfBytes() {
        strings.write(0);
    }

    private int name(String name) {
        if (name.isEmpty()) {
            return 0;
        }
        int offset = strings.size();
        strings.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        strings.write(0);
        return offset;
    }

    private void words(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            bytes.putInt(word);
        }
        types.writeBytes(bytes.array());
    }

    /** The number of a type with this kind, number of elements, and size or type; its elements follow. */
    int type(String name, int kind, int elements, boolean flag, int sizeOrType, int... rest) {
        words(name(name), kind << 24 | elements | (flag ? 1 << 31 : 0), sizeOrType);
        words(rest);
        return ++count;
    }

    int integer(String name, int bytes) {
        return type(name, 1, 0, false, bytes, 8 * bytes);
    }

    int pointer(int to) {
        return type("", 2, 0, false, to);
    }

    int array(int of, int elements) {
        return type("", 3, 0, false, 0, of, of, elements);
    }

    int typedef(String name, int of) {
        return type(name, 8, 0, false, of);
    }

    int function(String name) {
        return type(name, 12, 1, false, type("", 13, 0, false, 0));
    }

    /** A member: name, type, bit offset, width in bits or 0. */
    record Member(String name, int type, int bitOffset, int bits) {}

    int struct(String name, boolean union, boolean bitFields, int size, Member... members) {
        int[] words = new int[3 * members.length];
        for (int i = 0; i < members.length; i++) {
            words[3 * i] = name(members[i].name);
            words[3 * i + 1] = members[i].type;
            words[3 * i + 2] = bitFields ? members[i].bits << 24 | members[i].bitOffset : members[i].bitOffset;
        }
        return type(name, union ? 5 : 4, members.length, bitFields, size, words);
    }

    int enumeration(String name, String one, int value) {
        return type(name, 6, 1, false, 4, name(one), value);
    }

    int wideEnumeration(String name, String one, long value) {
        return type(name, 19, 1, false, 8, name(one), (int) value, (int) (value >>> 32));
    }

    byte[] bytes() {
        ByteBuffer bytes =
                ByteBuffer.allocate(24 + types.size() + strings.size()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(24);
        bytes.putInt(0).putInt(types.size()).putInt(types.size()).putInt(strings.size());
        bytes.put(types.toByteArray()).put(strings.toByteArray());
        return bytes.array();
    }
}
