package io.loadmonitor.capture;

import io.loadmonitor.dump.Reason;
import io.loadmonitor.kernel.DeviceMapper;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.ProcFs;
import java.nio.file.Path;
import java.time.Clock;

/** Prints one dump of this host, or why perf cannot be used, so that a test can run it with other rights. */
final class ProcfsDumpProgram {
    private ProcfsDumpProgram() {}

    static ProcfsSource source() {
        DeviceLook look = new DeviceLook(new DeviceMapper(Path.of("/sys"), Path.of("/dev/mapper")));
        ProcFs procFs = ProcFs.ofThisHost();
        CpuSampling sampling = new CpuSampling(procFs, Path.of("/sys"));
        return new ProcfsSource(procFs, sampling, look, new ActiveTasks(), Clock.systemUTC(), ProcfsLimits.DEFAULT);
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            SourceObstacle obstacle = source().samplingObstacle().orElseThrow();
            System.out.println(obstacle.kind() + " " + obstacle.words());
            return;
        }
        System.out.write(source().take(DumpOrder.manual(new Reason("test"))).toByteArray());
        System.out.flush();
    }
}
