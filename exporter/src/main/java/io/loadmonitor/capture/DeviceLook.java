package io.loadmonitor.capture;

import io.loadmonitor.dump.DumpWriter;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.kernel.DeviceMapper;
import io.loadmonitor.kernel.MonotonicClock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The look at the device-mapper devices beside a dump, which no stack tells of. Safe for use by several threads.
 *
 * <p>A dump gets it only while it is young: what was in the module's ring when this program began must not be told
 * today's state.
 */
public final class DeviceLook {
    /** A device that was suspended for a moment is resumed by then; one that hangs still does. */
    static final Duration OLDEST_DUMP = Duration.ofSeconds(5);

    private final DeviceMapper devices;
    private final LongSupplier monotonicNanos;

    public DeviceLook(DeviceMapper devices) {
        this(devices, MonotonicClock::nanos);
    }

    /** @param monotonicNanos the clock of the dumps' {@code monotonic_ns} */
    DeviceLook(DeviceMapper devices, LongSupplier monotonicNanos) {
        this.devices = devices;
        this.monotonicNanos = monotonicNanos;
    }

    /**
     * The module's dump with the records of the devices before its footer. Unchanged where it was cut off, is older
     * than 5 s or does not say how old it is, and where the devices cannot be read.
     */
    RawDump beside(RawDump dump) {
        OptionalLong taken = DumpHeading.of(dump).monotonicNanos();
        if (taken.isEmpty()) {
            return dump;
        }
        return look(monotonicNanos.getAsLong() - taken.getAsLong())
                .map(seen -> DumpWriter.insert(dump, seen))
                .orElse(dump);
    }

    /**
     * For a dump of this program's own.
     *
     * @param nanos its age
     */
    Optional<MappedDevices> look(long nanos) {
        // From the future: another clock than ours, and its age is not known.
        if (nanos < 0 || nanos > OLDEST_DUMP.toNanos()) {
            return Optional.empty();
        }
        return devices.look().map(seen -> seen.aged(TimeUnit.NANOSECONDS.toMillis(nanos)));
    }
}
