package io.loadmonitor.capture;

import io.loadmonitor.bpf.OnCpuSample;
import io.loadmonitor.bpf.OnCpuSampler;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.kernel.SystemCallException;
import io.loadmonitor.procfs.KernelSymbols;
import io.loadmonitor.procfs.ProcFs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What is on the CPUs at one moment, with the kernel's stacks, by perf alone: for dumps from /proc, which has no stack
 * of a task that runs. Safe for use by several threads.
 *
 * <p>The numbers of threads are those of this program's pid namespace, so it tells nothing where /proc shows another.
 */
public final class CpuSampling {
    /** A sample a millisecond; a busy host has its interrupts late at times. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long RETRY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final ProcFs procFs;
    private final KernelSymbols symbols;
    private final OnCpuSampler sampler;

    // Guarded by this.
    private Optional<SourceObstacle> obstacle = Optional.empty();
    private OptionalLong triedNanos = OptionalLong.empty();

    /** @param sysfs where sysfs is mounted */
    public CpuSampling(ProcFs procFs, Path sysfs) {
        this.procFs = procFs;
        symbols = new KernelSymbols(procFs, sysfs);
        sampler = new OnCpuSampler(sysfs);
    }

    /**
     * What a CPU did when its timer's interrupt came.
     *
     * @param mode whether it was in the kernel
     * @param frames of the kernel's stack, as in a dump; empty when there is none
     * @param flag why there is none, or no whole one
     */
    record OnCpu(OnCpuSample.Mode mode, List<String> frames, Optional<String> flag) {}

    /**
     * Why it can tell nothing; empty when it can, or a CPU does not answer at the moment. The first call finds out; a
     * refusal stands for a minute.
     */
    public synchronized Optional<SourceObstacle> obstacle() {
        long now = System.nanoTime();
        if (triedNanos.isEmpty() || obstacle.isPresent() && now - triedNanos.getAsLong() >= RETRY_NANOS) {
            triedNanos = OptionalLong.of(now);
            obstacle = procFs.isOfInitialPids()
                    ? sampler.obstacle().map(CpuSampling::told)
                    : Optional.of(new SourceObstacle(
                            SourceObstacle.PERF,
                            SourceObstacle.Kind.PID_NAMESPACE,
                            "its threads have the numbers of another pid namespace than " + procFs.root() + " shows"));
        }
        return obstacle;
    }

    static SourceObstacle told(OnCpuSampler.Obstacle obstacle) {
        return new SourceObstacle(
                SourceObstacle.PERF,
                obstacle.isForRight() ? SourceObstacle.Kind.CAPABILITIES : SourceObstacle.Kind.OTHER,
                obstacle.words());
    }

    private synchronized void note(Optional<SystemCallException> refused) {
        obstacle = refused.map(OnCpuSampler::explained).map(CpuSampling::told);
    }

    /**
     * Looks now: of each CPU the first sample, within some milliseconds.
     *
     * @return by thread id
     */
    Map<Long, OnCpu> look() {
        if (obstacle().isPresent()) {
            return Map.of();
        }
        KernelSymbols.Modules modules = symbols.modules();
        try {
            return named(firstOfEachCpu(), modules);
        } catch (IOException unreadable) {
            return Map.of();
        }
    }

    private List<OnCpuSample> firstOfEachCpu() throws IOException {
        Map<Integer, OnCpuSample> first = new HashMap<>();
        try (OnCpuSampler.Sampling sampling = sampler.begin()) {
            note(sampling.refused());
            BitSet wanted = sampler.cpus();
            wanted.andNot(sampling.silent());
            List<OnCpuSample> samples = new ArrayList<>();
            long until = System.nanoTime() + PATIENCE_NANOS;
            while (first.size() < wanted.cardinality() && System.nanoTime() - until < 0) {
                LockSupport.parkNanos(STEP_NANOS);
                sampling.drain(samples);
                samples.forEach(sample -> first.putIfAbsent(sample.cpu(), sample));
                samples.clear();
            }
        }
        return List.copyOf(first.values());
    }

    private Map<Long, OnCpu> named(List<OnCpuSample> samples, KernelSymbols.Modules modules) {
        Set<Long> addresses = new HashSet<>();
        samples.forEach(sample -> addresses.addAll(new BpfLook.Frames(sample.stack(), true).lookups()));
        Optional<Map<Long, KernelSymbols.Symbol>> names = names(addresses, modules);
        Map<Long, OnCpu> seen = new HashMap<>();
        for (OnCpuSample sample : samples) {
            seen.put((long) sample.tid(), onCpu(sample, names));
        }
        return seen;
    }

    private Optional<Map<Long, KernelSymbols.Symbol>> names(Set<Long> addresses, KernelSymbols.Modules modules) {
        try {
            return Optional.of(symbols.find(addresses, modules));
        } catch (IOException hidden) {
            return Optional.empty();
        }
    }

    private static OnCpu onCpu(OnCpuSample sample, Optional<Map<Long, KernelSymbols.Symbol>> names) {
        if (sample.mode() == OnCpuSample.Mode.USER) {
            return new OnCpu(sample.mode(), List.of(), Optional.empty());
        }
        if (sample.stack().length == 0) {
            return new OnCpu(sample.mode(), List.of(), Optional.of("unwind_failed"));
        }
        if (names.isEmpty()) {
            return new OnCpu(sample.mode(), List.of(), Optional.of("no_symbols"));
        }
        BpfLook.Frames frames = new BpfLook.Frames(sample.stack(), true);
        return new OnCpu(
                sample.mode(),
                BpfDump.named(frames, names.get()).stream().map(Frame::toString).toList(),
                frames.isCut() ? Optional.of("partial") : Optional.empty());
    }
}
