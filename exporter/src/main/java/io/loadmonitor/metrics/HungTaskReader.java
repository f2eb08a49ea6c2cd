package io.loadmonitor.metrics;

import io.loadmonitor.procfs.HungTasks;
import io.loadmonitor.procfs.ProcFs;
import java.io.IOException;
import java.util.Set;

/** What the kernel's own watch for stuck tasks has found. */
final class HungTaskReader implements FamilyReader {
    private final ProcFs procFs;

    HungTaskReader(ProcFs procFs) {
        this.procFs = procFs;
    }

    @Override
    public String collector() {
        return "hung_tasks";
    }

    @Override
    public Set<Family> families() {
        return Set.of(Family.HUNG_TASKS);
    }

    @Override
    public void read(Samples samples) throws IOException {
        HungTasks.detected(procFs).ifPresent(count -> samples.add(Family.HUNG_TASKS, count));
    }
}
