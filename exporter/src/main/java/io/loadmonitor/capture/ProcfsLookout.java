package io.loadmonitor.capture;

import io.loadmonitor.dump.StackDump;
import io.loadmonitor.procfs.LoadAverage;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.ProcStat;
import io.loadmonitor.procfs.ThreadCpu;
import java.io.IOException;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the tasks of the load by {@code /proc}: of each thread its stat, of those in D the stack, and the control
 * groups. It looks on a thread of its own, as a dump does, because a read may wait for what a stuck task holds; while
 * one hangs, no other begins. For one thread.
 */
final class ProcfsLookout implements LoadLookout {
    /** What no cause and no group needs. */
    private static final Set<ProcfsScan.Reading> SKIPPED =
            EnumSet.of(ProcfsScan.Reading.LEADER, ProcfsScan.Reading.SWITCHES, ProcfsScan.Reading.SCHED_STAT);

    /** Well before the next load tick. */
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final ProcFs procFs;
    private final Clock clock;
    private final ProcfsLimits limits;
    private Optional<ProcfsScan> stuck = Optional.empty();

    /** @param limits its number of tasks; its time, but no more than three seconds */
    ProcfsLookout(ProcFs procFs, Clock clock, ProcfsLimits limits) {
        this.procFs = procFs;
        this.clock = clock;
        this.limits = limits;
    }

    @Override
    public SourceKind kind() {
        return SourceKind.PROCFS;
    }

    @Override
    public LoadLook look() throws CaptureException {
        if (stuck.filter(scan -> !scan.isDone()).isPresent()) {
            throw new CaptureException(
                    CaptureException.Reason.TIMEOUT, "an earlier look at " + procFs.root() + " still hangs in a read");
        }
        try {
            return lookAlone();
        } catch (IOException failed) {
            throw new CaptureException(
                    CaptureException.Reason.UNAVAILABLE,
                    procFs.root() + " cannot be read: " + failed.getMessage(),
                    failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CaptureException(CaptureException.Reason.FAILED, "interrupted while looking", interrupted);
        }
    }

    private LoadLook lookAlone() throws IOException, InterruptedException, CaptureException {
        long cpu = ThreadCpu.nanos();
        long start = System.nanoTime();
        long limit = Math.min(limits.time().toNanos(), LONGEST_NANOS);
        ProcfsScan scan = new ProcfsScan(procFs, limits.maxTasks(), start + limit, SKIPPED);
        Thread thread = new Thread(scan, "load-look");
        thread.setDaemon(true);
        thread.start();
        if (!scan.await(limit + GRACE_NANOS)) {
            scan.abandon();
            stuck = Optional.of(scan);
        }
        ProcfsScan.Sight sight = scan.sight();
        if (sight.failure().isPresent()) {
            throw sight.failure().get();
        }
        if (!sight.complete() && sight.scanned() == 0) {
            throw new CaptureException(
                    CaptureException.Reason.TIMEOUT, "no thread was read in time from " + procFs.root());
        }
        StackDump tasks = new ProcfsDump(
                        new DumpHead(
                                procFs,
                                SourceKind.PROCFS,
                                0,
                                DumpOrder.LOOK,
                                clock.instant(),
                                OptionalLong.empty(),
                                start,
                                LoadAverage.read(procFs),
                                ProcStat.read(procFs),
                                List.of()),
                        System.nanoTime(),
                        Optional.empty(),
                        sight,
                        Map.of(),
                        Map.of())
                .compose();
        return new LoadLook(tasks, ThreadCpu.nanos() - cpu + scan.cpuNanos());
    }
}
