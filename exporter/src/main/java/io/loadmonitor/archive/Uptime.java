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
    /** Where the boot is not known: then only of this process. */
    public static Uptime ofProcess() {
        return new Uptime(UUID.randomUUID().toString(), System::nanoTime);
    }

    public static Uptime ofBoot(String boot) {
        return new Uptime(boot, System::nanoTime);
    }

    long nanos() {
        return source.getAsLong();
    }
}
