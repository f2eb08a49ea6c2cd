package io.loadmonitor.capture;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.ProcFs;
import java.time.Clock;

/** Signatures first; the body follows on this branch. */
public final class ProcfsSource implements DumpSource {
    public ProcfsSource(ProcFs procFs, ActiveTasks activeTasks, Clock clock, ProcfsLimits limits) {}

    @Override
    public SourceKind kind() {
        return SourceKind.PROCFS;
    }

    @Override
    public RawDump take(EscapedText reason) throws CaptureException {
        throw new CaptureException(CaptureException.Reason.UNAVAILABLE, "not written yet");
    }
}
