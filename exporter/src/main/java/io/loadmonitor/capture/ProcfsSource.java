package io.loadmonitor.capture;

import io.loadmonitor.dump.DumpWriter;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.LoadAverage;
import io.loadmonitor.procfs.LoadTick;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.ProcStat;
import io.loadmonitor.procfs.Uptime;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Dumps from {@code /proc/PID/task/TID/{stat,stack,wchan,status,cgroup,schedstat}}, for hosts without the module.
 *
 * <p>What differs from the module's dumps:
 * <ul>
 *   <li>{@code id} is the time since boot in hundredths of a second, one more where that was taken: so it is unique
 *       together with the boot id, also over restarts of this program and steps of the wall clock.
 *   <li>{@code state} is the letter of stat: see {@link io.loadmonitor.procfs.TaskState} on frozen tasks, which it
 *       counts as D.
 *   <li>/proc does not tell a task on a CPU from one that waits for it, and shows no trustworthy stack of either. Where
 *       perf may be used ({@link CpuSampling}), a task in R that is on a CPU when the walk is over is told with the
 *       kernel's stack that its interrupt found. Any other task in R has no {@code on} and no stack: it waited for a
 *       CPU, or went to sleep since it was seen. A task in D has {@code on=sleep}.
 *   <li>{@code since_ms} is for how long at least a task in D sleeps: an earlier dump of this source saw it in D, and
 *       it has been switched no more often since.
 *   <li>{@code flags}: {@code unstable} when the task had left D after its stack was read, {@code unwind_failed} when
 *       the kernel gave an empty stack, {@code stack_refused} when it may not be read (CAP_SYS_ADMIN),
 *       {@code stack_skipped} when the reading of its stack hangs, or that of an earlier one still does. Each means
 *       {@code stack=0}; {@code wchan} then says what it can.
 *   <li>{@code count} has also {@code stacks_readable} (0 or 1), {@code stacks_refused}, {@code own_excluded} (this
 *       program's own threads in R or D), {@code unreadable} (threads whose stat was refused) and {@code complete} (0
 *       when the time was up first).
 * </ul>
 * Tasks come and go during the walk, so the dump is no snapshot: it is within {@code capture_ns} of its time.
 */
public final class ProcfsSource implements DumpSource, LoadLookout {
    /** For what follows the walk, which ends at the limit by itself unless a read hangs. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /**
     * One read takes microseconds, also on a crowded host no more than moments; with a fifth of the whole time it
     * hangs.
     */
    private static final int PATIENCE_DIVISOR = 5;

    private final ProcFs procFs;
    private final CpuSampling sampling;
    private final DeviceLook deviceLook;
    private final ActiveTasks activeTasks;
    private final Clock clock;
    private final ProcfsLimits limits;
    private final LoadLookout lookout;
    private final ReentrantLock taking = new ReentrantLock();

    // Guarded by taking.
    private final List<ProcfsScan> stuck = new ArrayList<>();
    private final FormerSleep formerSleep = new FormerSleep();
    private long lastId;

    /**
     * @param sampling what is on the CPUs when the walk is over
     * @param activeTasks for the dump's tick line; fed by somebody else with {@link System#nanoTime}
     */
    public ProcfsSource(
            ProcFs procFs,
            CpuSampling sampling,
            DeviceLook deviceLook,
            ActiveTasks activeTasks,
            Clock clock,
            ProcfsLimits limits) {
        this.procFs = procFs;
        this.sampling = sampling;
        this.deviceLook = deviceLook;
        this.activeTasks = activeTasks;
        this.clock = clock;
        this.limits = limits;
        this.lookout = new ProcfsLookout(procFs, clock, limits);
    }

    @Override
    public SourceKind kind() {
        return SourceKind.PROCFS;
    }

    /** As {@link ProcFs#mayReadStacks}. */
    boolean mayReadStacks() {
        return procFs.mayReadStacks();
    }

    /** Why what is on the CPUs has no stack in its dumps; empty when it has. */
    Optional<SourceObstacle> samplingObstacle() {
        return sampling.obstacle();
    }

    @Override
    public LoadLook look() throws CaptureException {
        return lookout.look();
    }

    @Override
    public RawDump take(DumpOrder order) throws CaptureException {
        if (!taking.tryLock()) {
            throw new CaptureException(
                    CaptureException.Reason.BUSY, "another dump is being taken from " + procFs.root());
        }
        try {
            return DumpWriter.write(takeAlone(order));
        } catch (IOException failed) {
            throw new CaptureException(
                    CaptureException.Reason.UNAVAILABLE,
                    procFs.root() + " cannot be read: " + failed.getMessage(),
                    failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CaptureException(CaptureException.Reason.FAILED, "interrupted while taking a dump", interrupted);
        } finally {
            taking.unlock();
        }
    }

    private StackDump takeAlone(DumpOrder order) throws CaptureException, IOException, InterruptedException {
        Set<ProcfsScan.Reading> skipped = readingsThatHang();
        if (skipped.contains(ProcfsScan.Reading.STAT)) {
            throw new CaptureException(
                    CaptureException.Reason.TIMEOUT, "an earlier walk of " + procFs.root() + " still hangs in a read");
        }
        long start = System.nanoTime();
        Instant wall = clock.instant();
        long id = Math.max(lastId + 1, Uptime.read(procFs).hundredths());
        lastId = id;
        LoadAverage load = LoadAverage.read(procFs);
        ProcStat stat = ProcStat.read(procFs);
        List<LoadTick> ticks = activeTasks.newestTwo(start);
        // Before the walk, which may take longer than a dump may be old for it.
        Optional<MappedDevices> devices = deviceLook.look(System.nanoTime() - start);
        ProcfsScan.Sight sight = look(start, skipped);
        if (sight.failure().isPresent()) {
            throw sight.failure().get();
        }
        DumpHead head = new DumpHead(procFs, kind(), id, order, wall, OptionalLong.empty(), start, load, stat, ticks);
        Map<Long, CpuSampling.OnCpu> onCpus = sight.running() == 0 ? Map.of() : sampling.look();
        return new ProcfsDump(head, System.nanoTime(), devices, sight, formerSleep.next(sight), onCpus).compose();
    }

    /**
     * Scans until it is done or the time is up. A scan that hangs in a read is left alone, and another does without
     * that kind of file: once for each kind at most.
     */
    private ProcfsScan.Sight look(long start, Set<ProcfsScan.Reading> skipped)
            throws CaptureException, InterruptedException {
        long deadline = start + limits.time().toNanos();
        EnumSet<ProcfsScan.Reading> without = EnumSet.noneOf(ProcfsScan.Reading.class);
        without.addAll(skipped);
        ProcfsScan scan = begin(deadline, without);
        ProcfsScan.Sight sight = await(scan, deadline);
        while (scan.hangsIn()
                .filter(reading -> reading != ProcfsScan.Reading.STAT && without.add(reading))
                .isPresent()) {
            scan = begin(deadline, without);
            sight = await(scan, deadline).after(sight);
        }
        if (!sight.complete() && sight.scanned() == 0 && sight.failure().isEmpty()) {
            throw new CaptureException(
                    CaptureException.Reason.TIMEOUT,
                    "no thread was read within " + limits.time().toMillis() + " ms from " + procFs.root());
        }
        return sight;
    }

    private ProcfsScan begin(long deadline, Set<ProcfsScan.Reading> without) {
        ProcfsScan scan = new ProcfsScan(procFs, limits.maxTasks(), deadline, without);
        Thread thread = new Thread(scan, "procfs-scan");
        thread.setDaemon(true);
        thread.start();
        return scan;
    }

    /** What the scan saw by its end, by the time limit, or until it began to hang. */
    private ProcfsScan.Sight await(ProcfsScan scan, long deadline) throws InterruptedException {
        long patience = limits.time().toNanos() / PATIENCE_DIVISOR;
        while (!scan.await(patience) && System.nanoTime() - deadline < GRACE_NANOS) {
            if (scan.hangs(patience)) {
                break;
            }
        }
        if (!scan.isDone()) {
            scan.abandon();
            stuck.add(scan);
        }
        return scan.sight();
    }

    /** At most one scan hangs for each kind of file, because the next leaves that kind out. */
    private Set<ProcfsScan.Reading> readingsThatHang() {
        stuck.removeIf(ProcfsScan::isDone);
        EnumSet<ProcfsScan.Reading> readings = EnumSet.noneOf(ProcfsScan.Reading.class);
        stuck.forEach(scan -> scan.hangsIn().ifPresent(readings::add));
        return readings;
    }
}
