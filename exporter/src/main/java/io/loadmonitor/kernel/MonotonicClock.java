package io.loadmonitor.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The clock of the module's {@code monotonic_ns}. {@link System#nanoTime} promises no origin, though HotSpot reads the
 * same clock on Linux.
 */
public final class MonotonicClock {
    /** {@code time.h}: time_t tv_sec, long tv_nsec; both are longs with the calls that JNA finds by these names. */
    private static final int TIMESPEC_BYTES = 2 * Long.BYTES;

    private static final long NANOS_A_SECOND = 1_000_000_000L;

    private MonotonicClock() {}

    /**
     * CLOCK_MONOTONIC, nanoseconds. Safe for use by several threads. In a time namespace of its own it differs from the
     * module's by that namespace's offset.
     */
    public static long nanos() {
        ByteBuffer timespec = ByteBuffer.allocateDirect(TIMESPEC_BYTES).order(ByteOrder.nativeOrder());
        LibC.clock_gettime(LibC.CLOCK_MONOTONIC, timespec);
        return LibC.LONG_BYTES == Long.BYTES
                ? timespec.getLong(0) * NANOS_A_SECOND + timespec.getLong(Long.BYTES)
                : timespec.getInt(0) * NANOS_A_SECOND + timespec.getInt(Integer.BYTES);
    }
}
