package io.loadmonitor.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.loadmonitor.procfs.OwnMemory;
import io.loadmonitor.procfs.ProcFs;
import java.lang.management.ManagementFactory;
import java.util.Set;

/**
 * What the exporter's process uses, under the names that clients of Prometheus in every language give it. The client
 * library's own collector tells the same by reflection, in several times the time. What this JVM or this kernel does
 * not tell is left out.
 */
final class ProcessReader implements FamilyReader {
    private final ProcFs procFs = ProcFs.ofThisHost();
    private final double startSeconds = ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3;

    @Override
    public String collector() {
        return "process";
    }

    @Override
    public Set<Family> families() {
        return Set.of(
                Family.PROCESS_CPU,
                Family.PROCESS_RESIDENT,
                Family.PROCESS_VIRTUAL,
                Family.PROCESS_START,
                Family.PROCESS_OPEN_FDS,
                Family.PROCESS_MAX_FDS);
    }

    @Override
    public void read(Samples samples) {
        samples.add(Family.PROCESS_START, startSeconds);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            samples.add(Family.PROCESS_CPU, system.getProcessCpuTime() / 1e9);
            samples.add(Family.PROCESS_OPEN_FDS, system.getOpenFileDescriptorCount());
            samples.add(Family.PROCESS_MAX_FDS, system.getMaxFileDescriptorCount());
        }
        OwnMemory.read(procFs).ifPresent(memory -> {
            samples.add(Family.PROCESS_RESIDENT, memory.residentBytes());
            samples.add(Family.PROCESS_VIRTUAL, memory.virtualBytes());
        });
    }
}
