package io.loadmonitor.incident;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.capture.DumpSource;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;

/** Takes the dumps that alerts and people ask for, one after another. Safe for use by several threads. */
public final class CaptureDesk implements AutoCloseable {
    private CaptureDesk() {}

    /** Starts the worker thread; it first takes what an earlier run left waiting. */
    public static CaptureDesk start(
            CaptureSettings settings,
            Supplier<Rules> rules,
            Archive archive,
            Supplier<DumpSource> source,
            Clock clock,
            CaptureObserver observer) {
        throw new UnsupportedOperationException();
    }

    /**
     * A dump now. Returns when it is granted and noted; the dump follows.
     *
     * @param reason 1 to 63 characters in escaped form
     * @throws IllegalArgumentException when the reason is empty or longer
     */
    public CaptureReply request(EscapedText reason) throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    /** Stores a dump that the module took by itself. */
    public void found(RawDump raw) {
        throw new UnsupportedOperationException();
    }

    /** Tells the worker that the archive has captures waiting. */
    public void wake() {
        throw new UnsupportedOperationException();
    }

    /** One for each rule, one for manual requests, one for the source. */
    public List<RuleStatus> status() throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    /** Stops after the capture that is under way; what waits is taken at the next start. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
