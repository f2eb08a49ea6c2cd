package io.loadmonitor.bpf;

import io.loadmonitor.kernel.Errno;
import io.loadmonitor.kernel.SystemCallException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The commands of {@code bpf(2)} that are needed, each with its {@code union bpf_attr} of {@code
 * include/uapi/linux/bpf.h} (as of 6.18; the kernel lets a caller leave off what is newer than it). Stateless, safe for
 * use by several threads.
 */
final class Program {
    // enum bpf_cmd
    private static final int MAP_CREATE = 0;
    private static final int MAP_LOOKUP_ELEM = 1;
    private static final int MAP_UPDATE_ELEM = 2;
    private static final int MAP_DELETE_ELEM = 3;
    private static final int PROG_LOAD = 5;
    private static final int RAW_TRACEPOINT_OPEN = 17;
    private static final int LINK_CREATE = 28;
    private static final int ITER_CREATE = 33;

    // enum bpf_map_type
    private static final int MAP_TYPE_HASH = 1;
    private static final int MAP_TYPE_ARRAY = 2;

    /** {@code BPF_PROG_TYPE_RAW_TRACEPOINT}. */
    private static final int PROG_TYPE_RAW_TRACEPOINT = 17;

    /** {@code BPF_PROG_TYPE_TRACING}. */
    private static final int PROG_TYPE_TRACING = 26;

    /** {@code BPF_TRACE_ITER} of {@code enum bpf_attach_type}. */
    private static final int TRACE_ITER = 28;

    /** What the verifier has to say of some hundred instructions is a tenth of it. */
    private static final int LOG_BYTES = 1 << 20;

    private static final int LOG_LINES_TOLD = 12;

    private Program() {}

    /** An array map; its descriptor. */
    static int createMap(int valueBytes, int entries) throws SystemCallException {
        return createMap(MAP_TYPE_ARRAY, Integer.BYTES, valueBytes, entries);
    }

    /** A hash map whose keys are numbers of 8 bytes and whose values say nothing; its descriptor. */
    static int createSet(int entries) throws SystemCallException {
        return createMap(MAP_TYPE_HASH, Long.BYTES, Integer.BYTES, entries);
    }

    private static int createMap(int type, int keyBytes, int valueBytes, int entries) throws SystemCallException {
        // __u32 map_type, key_size, value_size, max_entries
        ByteBuffer attributes = attributes(16);
        attributes.putInt(0, type).putInt(4, keyBytes).putInt(8, valueBytes).putInt(12, entries);
        return SystemCalls.bpf("BPF_MAP_CREATE", MAP_CREATE, attributes);
    }

    /** Puts a number into such a set. */
    static void add(int set, long number) throws SystemCallException {
        ByteBuffer key = attributes(Long.BYTES).putLong(0, number);
        element("BPF_MAP_UPDATE_ELEM", MAP_UPDATE_ELEM, set, key, attributes(Integer.BYTES));
    }

    /** Takes a number out of such a set, which has it. */
    static void remove(int set, long number) throws SystemCallException {
        ByteBuffer key = attributes(Long.BYTES).putLong(0, number);
        element("BPF_MAP_DELETE_ELEM", MAP_DELETE_ELEM, set, key, attributes(0));
    }

    /** Makes the first value of such a map all zeros but for its second 8 bytes. */
    static void clearMap(int map, int valueBytes, long second) throws SystemCallException {
        ByteBuffer value = attributes(valueBytes).putLong(Long.BYTES, second);
        element("BPF_MAP_UPDATE_ELEM", MAP_UPDATE_ELEM, map, 0, value);
    }

    /** Writes a value of 8 bytes. */
    static void update(int map, int index, long value) throws SystemCallException {
        element(
                "BPF_MAP_UPDATE_ELEM",
                MAP_UPDATE_ELEM,
                map,
                index,
                attributes(Long.BYTES).putLong(0, value));
    }

    /** Reads a value; the buffer is of {@link #buffer}, as large as the map's values. */
    static void lookUp(int map, int index, ByteBuffer value) throws SystemCallException {
        element("BPF_MAP_LOOKUP_ELEM", MAP_LOOKUP_ELEM, map, index, value);
    }

    /** For {@link #lookUp}. */
    static ByteBuffer buffer(int bytes) {
        return attributes(bytes);
    }

    private static void element(String name, int command, int map, int index, ByteBuffer value)
            throws SystemCallException {
        element(name, command, map, attributes(Integer.BYTES).putInt(0, index), value);
    }

    private static void element(String name, int command, int map, ByteBuffer key, ByteBuffer value)
            throws SystemCallException {
        // __u32 map_fd; __aligned_u64 key, value, flags
        ByteBuffer attributes = attributes(32);
        attributes.putInt(0, map).putLong(8, SystemCalls.address(key));
        if (value.capacity() > 0) {
            attributes.putLong(16, SystemCalls.address(value));
        }
        try {
            SystemCalls.bpf(name, command, attributes);
        } finally {
            Reference.reachabilityFence(key);
            Reference.reachabilityFence(value);
        }
    }

    /**
     * Loads an iterator's program.
     *
     * @param function the number of the function that it stands for, of the kernel's BTF
     * @return its descriptor
     * @throws SystemCallException when it is refused for want of a right or of memory
     * @throws VerifierException when the kernel's verifier refused it, with what that said
     */
    static int load(ByteBuffer code, String licence, int function) throws SystemCallException, VerifierException {
        ByteBuffer licenceText = cString(licence);
        ByteBuffer attributes = loadAttributes(PROG_TYPE_TRACING, code, licenceText);
        attributes.putInt(68, TRACE_ITER).putInt(108, function);
        return load(attributes, code, licenceText);
    }

    /** Loads the program of a raw tracepoint; its descriptor, with the errors of {@link #load}. */
    static int loadTracepoint(ByteBuffer code, String licence) throws SystemCallException, VerifierException {
        ByteBuffer licenceText = cString(licence);
        return load(loadAttributes(PROG_TYPE_RAW_TRACEPOINT, code, licenceText), code, licenceText);
    }

    private static int load(ByteBuffer attributes, ByteBuffer code, ByteBuffer licenceText)
            throws SystemCallException, VerifierException {
        try {
            return SystemCalls.bpf("BPF_PROG_LOAD", PROG_LOAD, attributes);
        } catch (SystemCallException refused) {
            if (refused.is(Errno.EPERM) || refused.is(Errno.ENOMEM)) {
                throw refused;
            }
            throw new VerifierException(refused.getMessage() + explain(attributes));
        } finally {
            Reference.reachabilityFence(code);
            Reference.reachabilityFence(licenceText);
        }
    }

    private static ByteBuffer loadAttributes(int type, ByteBuffer code, ByteBuffer licence) {
        // __u32 prog_type, insn_cnt; __aligned_u64 insns, license; __u32 log_level, log_size; __aligned_u64 log_buf;
        // __u32 kern_version, prog_flags; char prog_name[16]; __u32 prog_ifindex, expected_attach_type, prog_btf_fd,
        // func_info_rec_size; __aligned_u64 func_info; __u32 func_info_cnt, line_info_rec_size;
        // __aligned_u64 line_info; __u32 line_info_cnt, attach_btf_id, attach_prog_fd
        ByteBuffer attributes = attributes(120);
        attributes
                .putInt(0, type)
                .putInt(4, code.limit() / 8)
                .putLong(8, SystemCalls.address(code))
                .putLong(16, SystemCalls.address(licence));
        attributes.put(48, "load_monitor".getBytes(StandardCharsets.US_ASCII));
        return attributes;
    }

    /** Has it refused again, this time with the reasons. */
    private static String explain(ByteBuffer attributes) {
        ByteBuffer log = attributes(LOG_BYTES);
        attributes.putInt(24, 1).putInt(28, LOG_BYTES).putLong(32, SystemCalls.address(log));
        try {
            SystemCalls.close(SystemCalls.bpf("BPF_PROG_LOAD", PROG_LOAD, attributes));
            return " (and was accepted when tried again)";
        } catch (SystemCallException again) {
            byte[] text = new byte[LOG_BYTES];
            log.get(0, text);
            int end = 0;
            while (end < text.length && text[end] != 0) {
                end++;
            }
            List<String> lines = new String(text, 0, end, StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> !line.startsWith("processed "))
                    .toList();
            return ": " + String.join("; ", lines.subList(Math.max(0, lines.size() - LOG_LINES_TOLD), lines.size()));
        }
    }

    /** Attaches an iterator's program to its function; the link's descriptor, which keeps program and maps. */
    static int link(int program) throws SystemCallException {
        // __u32 prog_fd, target_fd, attach_type, flags
        ByteBuffer attributes = attributes(16);
        attributes.putInt(0, program).putInt(8, TRACE_ITER);
        return SystemCalls.bpf("BPF_LINK_CREATE", LINK_CREATE, attributes);
    }

    /** Attaches a raw tracepoint's program; a descriptor that keeps it there, with its maps. */
    static int attach(int program, String tracepoint) throws SystemCallException {
        ByteBuffer name = cString(tracepoint);
        // __u64 name; __u32 prog_fd
        ByteBuffer attributes = attributes(16);
        attributes.putLong(0, SystemCalls.address(name)).putInt(8, program);
        try {
            return SystemCalls.bpf("BPF_RAW_TRACEPOINT_OPEN", RAW_TRACEPOINT_OPEN, attributes);
        } finally {
            Reference.reachabilityFence(name);
        }
    }

    /** A descriptor from which one walk is read. */
    static int iterate(int link) throws SystemCallException {
        // __u32 link_fd, flags
        ByteBuffer attributes = attributes(8);
        attributes.putInt(0, link);
        return SystemCalls.bpf("BPF_ITER_CREATE", ITER_CREATE, attributes);
    }

    private static ByteBuffer cString(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return attributes(bytes.length + 1).put(0, bytes);
    }

    private static ByteBuffer attributes(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
