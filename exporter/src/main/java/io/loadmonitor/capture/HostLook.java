package io.loadmonitor.capture;

import io.loadmonitor.dump.DumpWriter;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.HostState;
import io.loadmonitor.dump.KernelMessage;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.kernel.KernelLogTail;
import io.loadmonitor.kernel.MonotonicClock;
import io.loadmonitor.kernel.SystemCallException;
import io.loadmonitor.procfs.DiskCounters;
import io.loadmonitor.procfs.HostMemory;
import io.loadmonitor.procfs.PressureStall;
import io.loadmonitor.procfs.ProcFs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the host is like beside a dump: stalls, memory, what its disks did in the seconds before, and what the kernel
 * said last. A dump waits for
 * none of it: disks are looked at every few seconds ({@link #remember}), so that there is always an earlier look to
 * compare with. Files of /proc alone, none of which takes a lock that a stuck task may hold; a look is given a
 * second all the same. Safe for use by several threads.
 *
 * <p>A dump gets it only while it is young, as {@link DeviceLook} does.
 */
public final class HostLook {
    /** Shorter, and what one request took would say how busy a disk is. */
    private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long REMEMBER_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** A file takes some 20 us, but a thread on a crowded host may have to wait for a CPU. */
    private static final Duration TIME = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(HostLook.class);

    private final ProcFs procFs;
    private final LongSupplier monotonicNanos;
    private final Messages messages;
    private final TimedLook<Seen> look;
    // Guarded by this.
    private Disks newest = Disks.NONE;
    private Disks before = Disks.NONE;
    private boolean told;

    private record Disks(long nanos, List<DiskCounters> counters) {
        static final Disks NONE = new Disks(0, List.of());
    }

    private record Seen(
            long nanos,
            Optional<PressureStall> cpu,
            Optional<PressureStall> memoryStall,
            Optional<PressureStall> io,
            HostMemory memory,
            List<DiskCounters> disks,
            List<String> messages) {}

    public HostLook(ProcFs procFs) {
        this(procFs, MonotonicClock::nanos, HostLook::messages);
    }

    /** The newest lines of the kernel's log; none where there is no right to read them. */
    interface Messages {
        List<String> lines() throws IOException;
    }

    /** @param monotonicNanos the clock of the dumps' {@code monotonic_ns} */
    HostLook(ProcFs procFs, LongSupplier monotonicNanos, Messages messages) {
        this.messages = messages;
        this.procFs = procFs;
        this.monotonicNanos = monotonicNanos;
        this.look = new TimedLook<>("host-look", TIME, this::see);
    }

    /**
     * Looks at the disks, unless it did less than 5 s ago: some 10 us a disk. To be called every second or so. Where
     * they cannot be read, a later dump says nothing of them.
     */
    public void remember() {
        long now = monotonicNanos.getAsLong();
        synchronized (this) {
            if (newest.nanos() != 0 && now - newest.nanos() < REMEMBER_NANOS) {
                return;
            }
        }
        Disks disks = new Disks(now, counters());
        synchronized (this) {
            before = newest;
            newest = disks;
        }
    }

    /** The source, with the host's state in its dumps. */
    public DumpSource describing(DumpSource source) {
        return source.adding(this::beside);
    }

    /**
     * The dump with the host's state before its footer. Unchanged where it was cut off, is older than 5 s or does not
     * say how old it is, and where nothing can be read.
     */
    public RawDump beside(RawDump dump) {
        OptionalLong taken = DumpHeading.of(dump).monotonicNanos();
        if (taken.isEmpty()) {
            return dump;
        }
        try {
            long age = monotonicNanos.getAsLong() - taken.getAsLong();
            if (age < 0 || age > DeviceLook.OLDEST_DUMP.toNanos()) {
                return dump;
            }
            Seen seen = look.now();
            tell("");
            return DumpWriter.insert(dump, state(seen, TimeUnit.NANOSECONDS.toMillis(age)));
        } catch (TimedLook.FailedException e) {
            tell(String.valueOf(e.getMessage()));
            return dump;
        }
    }

    private synchronized void tell(String why) {
        if (!told && !why.isEmpty()) {
            LOG.info("Dumps will not say what the host was like beside them: {}", why);
        }
        told = !why.isEmpty();
    }

    private static List<String> messages() throws IOException {
        try {
            return KernelLogTail.lines(HostState.MOST_MESSAGES);
        } catch (SystemCallException refused) {
            // Without CAP_SYSLOG. The rest is told without it.
            return List.of();
        }
    }

    /** None where they cannot be read: the rest is told without them. */
    private List<DiskCounters> counters() {
        try {
            return DiskCounters.read(procFs);
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private Seen see() throws IOException {
        return new Seen(
                monotonicNanos.getAsLong(),
                PressureStall.read(procFs, "cpu"),
                PressureStall.read(procFs, "memory"),
                PressureStall.read(procFs, "io"),
                HostMemory.read(procFs),
                counters(),
                messages.lines());
    }

    private HostState state(Seen seen, long ageMillis) {
        OptionalLong age = OptionalLong.of(ageMillis);
        HostMemory memory = seen.memory();
        boolean stalls = seen.cpu().isPresent()
                || seen.memoryStall().isPresent()
                || seen.io().isPresent();
        return new HostState(
                stalls
                        ? Optional.of(new HostState.Pressure(
                                age,
                                some(seen.cpu()),
                                some(seen.memoryStall()),
                                full(seen.memoryStall()),
                                some(seen.io()),
                                full(seen.io())))
                        : Optional.empty(),
                Optional.of(new HostState.Memory(
                        age,
                        OptionalLong.of(memory.total()),
                        memory.available(),
                        memory.dirty(),
                        memory.writeback(),
                        memory.swapTotal(),
                        memory.swapFree())),
                disks(seen.disks(), seen.nanos()),
                seen.messages().stream().map(KernelMessage::of).toList());
    }

    private static OptionalDouble some(Optional<PressureStall> stall) {
        return stall.map(known -> OptionalDouble.of(known.some())).orElse(OptionalDouble.empty());
    }

    private static OptionalDouble full(Optional<PressureStall> stall) {
        return stall.map(PressureStall::full).orElse(OptionalDouble.empty());
    }

    /** Since the newest look that is a second old. */
    private synchronized List<HostState.Disk> disks(List<DiskCounters> now, long nanos) {
        Disks earlier = nanos - newest.nanos() >= SHORTEST_NANOS ? newest : before;
        Map<String, DiskCounters> byName = new HashMap<>();
        earlier.counters().forEach(disk -> byName.put(disk.name(), disk));
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos - earlier.nanos()));
        List<HostState.Disk> disks = new ArrayList<>();
        for (DiskCounters disk : now) {
            DiskCounters was = byName.get(disk.name());
            // Without an earlier look, or with another disk of that name, nothing can be said of it.
            if (was != null && disk.reads() >= was.reads() && disk.writes() >= was.writes()) {
                HostState.Disk did = since(was, disk, millis);
                if (did.inFlight() > 0 || did.reads() > 0 || did.writes() > 0) {
                    disks.add(did);
                }
            }
        }
        disks.sort(Comparator.comparingLong(HostState.Disk::busyMillis)
                .thenComparingLong(HostState.Disk::inFlight)
                .reversed()
                .thenComparing(disk -> disk.dev().escaped()));
        return disks.subList(0, Math.min(HostState.MOST_DISKS, disks.size()));
    }

    private static HostState.Disk since(DiskCounters was, DiskCounters is, long millis) {
        return new HostState.Disk(
                EscapedText.of(is.name()),
                millis,
                is.inFlight(),
                Math.max(0, is.busyMillis() - was.busyMillis()),
                is.reads() - was.reads(),
                Math.max(0, is.readMillis() - was.readMillis()),
                is.writes() - was.writes(),
                Math.max(0, is.writeMillis() - was.writeMillis()));
    }
}
