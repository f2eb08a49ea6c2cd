package io.loadmonitor.capture;

import io.loadmonitor.bpf.BtfException;
import io.loadmonitor.bpf.CpuSamples;
import io.loadmonitor.bpf.OnCpuSample;
import io.loadmonitor.bpf.OnCpuSampler;
import io.loadmonitor.bpf.TaskIterator;
import io.loadmonitor.bpf.TickSampler;
import io.loadmonitor.dump.DumpWriter;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.kernel.Errno;
import io.loadmonitor.kernel.MonotonicClock;
import io.loadmonitor.kernel.SystemCallException;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.CgroupPaths;
import io.loadmonitor.procfs.KernelSymbols;
import io.loadmonitor.procfs.LoadAverage;
import io.loadmonitor.procfs.LoadTick;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.ProcStat;
import io.loadmonitor.procfs.ThreadCpu;
import io.loadmonitor.procfs.Uptime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Dumps by the kernel's BPF iterator of tasks, with perf's samples of what is on the CPUs, for hosts without the
 * module. Needs CAP_BPF and CAP_PERFMON, CAP_SYSLOG for the names of functions, BTF, Linux 5.10 or later, and the
 * host's pid namespace. Safe for use by several threads.
 *
 * <p>What differs from the module's dumps:
 * <ul>
 *   <li>The exporter has to run to take it. A walk of some milliseconds sees one task after the other.
 *   <li>A task on a CPU has the stack of the interrupt, perf's or the scheduler's tick, nearest to when the walk saw
 *       it, at most 25 ms away. Where none found it, {@code flags} says why: {@code unstable} (it was gone), {@code
 *       cpu_no_answer}, {@code cpu_isolated}.
 *   <li>This program's own threads are not in it, as in dumps from /proc: {@code own_excluded}.
 *   <li>{@code flags=no_symbols}: there is a stack, but the names of its functions may not be read.
 *   <li>A cgroup is there where its path is proven: see {@link CgroupPaths}.
 * </ul>
 */
public final class BpfSource implements DumpSource, LoadLookout, AutoCloseable {
    /** What was refused is tried again now and then: memory may have been short, a limit reached. */
    private static final long RETRY_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** For how long after the walk it is waited for samples of tasks that it saw on a CPU. */
    private static final long SAMPLING_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long SAMPLING_STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long CGROUPS_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Long enough that the kernel takes the CPU away and gives it back. */
    private static final long NAP_NANOS = 50_000;

    private final boolean perf;
    private final ProcFs procFs;
    private final Path sysfs;
    private final DeviceLook deviceLook;
    private final ActiveTasks activeTasks;
    private final Clock clock;
    private final ProcfsLimits limits;
    private final KernelSymbols symbols;
    private final CgroupPaths cgroups;
    private final OnCpuSampler sampler;
    private final ReentrantLock taking = new ReentrantLock();

    /** Guarded by itself. */
    private final UnnamedAddresses unnamed = new UnnamedAddresses();

    /** When a look last could read no names: that costs as much as reading them. Guarded by unnamed. */
    private OptionalLong namesRefusedNanos = OptionalLong.empty();

    // Guarded by taking.
    private long lastId;

    // Guarded by this.
    private Optional<TaskIterator> iterator = Optional.empty();
    private SourceObstacle obstacle = bpf(SourceObstacle.Kind.OTHER, "it was not tried yet");
    private Optional<String> namesObstacle = Optional.empty();
    private Optional<SourceObstacle> samplingObstacle = Optional.empty();
    private Optional<TickSampler> ticks = Optional.empty();
    private OptionalLong triedNanos = OptionalLong.empty();
    private OptionalLong ticksTriedNanos = OptionalLong.empty();
    private boolean closed;

    /**
     * @param sysfs where sysfs is mounted
     * @param activeTasks for the dump's tick line; fed by somebody else with {@link System#nanoTime}
     * @param limits its time and number of tasks
     */
    public BpfSource(
            ProcFs procFs,
            Path sysfs,
            DeviceLook deviceLook,
            ActiveTasks activeTasks,
            Clock clock,
            ProcfsLimits limits) {
        this(procFs, sysfs, deviceLook, activeTasks, clock, limits, true);
    }

    /** @param perf false: as on a kernel that keeps perf for others */
    BpfSource(
            ProcFs procFs,
            Path sysfs,
            DeviceLook deviceLook,
            ActiveTasks activeTasks,
            Clock clock,
            ProcfsLimits limits,
            boolean perf) {
        this.perf = perf;
        this.procFs = procFs;
        this.sysfs = sysfs;
        this.deviceLook = deviceLook;
        this.activeTasks = activeTasks;
        this.clock = clock;
        this.limits = limits;
        symbols = new KernelSymbols(procFs, sysfs);
        cgroups = new CgroupPaths(procFs, sysfs);
        sampler = new OnCpuSampler(sysfs);
    }

    @Override
    public SourceKind kind() {
        return SourceKind.BPF;
    }

    /**
     * Why it cannot take a dump, in words; empty when it can. The first call finds out by loading the program and
     * walking all tasks once, which takes some 100 ms; a refusal stands for a minute.
     */
    public synchronized Optional<SourceObstacle> obstacle() {
        long now = System.nanoTime();
        boolean due = triedNanos.isEmpty() || now - triedNanos.getAsLong() >= RETRY_NANOS;
        if (iterator.isEmpty() && due && !closed) {
            triedNanos = OptionalLong.of(now);
            tryIt();
        }
        return iterator.isPresent() ? Optional.empty() : Optional.of(obstacle);
    }

    /**
     * Why what is on the CPUs has no stack in its dumps; empty when it has, or when there is another obstacle. As of
     * the last look at them.
     */
    public synchronized Optional<SourceObstacle> samplingObstacle() {
        return iterator.isEmpty() ? Optional.empty() : samplingObstacle;
    }

    /**
     * Why its stacks have no names, in words; empty when they have, or when there is another obstacle. As of the last
     * look at them.
     */
    public synchronized Optional<SourceObstacle> namesObstacle() {
        return iterator.isEmpty()
                ? Optional.empty()
                : namesObstacle.map(why -> bpf(SourceObstacle.Kind.CAPABILITIES, why));
    }

    /** Whether its dumps say what tasks sleep for, and who has that, on this kernel; false while it cannot be used. */
    public synchronized boolean tellsLocks() {
        return iterator.map(TaskIterator::tellsLocks).orElse(false);
    }

    private void tryIt() {
        Optional<String> noCalls = TaskIterator.obstacle();
        if (noCalls.isPresent()) {
            obstacle = bpf(SourceObstacle.Kind.OTHER, noCalls.get());
        } else if (!procFs.isOfInitialPids()) {
            obstacle = bpf(
                    SourceObstacle.Kind.PID_NAMESPACE,
                    "the kernel walks the pid namespace of who asks, and this one is not the host's (pid: host), or "
                            + procFs.root() + " is another's");
        } else {
            open();
        }
    }

    private void open() {
        try {
            TaskIterator opened = TaskIterator.open(sysfs);
            try {
                BpfLook look = new BpfLook(opened.frozenByFlag(), limits.maxTasks(), procFs.ownPid());
                TaskIterator.Walk walk =
                        opened.walk(look::see, System.nanoTime() + limits.time().toNanos());
                if (!walk.complete() || !look.sawReader()) {
                    obstacle = bpf(
                            SourceObstacle.Kind.OTHER,
                            walk.complete()
                                    ? "a walk of all tasks did not see the one that walked, among " + walk.scanned()
                                    : "a walk of all tasks takes longer than "
                                            + limits.time().toMillis() + " ms");
                    opened.close();
                    return;
                }
                iterator = Optional.of(opened);
                tryNames(look);
                noteSampling(
                        perf ? sampler.obstacle() : Optional.of(new OnCpuSampler.Obstacle(true, "it is not asked")));
            } catch (IOException | RuntimeException | Error failed) {
                opened.close();
                throw failed;
            }
        } catch (SystemCallException refused) {
            obstacle = refused.is(Errno.EPERM)
                    ? bpf(
                            SourceObstacle.Kind.CAPABILITIES,
                            "it needs CAP_BPF and CAP_PERFMON, and a seccomp profile that lets bpf(2) pass ("
                                    + refused.getMessage() + ")")
                    : bpf(SourceObstacle.Kind.OTHER, refused.getMessage());
        } catch (BtfException unreadable) {
            obstacle = bpf(SourceObstacle.Kind.BTF, String.valueOf(unreadable.getMessage()));
        } catch (IOException failed) {
            obstacle = bpf(SourceObstacle.Kind.OTHER, String.valueOf(failed.getMessage()));
        }
    }

    private void tryNames(BpfLook look) {
        try {
            symbols.find(look.addresses(), symbols.modules());
            namesObstacle = symbols.obstacle();
        } catch (IOException unreadable) {
            namesObstacle = Optional.of(String.valueOf(unreadable.getMessage()));
        }
    }

    /**
     * Whether what is on the CPUs can be sampled: by perf; where the kernel keeps that for others, at the scheduler's
     * ticks, which is tried once a minute at most. Perf may refuse later than it is waited for, and says so the next
     * time.
     */
    private synchronized void noteSampling(Optional<OnCpuSampler.Obstacle> noPerf) {
        samplingObstacle = noPerf.map(CpuSampling::told);
        long now = System.nanoTime();
        boolean due = ticksTriedNanos.isEmpty() || now - ticksTriedNanos.getAsLong() >= RETRY_NANOS;
        if (due && !closed && noPerf.filter(OnCpuSampler.Obstacle::isForRight).isPresent()) {
            ticksTriedNanos = OptionalLong.of(now);
            try {
                ticks = Optional.of(TickSampler.open(sysfs, entries()));
                samplingObstacle = Optional.empty();
            } catch (IOException refused) {
                samplingObstacle = Optional.of(new SourceObstacle(
                        SourceObstacle.PERF,
                        SourceObstacle.Kind.CAPABILITIES,
                        noPerf.get().words() + "; nor by ticks: " + refused.getMessage()));
            }
        }
    }

    private TickSampler.Entries entries() throws IOException {
        List<Map.Entry<String, long[]>> known =
                List.copyOf(symbols.ranges(TickSampler.Entries.NAMES).entrySet());
        long[] starts = new long[known.size()];
        long[] ends = new long[known.size()];
        boolean[] fromUser = new boolean[known.size()];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = known.get(i).getValue()[0];
            ends[i] = known.get(i).getValue()[1];
            fromUser[i] = TickSampler.Entries.isFromUser(known.get(i).getKey());
        }
        return new TickSampler.Entries(starts, ends, fromUser);
    }

    private static SourceObstacle bpf(SourceObstacle.Kind kind, String words) {
        return new SourceObstacle(SourceKind.BPF.label(), kind, words);
    }

    @Override
    public RawDump take(DumpOrder order) throws CaptureException {
        if (!taking.tryLock()) {
            throw new CaptureException(CaptureException.Reason.BUSY, "another dump is being taken by BPF");
        }
        try {
            Optional<SourceObstacle> missing = obstacle();
            if (missing.isPresent()) {
                throw new CaptureException(
                        CaptureException.Reason.UNAVAILABLE,
                        "BPF: " + missing.get().words());
            }
            return takeAlone(order);
        } catch (IOException failed) {
            throw new CaptureException(CaptureException.Reason.FAILED, "BPF: " + failed.getMessage(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CaptureException(CaptureException.Reason.FAILED, "interrupted while taking a dump", interrupted);
        } finally {
            taking.unlock();
        }
    }

    private RawDump takeAlone(DumpOrder order) throws CaptureException, IOException, InterruptedException {
        TaskIterator walker = opened();
        long start = System.nanoTime();
        Instant wall = clock.instant();
        OptionalLong monotonic = OptionalLong.of(MonotonicClock.nanos());
        long id = Math.max(lastId + 1, Uptime.read(procFs).hundredths());
        lastId = id;
        LoadAverage load = LoadAverage.read(procFs);
        ProcStat stat = ProcStat.read(procFs);
        List<LoadTick> ticks = activeTasks.newestTwo(start);
        Optional<MappedDevices> devices = deviceLook.look(System.nanoTime() - start);
        KernelSymbols.Modules modules = symbols.modules();
        BpfLook look = new BpfLook(walker.frozenByFlag(), limits.maxTasks(), procFs.ownPid());
        LockLook locks = new LockLook(walker.frozenByFlag(), limits.maxTasks(), MonotonicClock.nanos());
        TaskIterator.Walk walk = look(walker, look, locks);
        if (!walk.complete() && look.active() == 0) {
            throw new CaptureException(
                    CaptureException.Reason.TIMEOUT,
                    "BPF: no task of the load was seen within " + limits.time().toMillis() + " ms");
        }
        long seen = System.nanoTime();
        LockLook.Found found = locks.result();
        // Their stacks are named together with the others, and shown where that is allowed.
        found.owners().forEach(look::beside);
        Map<Long, KernelSymbols.Symbol> names = names(look, locks, modules);
        List<BpfLook.Placed> owners = found.owners().stream().map(look::beside).toList();
        BpfDump dump = new BpfDump(
                new DumpHead(procFs, kind(), id, order, wall, monotonic, start, load, stat, ticks),
                walk,
                look,
                found,
                owners,
                names,
                cgroups.find(look.tasksByCgroup(), CGROUPS_NANOS),
                seen,
                devices);
        return DumpWriter.write(dump.compose());
    }

    /** Without samples of the CPUs: of a task on one it is not known in which mode it is. */
    @Override
    public LoadLook look() throws CaptureException {
        Optional<SourceObstacle> missing = obstacle();
        if (missing.isPresent()) {
            throw new CaptureException(
                    CaptureException.Reason.UNAVAILABLE, "BPF: " + missing.get().words());
        }
        try {
            return lookOnce(opened());
        } catch (IOException failed) {
            throw new CaptureException(CaptureException.Reason.FAILED, "BPF: " + failed.getMessage(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CaptureException(CaptureException.Reason.FAILED, "interrupted while looking", interrupted);
        }
    }

    private LoadLook lookOnce(TaskIterator walker) throws IOException, InterruptedException {
        long cpu = ThreadCpu.nanos();
        long start = System.nanoTime();
        OptionalLong monotonic = OptionalLong.of(MonotonicClock.nanos());
        KernelSymbols.Modules modules = symbols.modules();
        BpfLook look = BpfLook.ofSleepers(walker.frozenByFlag(), limits.maxTasks(), procFs.ownPid());
        look.silent(new BitSet(), true);
        TaskIterator.Walk walk = walker.walk(look::see, start + limits.time().toNanos());
        DumpHead head = new DumpHead(
                procFs,
                kind(),
                0,
                DumpOrder.LOOK,
                clock.instant(),
                monotonic,
                start,
                LoadAverage.read(procFs),
                ProcStat.read(procFs),
                List.of());
        StackDump tasks = new BpfDump(
                        head,
                        walk,
                        look,
                        LockLook.Found.NOTHING,
                        List.of(),
                        namesOfSleepers(look, modules, start),
                        cgroups.find(look.tasksByCgroup(), CGROUPS_NANOS),
                        System.nanoTime(),
                        Optional.empty())
                .compose();
        return new LoadLook(tasks, ThreadCpu.nanos() - cpu);
    }

    private Map<Long, KernelSymbols.Symbol> namesOfSleepers(BpfLook look, KernelSymbols.Modules modules, long nanos) {
        List<Long> wanted;
        synchronized (unnamed) {
            if (namesRefusedNanos.isPresent() && nanos - namesRefusedNanos.getAsLong() < RETRY_NANOS) {
                look.forgetStacks();
                return Map.of();
            }
            wanted = unnamed.without(look.addresses(), nanos);
        }
        try {
            Map<Long, KernelSymbols.Symbol> names = symbols.find(wanted, modules);
            synchronized (unnamed) {
                unnamed.note(wanted, names.keySet(), nanos);
            }
            return names;
        } catch (IOException unreadable) {
            synchronized (unnamed) {
                namesRefusedNanos = OptionalLong.of(nanos);
            }
            look.forgetStacks();
            return Map.of();
        }
    }

    private synchronized TaskIterator opened() throws IOException {
        return iterator.orElseThrow(() -> new IOException("closed"));
    }

    /**
     * The walk, within samples of the CPUs: from before it until each task that it saw on one was sampled. Where tasks
     * wait for locks there is a second one, which finds the owners.
     */
    private TaskIterator.Walk look(TaskIterator walker, BpfLook look, LockLook locks) throws IOException {
        try (CpuSamples sampling = samples()) {
            look.silent(sampling.silent(), samplingObstacle().isPresent());
            long deadline = System.nanoTime() + limits.time().toNanos();
            TaskIterator.Walk walk = walk(walker, look, locks, deadline);
            if (locks.found()) {
                locks.walkedAgain(
                        walker.walk(locks::seeAgain, locks.askedFor(), deadline).complete());
            }
            List<OnCpuSample> samples = new ArrayList<>();
            long until = System.nanoTime() + SAMPLING_NANOS;
            for (boolean more = true; more; ) {
                sampling.drain(samples);
                look.samples(samples);
                samples.clear();
                more = look.awaitsSamples() && System.nanoTime() - until < 0;
                if (more) {
                    LockSupport.parkNanos(SAMPLING_STEP_NANOS);
                }
            }
            return walk;
        } finally {
            look.isolated(isolated());
        }
    }

    /**
     * A nap before it: so the kernel's scheduler notes when it gave this thread the CPU, and that, between two readings
     * of CLOCK_MONOTONIC, says how its clock and that one differ.
     */
    private static TaskIterator.Walk walk(TaskIterator walker, BpfLook look, LockLook locks, long deadline)
            throws IOException {
        look.napsFrom(MonotonicClock.nanos());
        LockSupport.parkNanos(NAP_NANOS);
        return walker.walk(
                record -> {
                    look.see(record);
                    locks.see(record);
                },
                deadline);
    }

    private BitSet isolated() {
        try {
            return sampler.isolated();
        } catch (IOException unreadable) {
            return new BitSet();
        }
    }

    private Map<Long, KernelSymbols.Symbol> names(BpfLook look, LockLook locks, KernelSymbols.Modules modules) {
        Set<Long> addresses = new HashSet<>(look.addresses());
        addresses.addAll(locks.addresses());
        try {
            Map<Long, KernelSymbols.Symbol> names = symbols.find(addresses, modules);
            noteNames(Optional.empty());
            return names;
        } catch (IOException unreadable) {
            noteNames(Optional.of(String.valueOf(unreadable.getMessage())));
            look.forgetStacks();
            return Map.of();
        }
    }

    private CpuSamples samples() {
        Optional<TickSampler> opened = ticks();
        if (opened.isPresent()) {
            return opened.get().begin();
        }
        try {
            OnCpuSampler.Sampling sampling = sampler.begin();
            noteSampling(sampling.refused().map(OnCpuSampler::explained));
            Optional<TickSampler> instead = ticks();
            if (instead.isPresent()) {
                sampling.close();
                return instead.get().begin();
            }
            return sampling;
        } catch (IOException unreadable) {
            noteSampling(Optional.of(new OnCpuSampler.Obstacle(false, String.valueOf(unreadable.getMessage()))));
            return CpuSamples.NONE;
        }
    }

    private synchronized Optional<TickSampler> ticks() {
        return ticks;
    }

    private synchronized void noteNames(Optional<String> why) {
        namesObstacle = why;
    }

    /** Takes the program out of the kernel. No dump is taken afterwards. */
    @Override
    public synchronized void close() {
        closed = true;
        obstacle = bpf(SourceObstacle.Kind.OTHER, "it is closed");
        iterator.ifPresent(TaskIterator::close);
        ticks.ifPresent(TickSampler::close);
        iterator = Optional.empty();
    }
}
