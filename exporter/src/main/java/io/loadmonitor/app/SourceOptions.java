package io.loadmonitor.app;

import io.loadmonitor.capture.BpfSource;
import io.loadmonitor.capture.CpuSampling;
import io.loadmonitor.capture.DeviceLook;
import io.loadmonitor.capture.KernelModuleSource;
import io.loadmonitor.capture.PodLook;
import io.loadmonitor.capture.ProcfsLimits;
import io.loadmonitor.capture.ProcfsSource;
import io.loadmonitor.capture.SourceChoice;
import io.loadmonitor.capture.SourcePreference;
import io.loadmonitor.kernel.DeviceMapper;
import io.loadmonitor.kernel.KernelModule;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.ProcFs;
import java.nio.file.Path;
import java.time.Clock;
import picocli.CommandLine.Option;

/** Flags that say where dumps come from. */
final class SourceOptions {
    @Option(
            names = "--source",
            paramLabel = "auto|kmod|bpf|procfs",
            defaultValue = "auto",
            description = "Where dumps come from: the kernel module, BPF and perf, /proc, or auto: the module when it"
                    + " is loaded, else BPF where it can be used, else /proc.")
    SourcePreference preference = SourcePreference.AUTO;

    @Option(
            names = "--path.procfs",
            paramLabel = "DIRECTORY",
            defaultValue = "/proc",
            description = "Where procfs is mounted.")
    Path procfs = Path.of("/proc");

    @Option(
            names = "--path.sysfs",
            paramLabel = "DIRECTORY",
            defaultValue = "/sys",
            description = "Where sysfs is mounted; dev/mapper beside it has the names of device-mapper devices.")
    Path sysfs = Path.of("/sys");

    @Option(
            names = "--path.device",
            paramLabel = "FILE",
            defaultValue = "/dev/load_monitor",
            description = "The kernel module's device.")
    Path device = Path.of("/dev/load_monitor");

    @Option(
            names = "--path.pods",
            paramLabel = "DIRECTORY",
            defaultValue = "/var/log/pods",
            description = "The kubelet's folder of logs, by whose names dumps name the pods of Kubernetes.")
    Path pods = Path.of("/var/log/pods");

    PodLook podLook() {
        return new PodLook(pods);
    }

    ProcFs procFs() {
        return new ProcFs(procfs);
    }

    /** A container that has the host's /sys at /host/sys has its /dev at /host/dev. */
    DeviceLook deviceLook() {
        return new DeviceLook(new DeviceMapper(sysfs, sysfs.resolveSibling("dev/mapper")));
    }

    BpfSource bpf(DeviceLook deviceLook, ActiveTasks activeTasks, Clock clock, ProcfsLimits limits) {
        return new BpfSource(procFs(), sysfs, deviceLook, activeTasks, clock, limits);
    }

    /** Among the module, BPF and /proc, by {@code --source}. */
    SourceChoice choice(
            KernelModuleSource module,
            BpfSource bpf,
            DeviceLook deviceLook,
            ActiveTasks activeTasks,
            Clock clock,
            ProcfsLimits limits) {
        return new SourceChoice(preference, module(), module, bpf, procfs(deviceLook, activeTasks, clock, limits));
    }

    ProcfsSource procfs(DeviceLook deviceLook, ActiveTasks activeTasks, Clock clock, ProcfsLimits limits) {
        return new ProcfsSource(procFs(), new CpuSampling(procFs(), sysfs), deviceLook, activeTasks, clock, limits);
    }

    KernelModule module() {
        return new KernelModule(sysfs, device);
    }
}
