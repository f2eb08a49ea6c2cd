package io.loadmonitor.metrics;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.DumpQuery;
import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.dump.LoadPart;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the newest dump in the archive says. It is read again only after a new one has come, and in the scrape, so that
 * capturing waits for nothing. After a restart the archive's newest dump is shown as before.
 */
final class LastDumpReader implements FamilyReader {
    /** Behind the newest may be some that failed or are being taken. */
    private static final int LOOK_BACK = 50;

    private final Archive archive;
    private final EventCounts events;
    private Optional<LastDump> last = Optional.empty();

    LastDumpReader(Archive archive, EventCounts events) {
        this.archive = archive;
        this.events = events;
    }

    @Override
    public String collector() {
        return "last_dump";
    }

    @Override
    public Set<Family> families() {
        return Set.of(Family.LAST_DUMP_TIMESTAMP, Family.LAST_DUMP_ID, Family.LOAD_CONTRIBUTION);
    }

    @Override
    public void read(Samples samples) throws ArchiveException {
        last().ifPresent(dump -> {
            samples.add(Family.LAST_DUMP_TIMESTAMP, dump.takenAt.toEpochMilli() / 1e3);
            samples.add(Family.LAST_DUMP_ID, dump.id);
            dump.tasks.forEach((cause, tasks) -> samples.add(Family.LOAD_CONTRIBUTION, tasks, cause.id()));
        });
    }

    private synchronized Optional<LastDump> last() throws ArchiveException {
        if (events.takeNewDump()) {
            try {
                last = newest();
            } catch (ArchiveException e) {
                events.putBackNewDump();
                throw e;
            }
        }
        return last;
    }

    private Optional<LastDump> newest() throws ArchiveException {
        for (DumpSummary summary : archive.dumps(DumpQuery.newest(LOOK_BACK)).items()) {
            if (summary.state() == DumpState.COMPLETE || summary.state() == DumpState.INCOMPLETE) {
                return Optional.of(new LastDump(summary.id(), summary.takenAt(), tasksByCause(summary.id())));
            }
        }
        return Optional.empty();
    }

    /** For every cause, 0 included: a cause that is gone must not keep its last value. */
    private Map<LoadCause, Integer> tasksByCause(long dumpId) throws ArchiveException {
        Map<LoadCause, Integer> tasks = new LinkedHashMap<>();
        for (LoadCause cause : CauseCatalogue.standard().causes()) {
            tasks.put(cause, 0);
        }
        archive.dump(dumpId).flatMap(dump -> dump.dump()).ifPresent(dump -> {
            for (LoadPart part : LoadBreakdown.of(dump).parts()) {
                tasks.merge(part.cause(), part.tasks(), Integer::sum);
            }
        });
        return tasks;
    }

    private record LastDump(long id, Instant takenAt, Map<LoadCause, Integer> tasks) {}
}
