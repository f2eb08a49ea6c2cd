package io.loadmonitor.metrics;

import io.loadmonitor.capture.SourceChoice;
import io.loadmonitor.kernel.KernelModule;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Whether the kernel module is there, where the next dump would come from and whether it could hold stacks, and what
 * was lost on the way.
 */
final class ModuleReader implements FamilyReader {
    private final KernelModule module;
    private final Supplier<SourceChoice.Chosen> source;
    private final BooleanSupplier stacksReadable;
    private final LongSupplier lostDumps;

    ModuleReader(
            KernelModule module,
            Supplier<SourceChoice.Chosen> source,
            BooleanSupplier stacksReadable,
            LongSupplier lostDumps) {
        this.module = module;
        this.source = source;
        this.stacksReadable = stacksReadable;
        this.lostDumps = lostDumps;
    }

    @Override
    public String collector() {
        return "kernel_module";
    }

    @Override
    public Set<Family> families() {
        return Set.of(
                Family.KERNEL_MODULE_UP,
                Family.KERNEL_MODULE_INFO,
                Family.DUMP_SOURCE_INFO,
                Family.DUMP_SOURCE_OBSTACLE,
                Family.STACKS_READABLE,
                Family.DUMPS_LOST);
    }

    @Override
    public void read(Samples samples) {
        boolean present = module.present();
        samples.add(Family.KERNEL_MODULE_UP, present && module.obstacle().isEmpty() ? 1 : 0);
        if (present) {
            samples.add(Family.KERNEL_MODULE_INFO, 1, module.version().orElse("unknown"));
        }
        SourceChoice.Chosen chosen = source.get();
        samples.add(Family.DUMP_SOURCE_INFO, 1, chosen.source().kind().label());
        chosen.obstacles().stream()
                .map(obstacle -> List.of(obstacle.source(), obstacle.kind().word()))
                // Names may be missing to a source that stacks on the CPUs are missing to as well: one is enough.
                .distinct()
                .forEach(labels -> samples.add(Family.DUMP_SOURCE_OBSTACLE, 1, labels.get(0), labels.get(1)));
        samples.add(Family.STACKS_READABLE, stacksReadable.getAsBoolean() ? 1 : 0);
        // There without the module too: a counter that comes with its first event is missed by increase().
        samples.add(Family.DUMPS_LOST, lostDumps.getAsLong());
    }
}
