package io.loadmonitor.capture;

import io.loadmonitor.kernel.KernelModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which source takes the next dump. It is decided anew each time, so a module that is loaded or unloaded later is
 * noticed; each change is logged once. Safe for use by several threads.
 */
public final class SourceChoice {
    private static final Logger LOG = LoggerFactory.getLogger(SourceChoice.class);

    private final SourcePreference preference;
    private final KernelModule module;
    private final DumpSource moduleSource;
    private final BpfSource bpfSource;
    private final ProcfsSource procfsSource;
    private String logged = "";

    public SourceChoice(
            SourcePreference preference,
            KernelModule module,
            DumpSource moduleSource,
            BpfSource bpfSource,
            ProcfsSource procfsSource) {
        this.preference = preference;
        this.module = module;
        this.moduleSource = moduleSource;
        this.bpfSource = bpfSource;
        this.procfsSource = procfsSource;
    }

    /**
     * A source and why it is the one.
     *
     * @param source takes the next dump
     * @param reason for people: log, status page. With it, of each source that would be better, why not that, and what
     *     its dumps will lack
     * @param obstacles the same for programs, in the order of the words; nothing is missing where it is empty
     */
    public record Chosen(DumpSource source, String reason, List<SourceObstacle> obstacles) {
        public Chosen {
            obstacles = List.copyOf(obstacles);
        }

        private Chosen without(String what, Optional<SourceObstacle> why) {
            if (why.isEmpty()) {
                return this;
            }
            List<SourceObstacle> all = new ArrayList<>(obstacles);
            all.add(why.get());
            return new Chosen(source, reason + "; " + what + ": " + why.get().words(), all);
        }
    }

    /** Why BPF cannot take a dump; empty when it can. */
    public Optional<String> bpfObstacle() {
        return bpfSource.obstacle().map(SourceObstacle::words);
    }

    /** Decides now; costs a few looks at files. */
    public Chosen current() {
        Chosen chosen = choose();
        log(chosen);
        return chosen;
    }

    /**
     * Who looks at the tasks at each load tick. Never the module, whose dumps are few and kept; BPF where it can,
     * unless it was not to be used.
     */
    public LoadLookout lookout() {
        boolean procfs =
                preference == SourcePreference.PROCFS || noBpf().isPresent() && preference != SourcePreference.BPF;
        return procfs ? procfsSource : bpfSource;
    }

    boolean bpfReadsStacks() {
        return bpfSource.obstacle().isEmpty() && bpfSource.namesObstacle().isEmpty();
    }

    private Chosen choose() {
        return switch (preference) {
            case PROCFS -> procfs("asked for with --source=procfs", List.of());
            case BPF ->
                bpf("asked for with --source=bpf" + but(bpfSource.obstacle().map(SourceObstacle::words)), List.of());
            case KMOD -> new Chosen(moduleSource, "asked for with --source=kmod" + but(module.obstacle()), List.of());
            case AUTO -> {
                Optional<String> noModule = module.obstacle();
                yield noModule.isPresent()
                        ? withoutModule(
                                new SourceObstacle(SourceKind.KMOD.label(), SourceObstacle.Kind.MODULE, noModule.get()))
                        : new Chosen(moduleSource, "the kernel module is loaded", List.of());
            }
        };
    }

    private static String but(Optional<String> obstacle) {
        return obstacle.map(why -> ", but " + why).orElse("");
    }

    /** BPF without the names of functions is worth less than /proc, where that shows stacks with their names. */
    private Chosen withoutModule(SourceObstacle noModule) {
        return noBpf().map(why -> procfs(noModule.words() + "; bpf: " + why.words(), List.of(noModule, why)))
                .orElseGet(() -> bpf(noModule.words(), List.of(noModule)));
    }

    private Optional<SourceObstacle> noBpf() {
        return bpfSource.obstacle().or(() -> bpfSource.namesObstacle().filter(why -> procfsSource.mayReadStacks()));
    }

    private Chosen bpf(String reason, List<SourceObstacle> better) {
        return new Chosen(bpfSource, reason, better)
                .without("stacks have no names", bpfSource.namesObstacle())
                .without("what is on the CPUs has no stack", bpfSource.samplingObstacle());
    }

    private Chosen procfs(String reason, List<SourceObstacle> better) {
        return new Chosen(procfsSource, reason, better)
                .without("what is on the CPUs has no stack", procfsSource.samplingObstacle());
    }

    private synchronized void log(Chosen chosen) {
        String line = "Dumps come from " + chosen.source().kind().label() + ": " + chosen.reason();
        if (!line.equals(logged)) {
            logged = line;
            LOG.info(line);
        }
    }
}
