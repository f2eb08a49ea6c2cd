package io.loadmonitor.bpf;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import io.loadmonitor.kernel.Errno;
import io.loadmonitor.kernel.SystemCallException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code bpf(2)} and {@code perf_event_open(2)}, which no libc has by name, and what their descriptors want. Constants
 * are the kernel's. Threads may call at the same time.
 */
final class SystemCalls {
    /** {@code sys/mman.h}. */
    private static final int PROT_READ_WRITE = 0x3;

    /** {@code sys/mman.h}. */
    private static final int MAP_SHARED = 0x1;

    /** {@code unistd.h}, of glibc and musl. */
    private static final int SC_PAGESIZE = 30;

    private SystemCalls() {}

    /** The libc functions; a class of its own, so that whoever only asks for the machine loads no library. */
    private static final class LibC {
        static {
            Native.register(LibC.class, "c");
        }

        private LibC() {}

        /** {@code unistd.h: long syscall(long, ...)}. Integers are passed alike with and without a prototype. */
        static native NativeLong syscall(
                NativeLong number, NativeLong a, NativeLong b, NativeLong c, NativeLong d, NativeLong e)
                throws LastErrorException;

        static native NativeLong read(int fd, ByteBuffer buffer, NativeLong count) throws LastErrorException;

        static native int close(int fd) throws LastErrorException;

        static native NativeLong sysconf(int name);

        static native Pointer mmap(
                NativeLong address, NativeLong length, int protection, int flags, int fd, NativeLong offset)
                throws LastErrorException;

        static native int munmap(Pointer address, NativeLong length) throws LastErrorException;
    }

    /**
     * Numbers of system calls: {@code arch/x86/entry/syscalls/syscall_64.tbl} and {@code
     * include/uapi/asm-generic/unistd.h}.
     */
    private enum Machine {
        X86_64(321, 298),
        ARM64(280, 241);

        private final int bpf;
        private final int perfEventOpen;

        Machine(int bpf, int perfEventOpen) {
            this.bpf = bpf;
            this.perfEventOpen = perfEventOpen;
        }

        static Optional<Machine> ofThis() {
            return switch (System.getProperty("os.arch", "").toLowerCase(Locale.ROOT)) {
                case "amd64", "x86_64" -> Optional.of(X86_64);
                case "aarch64" -> Optional.of(ARM64);
                default -> Optional.empty();
            };
        }
    }

    /** Why nothing of this can be called here, in words; empty when it can. */
    static Optional<String> obstacle() {
        if (Machine.ofThis().isEmpty()) {
            return Optional.of("the numbers of the system calls are known for x86-64 and arm64 alone, not for "
                    + System.getProperty("os.arch", "an unnamed machine"));
        }
        try {
            LibC.close(-1);
        } catch (LastErrorException called) {
            // EBADF: calling works.
            return Optional.empty();
        } catch (LinkageError unusable) {
            return Optional.of("JNA's native library cannot be loaded (see -Djna.tmpdir): " + unusable.getMessage());
        }
        return Optional.empty();
    }

    /** x86 neither reads out of order nor shows writes out of order; others do. */
    static boolean readsInOrder() {
        return Machine.ofThis().equals(Optional.of(Machine.X86_64));
    }

    /**
     * {@code bpf(2)}.
     *
     * @param name of the command, for the error
     * @param attributes {@code union bpf_attr}, a direct buffer; its capacity is the size
     */
    static int bpf(String name, int command, ByteBuffer attributes) throws SystemCallException {
        try {
            return call(
                    "bpf(2)",
                    name,
                    () -> LibC.syscall(
                                    new NativeLong(machine().bpf),
                                    new NativeLong(command),
                                    new NativeLong(address(attributes)),
                                    new NativeLong(attributes.capacity()),
                                    new NativeLong(0),
                                    new NativeLong(0))
                            .intValue());
        } finally {
            Reference.reachabilityFence(attributes);
        }
    }

    /** {@code perf_event_open(2)} of all tasks on one CPU. */
    static int perfEventOpen(ByteBuffer attributes, int cpu, int flags) throws SystemCallException {
        try {
            return call(
                    "perf_event_open(2)",
                    "on CPU " + cpu,
                    () -> LibC.syscall(
                                    new NativeLong(machine().perfEventOpen),
                                    new NativeLong(address(attributes)),
                                    new NativeLong(-1),
                                    new NativeLong(cpu),
                                    new NativeLong(-1),
                                    new NativeLong(flags))
                            .intValue());
        } finally {
            Reference.reachabilityFence(attributes);
        }
    }

    /** Into a direct buffer, from its position to its limit; the number of bytes, 0 at the end. */
    static int read(String what, int descriptor, ByteBuffer direct) throws SystemCallException {
        return call(
                "read",
                what,
                () -> LibC.read(descriptor, direct, new NativeLong(direct.remaining()))
                        .intValue());
    }

    /** Of a page of memory: 4,096, on some arm64 kernels 16,384 or 65,536. */
    static int pageBytes() {
        return LibC.sysconf(SC_PAGESIZE).intValue();
    }

    /** A descriptor's memory, shared with the kernel. */
    static Pointer map(String what, int descriptor, int bytes) throws SystemCallException {
        try {
            return LibC.mmap(
                    new NativeLong(0),
                    new NativeLong(bytes),
                    PROT_READ_WRITE,
                    MAP_SHARED,
                    descriptor,
                    new NativeLong(0));
        } catch (LastErrorException failed) {
            throw new SystemCallException("mmap", what, failed.getErrorCode());
        }
    }

    static void unmap(Pointer memory, int bytes) {
        LibC.munmap(memory, new NativeLong(bytes));
    }

    /** Linux frees the descriptor whatever close answers. */
    static void close(int descriptor) {
        try {
            LibC.close(descriptor);
        } catch (LastErrorException ignored) {
            // Nothing was written that could be lost.
        }
    }

    /** Of a direct buffer's first byte; the caller keeps the buffer alive. */
    static long address(ByteBuffer direct) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
    }

    private static Machine machine() {
        return Machine.ofThis().orElseThrow();
    }

    private interface Call {
        int make() throws LastErrorException;
    }

    /** A call that a signal interrupted, as the JVM's own do, is made again. */
    private static int call(String name, String what, Call call) throws SystemCallException {
        for (int tries = 0; ; tries++) {
            try {
                return call.make();
            } catch (LastErrorException failed) {
                boolean again = failed.getErrorCode() == Errno.EINTR.number()
                        || failed.getErrorCode() == Errno.EAGAIN.number() && name.equals("bpf(2)");
                if (!again || tries == 16) {
                    throw new SystemCallException(name, what, failed.getErrorCode());
                }
            }
        }
    }
}
