package io.loadmonitor.capture;

import io.loadmonitor.dump.Reason;
import io.loadmonitor.kernel.DeviceMapper;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.ProcFs;
import java.nio.file.Path;
import java.time.Clock;

/** Prints one dump of this host by BPF, or why there is none, so that a test can run it with other rights. */
final class BpfDumpProgram {
    private BpfDumpProgram() {}

    static BpfSource source() {
        return source(ProcfsLimits.DEFAULT);
    }

    static BpfSource source(ProcfsLimits limits) {
        DeviceLook look = new DeviceLook(new DeviceMapper(Path.of("/sys"), Path.of("/dev/mapper")));
        return new BpfSource(ProcFs.ofThisHost(), Path.of("/sys"), look, new ActiveTasks(), Clock.systemUTC(), limits);
    }

    /** By the scheduler's ticks instead of perf. */
    static BpfSource sourceByTicks() {
        DeviceLook look = new DeviceLook(new DeviceMapper(Path.of("/sys"), Path.of("/dev/mapper")));
        return new BpfSource(
                ProcFs.ofThisHost(),
                Path.of("/sys"),
                look,
                new ActiveTasks(),
                Clock.systemUTC(),
                ProcfsLimits.DEFAULT,
                false);
    }

    public static void main(String[] arguments) throws Exception {
        try (BpfSource source = source()) {
            System.out.write(source.take(DumpOrder.manual(new Reason("test"))).toByteArray());
        } catch (CaptureException refused) {
            System.out.println(refused.getMessage());
        }
        System.out.flush();
    }
}
