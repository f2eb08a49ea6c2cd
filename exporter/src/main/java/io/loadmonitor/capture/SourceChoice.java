package io.loadmonitor.capture;

import io.loadmonitor.kernel.KernelModule;
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
    private final DumpSource procfsSource;
    private String logged = "";

    public SourceChoice(
            SourcePreference preference, KernelModule module, DumpSource moduleSource, DumpSource procfsSource) {
        this.preference = preference;
        this.module = module;
        this.moduleSource = moduleSource;
        this.procfsSource = procfsSource;
    }

    /**
     * A source and why it is the one.
     *
     * @param source takes the next dump
     * @param reason for people: log, status page
     */
    public record Chosen(DumpSource source, String reason) {}

    /** Decides now; costs a few looks at files. */
    public Chosen current() {
        Chosen chosen = choose();
        log(chosen);
        return chosen;
    }

    private Chosen choose() {
        return switch (preference) {
            case PROCFS -> new Chosen(procfsSource, "asked for with --source=procfs");
            case KMOD ->
                new Chosen(
                        moduleSource,
                        "asked for with --source=kmod"
                                + module.obstacle()
                                        .map(obstacle -> ", but " + obstacle)
                                        .orElse(""));
            case AUTO -> {
                Optional<String> obstacle = module.obstacle();
                yield obstacle.isPresent()
                        ? new Chosen(procfsSource, obstacle.get())
                        : new Chosen(moduleSource, "the kernel module is loaded");
            }
        };
    }

    private synchronized void log(Chosen chosen) {
        String line = "Dumps come from " + chosen.source().kind().label() + ": " + chosen.reason();
        if (!line.equals(logged)) {
            logged = line;
            LOG.info(line);
        }
    }
}
