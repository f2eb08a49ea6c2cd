package io.loadmonitor.archive;

import io.loadmonitor.dump.DumpWarnings;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import java.util.List;
import java.util.Optional;

/**
 * A dump with all that the archive has of it.
 *
 * @param raw empty while it is captured, when the capture failed, and when the text was deleted
 * @param dump what the text says, parsed anew from it; empty where there is no text
 * @param breakdown what the load consisted of, by the causes in force and by what the host always has; there with dump,
 *     and of a deleted one with story
 * @param seen its signatures, as {@link Archive#signatures} gives them; none without dump
 * @param story what is kept of a deleted one
 */
public record ArchivedDump(
        DumpSummary summary,
        Optional<RawDump> raw,
        Optional<StackDump> dump,
        Optional<LoadBreakdown> breakdown,
        List<SeenSignature> seen,
        Optional<DumpStory> story) {
    public ArchivedDump {
        seen = List.copyOf(seen);
    }

    /** What the host was like beside it, as sentences: also of a deleted one. */
    public List<String> host() {
        return dump.map(content -> content.hostState().sentences())
                .or(() -> story.map(DumpStory::host))
                .orElse(List.of());
    }

    /** What the kernel said last before it, line by line: also of a deleted one. */
    public List<String> log() {
        return dump.map(content -> content.hostState().log())
                .or(() -> story.map(DumpStory::log))
                .orElse(List.of());
    }

    /** What to know of it before believing it, as sentences: also of a deleted one. */
    public List<String> warnings() {
        return dump.map(DumpWarnings::of)
                .or(() -> story.map(DumpStory::warnings))
                .orElse(List.of());
    }
}
