package io.loadmonitor.metrics;

import io.loadmonitor.procfs.LoadAverage;
import io.loadmonitor.procfs.LoadTick;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.ProcStat;
import io.loadmonitor.sample.DecomposedLoad;
import io.loadmonitor.sample.LoadParts;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Load averages and what they consist of, threads, CPUs: two small files of /proc, and what was seen at load ticks. */
final class LoadReader implements FamilyReader {
    private final ProcFs procFs;
    private final Supplier<Optional<LoadTick>> lastTick;
    private final DecomposedLoad decomposed;

    LoadReader(ProcFs procFs, Supplier<Optional<LoadTick>> lastTick, DecomposedLoad decomposed) {
        this.procFs = procFs;
        this.lastTick = lastTick;
        this.decomposed = decomposed;
    }

    @Override
    public String collector() {
        return "load";
    }

    @Override
    public Set<Family> families() {
        return Set.of(
                Family.LOAD1,
                Family.LOAD5,
                Family.LOAD15,
                Family.LOAD1_BY_CAUSE,
                Family.LOAD1_BY_CGROUP,
                Family.TASK_SECONDS,
                Family.UNINTERRUPTIBLE_BY_CGROUP,
                Family.SAMPLE_INTERVAL,
                Family.CPUS,
                Family.ACTIVE_TASKS,
                Family.THREADS);
    }

    @Override
    public void read(Samples samples) throws IOException {
        LoadAverage load = LoadAverage.read(procFs);
        samples.add(Family.LOAD1, load.load1());
        samples.add(Family.LOAD5, load.load5());
        samples.add(Family.LOAD15, load.load15());
        samples.add(Family.THREADS, load.threads());
        samples.add(Family.CPUS, ProcStat.read(procFs).cpusOnline());
        lastTick.get().ifPresent(tick -> samples.add(Family.ACTIVE_TASKS, tick.active()));
        // By the average that this very scrape shows, so that the parts are its parts.
        LoadParts parts = decomposed.now(load.load1());
        sorted(parts.byCause()).forEach((cause, part) -> samples.add(Family.LOAD1_BY_CAUSE, part, cause));
        sorted(parts.byCgroup()).forEach((cgroup, part) -> samples.add(Family.LOAD1_BY_CGROUP, part, cgroup));
        sorted(parts.taskSeconds()).forEach((cause, seconds) -> samples.add(Family.TASK_SECONDS, seconds, cause));
        sorted(parts.uninterruptibleByCgroup())
                .forEach((cgroup, tasks) -> samples.add(Family.UNINTERRUPTIBLE_BY_CGROUP, tasks, cgroup));
        parts.intervalSeconds().ifPresent(seconds -> samples.add(Family.SAMPLE_INTERVAL, seconds));
    }

    private static <V> SortedMap<String, V> sorted(Map<String, V> parts) {
        return new TreeMap<>(parts);
    }
}
