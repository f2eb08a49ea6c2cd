package io.loadmonitor.capture;

import io.loadmonitor.dump.StackDump;
import io.loadmonitor.procfs.LoadAverage;
import io.loadmonitor.procfs.LoadTick;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.ProcStat;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * The first records of a dump that this program takes itself: when and why, and what /proc says of the load. Immutable.
 *
 * @param monotonicNanos CLOCK_MONOTONIC when it began; empty where the dump's times are not of that clock
 * @param startNanos the same by {@link System#nanoTime}
 * @param ticks the last two load ticks that were seen, the newest first
 */
record DumpHead(
        ProcFs procFs,
        SourceKind source,
        long id,
        DumpOrder order,
        Instant wall,
        OptionalLong monotonicNanos,
        long startNanos,
        LoadAverage load,
        ProcStat stat,
        List<LoadTick> ticks) {

    private static final int VERSION = 1;

    StackDump.Header header() {
        return new StackDump.Header(VERSION, id, source.label(), procFs.bootId(), procFs.release());
    }

    StackDump.Trigger trigger(int active) {
        return new StackDump.Trigger(
                order.kind(), Optional.of(order.reason().escaped()), Optional.of(presence(active)));
    }

    StackDump.Time time() {
        return new StackDump.Time(Optional.of(wall.truncatedTo(ChronoUnit.MICROS)), monotonicNanos);
    }

    StackDump.Load loadLine(int active) {
        return new StackDump.Load(
                load.load1(), load.load5(), load.load15(), OptionalInt.of(active), OptionalInt.of(stat.cpusOnline()));
    }

    Optional<StackDump.Tick> tick() {
        return ticks.stream().findFirst().map(newest -> {
            long ageMillis = TimeUnit.NANOSECONDS.toMillis(Math.max(0, startNanos - newest.seenNanos()));
            return new StackDump.Tick(OptionalLong.of(ageMillis), OptionalInt.of(newest.active()), newest.load1());
        });
    }

    /**
     * The module's rule: three quarters of the average, which falls by half only every 42 s and so stays high long
     * after its cause is gone. A load that comes and goes may be away for a moment, so the last ticks have to be as
     * low; one that nobody saw says nothing against it.
     */
    private StackDump.Presence presence(int active) {
        if (active == 0) {
            return StackDump.Presence.NONE;
        }
        boolean low = low(active) && ticks.stream().allMatch(tick -> low(tick.active()));
        return low ? StackDump.Presence.DECAYING : StackDump.Presence.PRESENT;
    }

    private boolean low(int active) {
        return active * 4.0 < load.load1() * 3.0;
    }
}
