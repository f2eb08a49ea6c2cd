package io.loadmonitor.capture;

import io.loadmonitor.dump.DumpWarnings;
import io.loadmonitor.procfs.ProcFs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the next dump can hold stacks. The module always reads them, BPF where it may also read the names of
 * functions; from /proc that takes rights that an exporter run as nobody lacks, and then a dump says who waits, but not
 * for what. It is logged at the first look where stacks cannot be read, and at each change. Safe for use by several
 * threads.
 */
public final class StackAccess {
    private static final Logger LOG = LoggerFactory.getLogger(StackAccess.class);

    private final SourceChoice choice;
    private final ProcFs procFs;

    /** Guarded by this. */
    private boolean readableBefore = true;

    public StackAccess(SourceChoice choice, ProcFs procFs) {
        this.choice = choice;
        this.procFs = procFs;
    }

    /** Looks now, at the source that would take the next dump; some microseconds. */
    public boolean readable() {
        boolean readable = switch (choice.current().source().kind()) {
            case KMOD -> true;
            case BPF -> choice.bpfReadsStacks();
            case PROCFS -> procFs.mayReadStacks();
        };
        tell(readable);
        return readable;
    }

    private synchronized void tell(boolean readable) {
        if (readable == readableBefore) {
            return;
        }
        readableBefore = readable;
        if (readable) {
            LOG.info("stacks can be read again");
        } else {
            LOG.warn("stacks cannot be read, so dumps say who waits, but not for what: {}", DumpWarnings.STACKS_REMEDY);
        }
    }
}
