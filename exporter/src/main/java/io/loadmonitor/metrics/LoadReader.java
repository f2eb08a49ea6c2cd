package io.loadmonitor.metrics;

import io.loadmonitor.procfs.LoadAverage;
import io.loadmonitor.procfs.LoadTick;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.ProcStat;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Load averages, threads, CPUs: two small files of /proc. */
final class LoadReader implements FamilyReader {
    private final ProcFs procFs;
    private final Supplier<Optional<LoadTick>> lastTick;

    LoadReader(ProcFs procFs, Supplier<Optional<LoadTick>> lastTick) {
        this.procFs = procFs;
        this.lastTick = lastTick;
    }

    @Override
    public String collector() {
        return "load";
    }

    @Override
    public Set<Family> families() {
        return Set.of(Family.LOAD1, Family.LOAD5, Family.LOAD15, Family.CPUS, Family.ACTIVE_TASKS, Family.THREADS);
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
    }
}
