package io.loadmonitor.archive;

import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * A clock that never jumps, within one boot of the machine.
 *
 * @param boot names the boot, {@code /proc/sys/kernel/random/boot_id}
 * @param source nanoseconds, from a time on that is the same for all of the boot. On Linux {@link System#nanoTime} is
 *     that: CLOCK_MONOTONIC, in HotSpot's {@code os::javaTimeNanos}
 */
public record Uptime(String boot, LongSupplier source) {
    /** A name for a boot of which the kernel does not tell: of this process alone. */
    public static String unknownBoot() {
        return UUID.randomUUID().toString();
    }

    long nanos() {
        return source.getAsLong();
    }
}
