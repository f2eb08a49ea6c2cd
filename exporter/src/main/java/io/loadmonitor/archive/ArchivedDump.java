package io.loadmonitor.archive;

import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import java.util.Optional;

/**
 * A dump with all that the archive has of it.
 *
 * @param raw empty while it is captured and when the capture failed
 * @param dump what the text says, parsed anew from it; empty where there is no text
 */
public record ArchivedDump(DumpSummary summary, Optional<RawDump> raw, Optional<StackDump> dump) {}
