package io.loadmonitor.report;

import io.loadmonitor.archive.DumpStory;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.RefusedDump;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadChange;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that is shown of an incident. Immutable.
 *
 * @param headline of the dump that tells most, by the causes in force where it was explained; empty before there is one
 * @param from beginning of the time line
 * @param to its end; now while the incident is open
 * @param parts of the load over the same time by cause; none of an incident of which they were not kept
 * @param dumps oldest first
 * @param changes from each explained dump to the next one
 * @param turns when most of the load came to have another cause, the earliest first
 * @param refused dumps that limits refused, the oldest first
 */
public record IncidentReport(
        Incident incident,
        Optional<String> headline,
        Instant from,
        Instant to,
        LoadTimeline timeline,
        PartsTimeline parts,
        List<Dump> dumps,
        List<Change> changes,
        List<CauseTurn> turns,
        List<RefusedDump> refused) {
    public IncidentReport {
        dumps = List.copyOf(dumps);
        changes = List.copyOf(changes);
        turns = List.copyOf(turns);
        refused = List.copyOf(refused);
    }

    /** Where a dump stands in its incident. */
    public enum Phase {
        BEFORE,
        /** The first that an alert asked for; without one, the one with the most active tasks. */
        AT,
        AFTER
    }

    /**
     * A dump.
     *
     * @param breakdown what it consisted of; empty where there never was a text, and for those beyond what is read for
     *     one incident
     * @param warnings what to know before believing it; none where there never was a text
     * @param host what the host was like beside it, as sentences; the same
     * @param log what the kernel said last before it, line by line; the same
     * @param story what is kept of it; of a deleted one only
     */
    public record Dump(
            DumpSummary summary,
            Phase phase,
            Optional<LoadBreakdown> breakdown,
            List<String> warnings,
            List<String> host,
            List<String> log,
            Optional<DumpStory> story) {
        public Dump {
            warnings = List.copyOf(warnings);
            host = List.copyOf(host);
            log = List.copyOf(log);
        }
    }

    /** What changed between two dumps, part by part. */
    public record Change(long before, long after, int tasksBefore, int tasksAfter, List<LoadChange> parts) {
        public Change {
            parts = List.copyOf(parts);
        }
    }
}
