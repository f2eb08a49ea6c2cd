package io.loadmonitor.bpf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The types of a kernel, as {@code CONFIG_DEBUG_INFO_BTF} leaves them in {@code /sys/kernel/btf/vmlinux}: where a field
 * is in its struct, the number of a function, the value of an enumerator. Immutable, safe for use by several threads.
 *
 * <p>The format is {@code include/uapi/linux/btf.h}, explained in {@code Documentation/bpf/btf.rst}. The beginning of
 * Linux 6.18.44's 5,515,646 bytes, a header and the first type, {@code INT "long unsigned int"} of 64 bits:
 *
 * <pre>{@code
 * 9f eb 01 00 18 00 00 00  00 00 00 00 d8 ad 30 00   magic, version, flags, hdr_len; type_off, type_len
 * d8 ad 30 00 8e 7b 23 00                            str_off, str_len
 * 01 00 00 00 00 00 00 01  08 00 00 00 40 00 00 00   name_off, info (kind in bits 24 to 28), size; encoding
 * }</pre>
 *
 * It holds the bytes of the file and 4 bytes a type (some 6 MB), so whoever has looked up what it needs lets it go. A
 * kind of type that is not known has no known length, and nothing behind it could be read: it is an error.
 */
public final class Btf {
    /** Where the kernel shows its own types; sysfs at {@code /sys}. */
    public static final String FILE = "kernel/btf/vmlinux";

    /** Distributions' kernels have 4 to 11 MB. */
    private static final int MAX_BYTES = 32 << 20;

    /** Types are nested some levels deep; a cycle of typedefs in a damaged file would have no end. */
    private static final int MAX_DEPTH = 32;

    private static final int MAGIC = 0xeb9f;
    private static final int HEADER_BYTES = 24;
    private static final int TYPE_BYTES = 12;

    // enum { BTF_KIND_UNKN, ... } of include/uapi/linux/btf.h
    private static final int INT = 1;
    private static final int POINTER = 2;
    private static final int ARRAY = 3;
    private static final int STRUCT = 4;
    private static final int UNION = 5;
    private static final int ENUM = 6;
    private static final int FORWARD = 7;
    private static final int TYPEDEF = 8;
    private static final int VOLATILE = 9;
    private static final int CONST = 10;
    private static final int RESTRICT = 11;
    private static final int FUNCTION = 12;
    private static final int PROTOTYPE = 13;
    private static final int VARIABLE = 14;
    private static final int SECTION = 15;
    private static final int FLOAT = 16;
    private static final int DECLARATION_TAG = 17;
    private static final int TYPE_TAG = 18;
    private static final int ENUM64 = 19;

    private final ByteBuffer bytes;
    private final int strings;
    private final int stringsEnd;

    /** Where each type begins, by its number; number 0 is {@code void}. */
    private final int[] types;

    private Btf(ByteBuffer bytes, int strings, int stringsEnd, int[] types) {
        this.bytes = bytes;
        this.strings = strings;
        this.stringsEnd = stringsEnd;
        this.types = types;
    }

    /**
     * A place in a struct.
     *
     * @param offset from the struct's beginning, bytes; of a bit field, of the byte in which it begins
     * @param size bytes; of a bit field, of the bytes over which it extends
     * @param bit of a bit field, its lowest bit's number in those bytes
     * @param bits of a bit field, its width; 0 for whole bytes
     */
    public record Field(int offset, int size, int bit, int bits) {
        /** Whether it is so many bits of a byte and no whole one. */
        public boolean isBits() {
            return bits > 0;
        }

        private Field within(int outer) {
            return new Field(outer + offset, size, bit, bits);
        }
    }

    /**
     * Reads the types of the running kernel; some 50 ms.
     *
     * @param sysfs where sysfs is mounted
     * @throws BtfException with the reason in words, also when the kernel was built without them
     */
    public static Btf ofThisKernel(Path sysfs) throws IOException {
        Path file = sysfs.resolve(FILE);
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new BtfException(file + " has " + size + " bytes, more than " + MAX_BYTES);
            }
            return parse(Files.readAllBytes(file));
        } catch (NoSuchFileException absent) {
            throw absent(file);
        }
    }

    /** @throws BtfException when the kernel was built without its types */
    static void requireFile(Path sysfs) throws BtfException {
        Path file = sysfs.resolve(FILE);
        if (!Files.exists(file)) {
            throw absent(file);
        }
    }

    private static BtfException absent(Path file) {
        return new BtfException("no BTF: there is no " + file + " (CONFIG_DEBUG_INFO_BTF)");
    }

    /** @throws BtfException when the bytes are no BTF of version 1, are cut off, or have a type of an unknown kind */
    static Btf parse(byte[] file) throws BtfException {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (file.length < HEADER_BYTES || (bytes.getShort(0) & 0xffff) != MAGIC) {
            throw new BtfException("no BTF: " + file.length + " bytes without its magic number in this byte order");
        }
        if (bytes.get(2) != 1) {
            throw new BtfException("BTF of version " + bytes.get(2) + ", not 1");
        }
        long header = Integer.toUnsignedLong(bytes.getInt(4));
        long typesStart = header + Integer.toUnsignedLong(bytes.getInt(8));
        long typesEnd = typesStart + Integer.toUnsignedLong(bytes.getInt(12));
        long strings = header + Integer.toUnsignedLong(bytes.getInt(16));
        long stringsEnd = strings + Integer.toUnsignedLong(bytes.getInt(20));
        if (header < HEADER_BYTES || typesEnd > file.length || stringsEnd > file.length) {
            throw new BtfException("BTF is cut off: its header speaks of " + Math.max(typesEnd, stringsEnd)
                    + " bytes, there are " + file.length);
        }
        return new Btf(bytes, (int) strings, (int) stringsEnd, index(bytes, (int) typesStart, (int) typesEnd));
    }

    private static int[] index(ByteBuffer bytes, int start, int end) throws BtfException {
        int[] types = new int[1 + Math.min(1 << 17, (end - start) / TYPE_BYTES + 1)];
        types[0] = -1;
        int count = 1;
        for (int at = start; at < end; count++) {
            if (end - at < TYPE_BYTES) {
                throw new BtfException("BTF is cut off in type " + count);
            }
            if (count == types.length) {
                types = Arrays.copyOf(types, 2 * count);
            }
            types[count] = at;
            int size = size(bytes.getInt(at + 4), count);
            if (size > end - at) {
                throw new BtfException("BTF is cut off in type " + count);
            }
            at += size;
        }
        return Arrays.copyOf(types, count);
    }

    /** Of a type's description, with what follows its first 12 bytes. */
    private static int size(int info, int number) throws BtfException {
        int elements = info & 0xffff;
        return TYPE_BYTES
                + switch (kind(info)) {
                    case POINTER, FORWARD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNCTION, FLOAT, TYPE_TAG -> 0;
                    case INT, VARIABLE, DECLARATION_TAG -> 4;
                    case ARRAY -> 12;
                    case ENUM, PROTOTYPE -> 8 * elements;
                    case STRUCT, UNION, SECTION, ENUM64 -> 12 * elements;
                    default -> throw new BtfException("BTF has type " + number + " of the unknown kind " + kind(info));
                };
    }

    private static int kind(int info) {
        return info >>> 24 & 0x1f;
    }

    /** The number of a function, by which a program is attached to it; empty when there is none of that name. */
    public OptionalInt function(String name) {
        return find(name, FUNCTION, FUNCTION);
    }

    /** How many types there are. */
    int count() {
        return types.length - 1;
    }

    /**
     * The value of an enumerator of a named enum.
     *
     * @return empty when there is no such enum, or it has no such enumerator
     */
    public OptionalLong enumerator(String enumName, String name) {
        OptionalInt number = find(enumName, ENUM, ENUM64);
        if (number.isEmpty()) {
            return OptionalLong.empty();
        }
        int at = types[number.getAsInt()];
        boolean wide = kind(bytes.getInt(at + 4)) == ENUM64;
        byte[] wanted = bytesOf(name);
        int elements = bytes.getInt(at + 4) & 0xffff;
        for (int i = 0; i < elements; i++) {
            int element = at + TYPE_BYTES + i * (wide ? 12 : 8);
            if (isNamed(bytes.getInt(element), wanted)) {
                long low = bytes.getInt(element + 4);
                return OptionalLong.of(wide ? low & 0xffffffffL | (long) bytes.getInt(element + 8) << 32 : low);
            }
        }
        return OptionalLong.empty();
    }

    /**
     * Where a field is, also one within unnamed structs and unions.
     *
     * @param struct its name, such as {@code task_struct}
     * @param path names of fields, each but the last of a struct or union within that of the one before, such as
     *     {@code se.sched_delayed}
     * @return empty when this kernel has no such struct or field
     * @throws BtfException when its type cannot be followed to a size
     */
    public Optional<Field> field(String struct, String path) throws BtfException {
        OptionalInt found = find(struct, STRUCT, UNION);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        int type = found.getAsInt();
        int outer = 0;
        String[] names = path.split("\\.", -1);
        for (int i = 0; ; i++) {
            Optional<Member> member = member(type, bytesOf(names[i]), 0);
            if (member.isEmpty()) {
                return Optional.empty();
            }
            if (i == names.length - 1) {
                return Optional.of(field(member.get()).within(outer));
            }
            outer += member.get().bitOffset / 8;
            type = plain(member.get().type);
            if (!isStruct(type)) {
                return Optional.empty();
            }
        }
    }

    /**
     * Whether a field is a pointer to a certain struct: a name alone says nothing, for kernels have given one name to
     * pointers of several kinds.
     *
     * @throws BtfException when its type cannot be followed
     */
    public boolean pointsTo(String struct, String name, String pointee) throws BtfException {
        OptionalInt found = find(struct, STRUCT, UNION);
        if (found.isEmpty()) {
            return false;
        }
        Optional<Member> member = member(found.getAsInt(), bytesOf(name), 0);
        if (member.isEmpty()) {
            return false;
        }
        int pointer = plain(member.get().type);
        if (kindOf(pointer) != POINTER) {
            return false;
        }
        int target = plain(bytes.getInt(types[pointer] + 8));
        return target != 0 && isStruct(target) && isNamed(bytes.getInt(types[target]), bytesOf(pointee));
    }

    /**
     * @param bitOffset from the outermost named struct's beginning
     * @param bits 0 when it is no bit field
     */
    private record Member(int type, int bitOffset, int bits) {}

    private Optional<Member> member(int type, byte[] name, int depth) throws BtfException {
        if (depth > MAX_DEPTH) {
            throw new BtfException("BTF nests structs more than " + MAX_DEPTH + " deep");
        }
        int at = types[type];
        int info = bytes.getInt(at + 4);
        boolean hasBitFields = info < 0;
        int elements = info & 0xffff;
        for (int i = 0; i < elements; i++) {
            int element = at + TYPE_BYTES + 12 * i;
            int memberName = bytes.getInt(element);
            int memberType = bytes.getInt(element + 4);
            int place = bytes.getInt(element + 8);
            int bitOffset = hasBitFields ? place & 0xffffff : place;
            if (memberName == 0) {
                int inner = plain(memberType);
                Optional<Member> found = isStruct(inner) ? member(inner, name, depth + 1) : Optional.empty();
                if (found.isPresent()) {
                    Member nested = found.get();
                    return Optional.of(new Member(nested.type, bitOffset + nested.bitOffset, nested.bits));
                }
            } else if (isNamed(memberName, name)) {
                return Optional.of(new Member(memberType, bitOffset, hasBitFields ? place >>> 24 : 0));
            }
        }
        return Optional.empty();
    }

    private Field field(Member member) throws BtfException {
        int offset = member.bitOffset / 8;
        int bits = member.bits;
        if (bits == 0) {
            int integer = plain(member.type);
            int own = kindOf(integer) == INT ? bytes.getInt(types[integer] + TYPE_BYTES) & 0xff : 0;
            int size = sizeOf(member.type, 0);
            // Compilers before BTF's flag for bit fields described them by the integer's own width.
            if (own == 0 || own == 8 * size) {
                return new Field(offset, size, 0, 0);
            }
            bits = own;
        }
        int bit = member.bitOffset % 8;
        return new Field(offset, (bit + bits + 7) / 8, bit, bits);
    }

    private int sizeOf(int type, int depth) throws BtfException {
        int plain = plain(type);
        int at = types[plain];
        return switch (kindOf(plain)) {
            case INT, STRUCT, UNION, ENUM, ENUM64, FLOAT -> bytes.getInt(at + 8);
            case POINTER -> Long.BYTES;
            case ARRAY -> {
                if (depth > MAX_DEPTH) {
                    throw new BtfException("BTF nests arrays more than " + MAX_DEPTH + " deep");
                }
                yield Math.multiplyExact(
                        sizeOf(bytes.getInt(at + TYPE_BYTES), depth + 1), bytes.getInt(at + TYPE_BYTES + 8));
            }
            default -> throw new BtfException("BTF type " + plain + " has no size");
        };
    }

    /** Without names, qualifiers and tags around it. */
    private int plain(int type) throws BtfException {
        int plain = type;
        for (int depth = 0; depth < MAX_DEPTH; depth++) {
            switch (kindOf(plain)) {
                case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG -> plain = bytes.getInt(types[plain] + 8);
                default -> {
                    return plain;
                }
            }
        }
        throw new BtfException("BTF type " + type + " is a name of a name, more than " + MAX_DEPTH + " deep");
    }

    private boolean isStruct(int type) throws BtfException {
        return kindOf(type) == STRUCT || kindOf(type) == UNION;
    }

    private int kindOf(int type) throws BtfException {
        if (type < 0 || type >= types.length) {
            throw new BtfException("BTF has " + count() + " types, and no " + Integer.toUnsignedString(type));
        }
        return type == 0 ? 0 : kind(bytes.getInt(types[type] + 4));
    }

    private OptionalInt find(String name, int kind, int orKind) {
        byte[] wanted = bytesOf(name);
        for (int i = 1; i < types.length; i++) {
            int found = kind(bytes.getInt(types[i] + 4));
            if ((found == kind || found == orKind) && isNamed(bytes.getInt(types[i]), wanted)) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    private boolean isNamed(int nameOffset, byte[] wanted) {
        long start = strings + Integer.toUnsignedLong(nameOffset);
        if (start + wanted.length >= stringsEnd) {
            return false;
        }
        int at = (int) start;
        for (int i = 0; i < wanted.length; i++) {
            if (bytes.get(at + i) != wanted[i]) {
                return false;
            }
        }
        return bytes.get(at + wanted.length) == 0;
    }

    private static byte[] bytesOf(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }
}
