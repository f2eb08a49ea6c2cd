package io.loadmonitor.app;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.capture.SourceChoice;
import io.loadmonitor.capture.StackAccess;
import io.loadmonitor.desk.OwnTriggers;
import io.loadmonitor.dump.DumpWarnings;
import io.loadmonitor.kernel.KernelModule;
import io.loadmonitor.kernel.PressureWatch;
import io.loadmonitor.web.StatusSource;
import java.util.Optional;

/** What the exporter says about itself. */
final class Status implements StatusSource {
    private final HostName host;
    private final SourceChoice choice;
    private final StackAccess stacks;
    private final KernelModule module;
    private final Archive archive;
    private final OwnTriggers triggers;
    private final PressureWatch pressure;

    Status(
            HostName host,
            SourceChoice choice,
            StackAccess stacks,
            KernelModule module,
            Archive archive,
            OwnTriggers triggers,
            PressureWatch pressure) {
        this.host = host;
        this.choice = choice;
        this.stacks = stacks;
        this.module = module;
        this.archive = archive;
        this.triggers = triggers;
        this.pressure = pressure;
    }

    @Override
    public ServiceStatus status() {
        SourceChoice.Chosen chosen = choice.current();
        return new ServiceStatus(
                Version.text(),
                host.text(),
                chosen.source().kind().label(),
                chosen.reason(),
                module.version(),
                stacks.readable() ? Optional.empty() : Optional.of(DumpWarnings.STACKS_REMEDY),
                notReady(chosen),
                triggers.status(stall -> pressure.obstacle(stall.resource())),
                archive.condition().notes());
    }

    /** It is ready when it can take a dump and keep it. */
    private Optional<String> notReady(SourceChoice.Chosen chosen) {
        Optional<String> obstacle = switch (chosen.source().kind()) {
            case KMOD -> module.obstacle();
            case BPF -> choice.bpfObstacle();
            case PROCFS -> Optional.empty();
        };
        if (obstacle.isPresent()) {
            return obstacle;
        }
        return archive.obstacle();
    }
}
