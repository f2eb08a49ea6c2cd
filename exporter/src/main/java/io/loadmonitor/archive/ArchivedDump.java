package io.loadmonitor.archive;

import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import java.util.List;
import java.util.Optional;

/**
 * A dump with all that the archive has of it.
 *
 * @param raw empty while it is captured and when the capture failed
 * @param dump what the text says, parsed anew from it; empty where there is no text
 * @param breakdown what the load consisted of, by the causes in force and by what the host always has; there with dump
 * @param seen its signatures, as {@link Archive#signatures} gives them; none without dump
 */
public record ArchivedDump(
        DumpSummary summary,
        Optional<RawDump> raw,
        Optional<StackDump> dump,
        Optional<LoadBreakdown> breakdown,
        List<SeenSignature> seen) {
    public ArchivedDump {
        seen = List.copyOf(seen);
    }
}
