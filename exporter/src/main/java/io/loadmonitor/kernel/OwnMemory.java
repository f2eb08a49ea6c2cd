package io.loadmonitor.kernel;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalLong;

/** The memory of this process, which may be kept from being swapped out. Safe for use by several threads. */
public final class OwnMemory {
    /** {@code bits/resource.h}: RLIM_INFINITY, all bits. */
    private static final long UNLIMITED = -1;

    private OwnMemory() {}

    /**
     * How much of it may be locked without CAP_IPC_LOCK, bytes (RLIMIT_MEMLOCK); empty when any amount may.
     *
     * @throws IOException when JNA's native library cannot be loaded
     */
    public static OptionalLong lockableBytes() throws IOException {
        mustCall();
        ByteBuffer rlimit = ByteBuffer.allocateDirect(2 * LibC.LONG_BYTES).order(ByteOrder.nativeOrder());
        try {
            LibC.getrlimit(LibC.RLIMIT_MEMLOCK, rlimit);
        } catch (LastErrorException failed) {
            throw new SystemCallException("getrlimit", "RLIMIT_MEMLOCK", failed.getErrorCode());
        }
        long bytes = LibC.LONG_BYTES == Long.BYTES ? rlimit.getLong(0) : rlimit.getInt(0);
        return bytes == UNLIMITED ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    /**
     * Locks each page that is used from now on, and those in use as the kernel comes across them; none that is only
     * reserved. {@code VmLck} of /proc/PID/status then shows all that is mapped, gigabytes with a JVM; {@code VmRSS}
     * stays what it was.
     *
     * @throws SystemCallException ENOMEM when {@link #lockableBytes} is less than what is mapped, EPERM when it is 0,
     *     and CAP_IPC_LOCK lacks
     * @throws IOException when JNA's native library cannot be loaded
     */
    public static void lock() throws IOException {
        mustCall();
        try {
            LibC.mlockall(LibC.MCL_CURRENT | LibC.MCL_FUTURE | LibC.MCL_ONFAULT);
        } catch (LastErrorException failed) {
            throw new SystemCallException("mlockall", "this process", failed.getErrorCode());
        }
    }

    private static void mustCall() throws IOException {
        Optional<String> obstacle = NativeLibrary.obstacle();
        if (obstacle.isPresent()) {
            throw new IOException(obstacle.get());
        }
    }
}
