package io.loadmonitor.bpf;

import io.loadmonitor.kernel.SystemCallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Samples what is on the CPUs at the scheduler's ticks, by {@link TickProgram}: for kernels that keep perf for
 * CAP_SYS_ADMIN, as Debian's and Ubuntu's do where {@code kernel.perf_event_paranoid} is above 2. It needs what the
 * task iterator needs, and CAP_SYSLOG. Safe for use by several threads, one sampling at a time.
 *
 * <p>The program is in the kernel from {@link #open} to {@link #close}, and does nothing but look at its switch while
 * nobody samples. So no CPU is asked and none is waited for while a dump is taken: whoever has its interrupts off has
 * no sample. A CPU ticks each 1 to 10 ms (CONFIG_HZ), and none that idles.
 */
public final class TickSampler implements AutoCloseable {
    private static final int SWITCH_BYTES = 8;

    /** As many CPUs as a kernel may have. */
    private static final int MAX_CPUS = 8_192;

    private final int switchMap;
    private final int records;
    private final int tracepoint;
    private final BitSet cpus;
    private final Entries entries;

    /** By CPU: the newest count that was seen. */
    private final long[] counts;

    private boolean closed;

    private TickSampler(int switchMap, int records, int tracepoint, BitSet cpus, Entries entries) {
        this.switchMap = switchMap;
        this.records = records;
        this.tracepoint = tracepoint;
        this.cpus = cpus;
        this.entries = entries;
        counts = new long[cpus.length()];
    }

    /**
     * Where interrupts enter the kernel: what is behind the first such frame in a stack was interrupted.
     *
     * @param starts addresses of the functions, in order
     * @param ends of each the address behind it
     * @param fromUser of each whether it is for interrupts of user mode alone
     */
    public record Entries(long[] starts, long[] ends, boolean[] fromUser) {
        /** Names by which kernels have them; the last two take interrupts of user mode alone. */
        public static final List<String> NAMES = List.of(
                // arch/x86/include/asm/idtentry.h: the local timer, another timer's interrupt, Hyper-V's and Xen's
                "asm_sysvec_apic_timer_interrupt",
                "asm_common_interrupt",
                "asm_sysvec_hyperv_stimer0",
                "asm_sysvec_xen_hvm_callback",
                "asm_exc_xen_hypervisor_callback",
                // arch/arm64/kernel/entry.S, since 5.14 and before
                "el1h_64_irq",
                "el1_irq",
                "el0t_64_irq",
                "el0_irq");

        private static final List<String> FROM_USER = List.of("el0t_64_irq", "el0_irq");

        /** Whether a function of {@link #NAMES} takes interrupts of user mode alone. */
        public static boolean isFromUser(String name) {
            return FROM_USER.contains(name);
        }

        private int of(long address) {
            for (int i = 0; i < starts.length; i++) {
                // A return address may be behind its function's end.
                if (Long.compareUnsigned(address - 1, starts[i]) >= 0
                        && Long.compareUnsigned(address - 1, ends[i]) < 0) {
                    return i;
                }
            }
            return -1;
        }

        /**
         * What was interrupted.
         *
         * @param stack as the program found it, innermost first
         */
        OnCpuSample sample(int cpu, int tid, long nanos, long[] stack) {
            for (int i = 0; i < stack.length; i++) {
                int entry = of(stack[i]);
                if (entry >= 0) {
                    long[] rest = Arrays.copyOfRange(stack, i + 1, stack.length);
                    boolean user = fromUser[entry] || rest.length == 0;
                    return new OnCpuSample(
                            cpu,
                            tid,
                            nanos,
                            user ? OnCpuSample.Mode.USER : OnCpuSample.Mode.KERNEL,
                            user ? new long[0] : rest);
                }
            }
            // A timer that expired outside of an interrupt that is known; what it interrupted, if anything, is not
            // seen.
            return new OnCpuSample(cpu, tid, nanos, OnCpuSample.Mode.UNKNOWN, new long[0]);
        }
    }

    /**
     * Loads the program.
     *
     * @param sysfs where sysfs is mounted
     * @param entries where interrupts enter this kernel
     * @throws IOException when this kernel cannot or will not, with the reason in words
     */
    public static TickSampler open(Path sysfs, Entries entries) throws IOException {
        if (entries.starts().length == 0) {
            throw new IOException("this kernel has no function by which interrupts enter it that is known here");
        }
        BitSet cpus = CpuList.parse(
                Files.readString(sysfs.resolve("devices/system/cpu/possible"), StandardCharsets.ISO_8859_1));
        if (cpus.isEmpty() || cpus.length() > MAX_CPUS) {
            throw new IOException("no sensible number of CPUs: " + cpus.length());
        }
        int switchMap = Program.createMap(SWITCH_BYTES, 1);
        try {
            int records = Program.createMap(TickProgram.RECORD_BYTES, cpus.length());
            try {
                int program = Program.loadTracepoint(TickProgram.of(switchMap, records), TaskProgram.LICENCE);
                try {
                    int tracepoint = Program.attach(
                            program, SystemCalls.readsInOrder() ? TickProgram.X86_TRACEPOINT : TickProgram.TRACEPOINT);
                    return new TickSampler(switchMap, records, tracepoint, cpus, entries);
                } finally {
                    SystemCalls.close(program);
                }
            } catch (IOException | RuntimeException | Error failed) {
                SystemCalls.close(records);
                throw failed;
            }
        } catch (IOException | RuntimeException | Error failed) {
            SystemCalls.close(switchMap);
            throw failed;
        }
    }

    /** Begins. The caller ends it by {@link CpuSamples#close}. */
    public synchronized CpuSamples begin() {
        if (closed) {
            return CpuSamples.NONE;
        }
        // Old samples are no news.
        Sampling sampling = new Sampling();
        sampling.drain(new ArrayList<>());
        turn(1);
        return sampling;
    }

    private void turn(long on) {
        try {
            Program.update(switchMap, 0, on);
        } catch (SystemCallException failed) {
            // No memory for a moment, or the like: then there are no samples, or some that nobody reads.
        }
    }

    /** Running samples of all CPUs. For one thread. */
    private final class Sampling implements CpuSamples {
        private final ByteBuffer first = Program.buffer(TickProgram.RECORD_BYTES);
        private final ByteBuffer second = Program.buffer(TickProgram.RECORD_BYTES);

        private Sampling() {}

        @Override
        public void drain(List<OnCpuSample> samples) {
            synchronized (TickSampler.this) {
                if (!closed) {
                    try {
                        read(samples);
                    } catch (SystemCallException failed) {
                        // No memory for a moment, or the like: the next time then.
                    }
                }
            }
        }

        private void read(List<OnCpuSample> samples) throws SystemCallException {
            for (int cpu = cpus.nextSetBit(0); cpu >= 0; cpu = cpus.nextSetBit(cpu + 1)) {
                Program.lookUp(records, cpu, first);
                // Not while the kernel writes: what reads the same twice is whole.
                if (first.getLong(TickProgram.COUNT) != counts[cpu]) {
                    Program.lookUp(records, cpu, second);
                    if (first.equals(second)) {
                        counts[cpu] = first.getLong(TickProgram.COUNT);
                        samples.add(sample(cpu));
                    }
                }
            }
        }

        private OnCpuSample sample(int cpu) {
            long bytes = first.getLong(TickProgram.STACK_BYTES);
            int frames = (int) Math.max(0, Math.min(bytes / Long.BYTES, TickProgram.MAX_FRAMES));
            long[] stack = new long[frames];
            for (int i = 0; i < frames; i++) {
                stack[i] = first.getLong(TickProgram.STACK + i * Long.BYTES);
            }
            return entries.sample(cpu, (int) first.getLong(TickProgram.TID), first.getLong(TickProgram.TIME), stack);
        }

        @Override
        public BitSet silent() {
            return new BitSet();
        }

        @Override
        public void close() {
            synchronized (TickSampler.this) {
                if (!closed) {
                    turn(0);
                }
            }
        }
    }

    /** Takes the program out of the kernel. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            SystemCalls.close(tracepoint);
            SystemCalls.close(records);
            SystemCalls.close(switchMap);
        }
    }
}
