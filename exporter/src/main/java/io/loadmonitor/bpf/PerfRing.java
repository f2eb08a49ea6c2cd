package io.loadmonitor.bpf;

import com.sun.jna.Pointer;
import io.loadmonitor.kernel.SystemCallException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * A CPU's clock event and the ring into which the kernel writes its samples: {@code perf_event_open(2)}, {@code
 * include/uapi/linux/perf_event.h}. A sample as it is asked for here, from Linux 6.18.44 (a thread in the middle of a
 * system call; the callchain begins with the marker PERF_CONTEXT_KERNEL):
 *
 * <pre>{@code
 * struct perf_event_header { u32 type = 9 (PERF_RECORD_SAMPLE); u16 misc = 1 (KERNEL); u16 size; }
 * u64 ip; u32 pid, tid; u64 time; u32 cpu, res; u64 nr; u64 ips[nr] = { -128, ip, return addresses... }
 * }</pre>
 *
 * Reading is for one thread; it may go on until {@link #close}.
 */
final class PerfRing {
    /** {@code PERF_ATTR_SIZE_VER5}: with {@code sample_max_stack}, since 4.8. */
    private static final int ATTRIBUTE_BYTES = 112;

    private static final int TYPE_SOFTWARE = 1;
    private static final int COUNT_CPU_CLOCK = 0;

    // enum perf_event_sample_format
    private static final int SAMPLE_IP = 1;
    private static final int SAMPLE_TID = 1 << 1;
    private static final int SAMPLE_TIME = 1 << 2;
    private static final int SAMPLE_CALLCHAIN = 1 << 5;
    private static final int SAMPLE_CPU = 1 << 7;

    // Bits of struct perf_event_attr, from the lowest.
    private static final int EXCLUDE_CALLCHAIN_USER = 22;
    private static final int USE_CLOCKID = 25;

    private static final int CLOCK_MONOTONIC = 1;
    private static final int FLAG_FD_CLOEXEC = 8;

    /** So much at least the kernel writes until it is read; what comes when there is no room is lost. */
    private static final int DATA_BYTES = 16 << 10;

    // struct perf_event_mmap_page
    private static final int DATA_HEAD = 1024;
    private static final int DATA_TAIL = 1032;
    private static final int DATA_OFFSET = 1040;
    private static final int DATA_SIZE = 1048;

    private static final int RECORD_SAMPLE = 9;
    private static final int HEADER_BYTES = 8;

    // Of a sample's record, after its header.
    private static final int TID = 20;
    private static final int TIME = 24;
    private static final int CPU = 32;
    private static final int FRAMES = 40;
    private static final int FIRST_FRAME = 48;

    private static final int CPUMODE_MASK = 7;
    private static final int CPUMODE_KERNEL = 1;
    private static final int CPUMODE_USER = 2;
    private static final int CPUMODE_GUEST_KERNEL = 4;
    private static final int CPUMODE_GUEST_USER = 5;

    /** {@code PERF_CONTEXT_MAX}: no address is above it, but marks where a callchain changes sides. */
    private static final long CONTEXT_MAX = -4095;

    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final int descriptor;
    private final Pointer memory;
    private final int bytes;
    private final ByteBuffer page;
    private final ByteBuffer data;

    private PerfRing(int descriptor, Pointer memory, int bytes, int pageBytes) {
        this.descriptor = descriptor;
        this.memory = memory;
        this.bytes = bytes;
        page = memory.getByteBuffer(0, pageBytes).order(ByteOrder.LITTLE_ENDIAN);
        data = memory.getByteBuffer(page.getLong(DATA_OFFSET), page.getLong(DATA_SIZE))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Begins to sample a CPU. The kernel asks that CPU by an interrupt and waits for its answer: where interrupts are
     * off, for ever.
     */
    static PerfRing open(int cpu, int periodNanos) throws SystemCallException {
        int pageBytes = SystemCalls.pageBytes();
        int bytes = pageBytes + Math.max(pageBytes, DATA_BYTES);
        int descriptor = SystemCalls.perfEventOpen(attributes(periodNanos), cpu, FLAG_FD_CLOEXEC);
        try {
            return new PerfRing(
                    descriptor, SystemCalls.map("the samples of CPU " + cpu, descriptor, bytes), bytes, pageBytes);
        } catch (SystemCallException | RuntimeException | Error failed) {
            SystemCalls.close(descriptor);
            throw failed;
        }
    }

    private static ByteBuffer attributes(int periodNanos) {
        // __u32 type, size; __u64 config, sample_period, sample_type, read_format, the bits; __u32 wakeup_events,
        // bp_type; __u64 config1, config2, branch_sample_type, sample_regs_user; __u32 sample_stack_user;
        // __s32 clockid; __u64 sample_regs_intr; __u32 aux_watermark; __u16 sample_max_stack
        ByteBuffer attributes = ByteBuffer.allocateDirect(ATTRIBUTE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return attributes
                .putInt(0, TYPE_SOFTWARE)
                .putInt(4, ATTRIBUTE_BYTES)
                .putLong(8, COUNT_CPU_CLOCK)
                .putLong(16, periodNanos)
                .putLong(24, SAMPLE_IP | SAMPLE_TID | SAMPLE_TIME | SAMPLE_CALLCHAIN | SAMPLE_CPU)
                .putLong(40, 1L << EXCLUDE_CALLCHAIN_USER | 1L << USE_CLOCKID)
                .putInt(92, CLOCK_MONOTONIC)
                .putShort(108, (short) TaskRecord.MAX_FRAMES);
    }

    /** Adds what the kernel wrote since the last call. */
    void drain(List<OnCpuSample> samples) {
        long head = (long) LONGS.getAcquire(page, DATA_HEAD);
        long tail = page.getLong(DATA_TAIL);
        while (tail < head) {
            int size = record(tail, samples);
            if (size < HEADER_BYTES) {
                // Damaged: nothing behind it can be found.
                tail = head;
            } else {
                tail += size;
            }
        }
        LONGS.setRelease(page, DATA_TAIL, tail);
    }

    private int record(long at, List<OnCpuSample> samples) {
        long header = word(at);
        int size = (int) (header >>> 48);
        if ((int) header == RECORD_SAMPLE && size >= FIRST_FRAME) {
            samples.add(sample(at, (int) (header >>> 32) & CPUMODE_MASK, size));
        }
        return size;
    }

    private OnCpuSample sample(long at, int cpuMode, int size) {
        long frames = Math.min(word(at + FRAMES), (size - FIRST_FRAME) / 8);
        OnCpuSample.Mode mode = switch (cpuMode) {
            case CPUMODE_KERNEL -> OnCpuSample.Mode.KERNEL;
            case CPUMODE_USER, CPUMODE_GUEST_KERNEL, CPUMODE_GUEST_USER -> OnCpuSample.Mode.USER;
            default -> OnCpuSample.Mode.UNKNOWN;
        };
        long[] stack = new long[mode == OnCpuSample.Mode.KERNEL ? (int) frames : 0];
        int depth = 0;
        for (int i = 0; i < stack.length; i++) {
            long address = word(at + FIRST_FRAME + 8L * i);
            if (Long.compareUnsigned(address, CONTEXT_MAX) < 0) {
                stack[depth++] = address;
            }
        }
        return new OnCpuSample(
                (int) word(at + CPU), half(at + TID), word(at + TIME), mode, Arrays.copyOf(stack, depth));
    }

    /** The ring's size is a power of two, records are whole words, and no word lies across its end. */
    private long word(long at) {
        return data.getLong((int) (at & data.capacity() - 1));
    }

    private int half(long at) {
        return data.getInt((int) (at & data.capacity() - 1));
    }

    /** Ends the sampling. Waits for the CPU, as {@link #open} does. */
    void close() {
        SystemCalls.unmap(memory, bytes);
        SystemCalls.close(descriptor);
    }
}
