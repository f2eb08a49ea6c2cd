package io.loadmonitor.metrics;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.DumpQuery;
import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the newest dump in the archive says. It is read again only after a new one has come, or other causes are in
 * force, and in the scrape, so that capturing waits for nothing. After a restart the archive's newest dump is shown as
 * before. What the load consisted of is shown for five minutes alone: a gauge that stays would draw a load for as long
 * as nobody dumps, and the load may be gone.
 */
final class LastDumpReader implements FamilyReader {
    /** Behind the newest may be some that failed or are being taken. */
    private static final int LOOK_BACK = 50;

    /** As long as Prometheus itself takes a sample for the present. */
    static final Duration PRESENT = Duration.ofMinutes(5);

    /** By so much the clock of the dump's source may be ahead. */
    private static final Duration AHEAD = Duration.ofMinutes(1);

    private final Archive archive;
    private final EventCounts events;
    private final Supplier<CauseCatalogue> causes;
    private final Clock clock;
    private final Function<RawDump, StackDump> parser;
    private Optional<LastDump> last = Optional.empty();
    private CauseCatalogue explainedBy;

    LastDumpReader(Archive archive, EventCounts events, Supplier<CauseCatalogue> causes, Clock clock) {
        this(archive, events, causes, clock, DumpParser::parse);
    }

    /** @param parser of the archived text */
    LastDumpReader(
            Archive archive,
            EventCounts events,
            Supplier<CauseCatalogue> causes,
            Clock clock,
            Function<RawDump, StackDump> parser) {
        this.archive = archive;
        this.events = events;
        this.causes = causes;
        this.clock = clock;
        this.parser = parser;
        this.explainedBy = causes.get();
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
            Instant now = clock.instant();
            // One from long after now is from before the clock was set back, and may be as old.
            if (dump.takenAt.isAfter(now.minus(PRESENT)) && dump.takenAt.isBefore(now.plus(AHEAD))) {
                dump.tasks.forEach((cause, tasks) -> samples.add(Family.LOAD_CONTRIBUTION, tasks, cause.id()));
            }
        });
    }

    private synchronized Optional<LastDump> last() throws ArchiveException {
        CauseCatalogue now = causes.get();
        if (events.takeNewDump() || explainedBy != now) {
            boolean read = false;
            try {
                last = newest(now);
                explainedBy = now;
                read = true;
            } finally {
                // Whatever went wrong: the next scrape must not take the former dump for the newest.
                if (!read) {
                    events.putBackNewDump();
                }
            }
        }
        return last;
    }

    private Optional<LastDump> newest(CauseCatalogue catalogue) throws ArchiveException {
        // A clock that was ahead when a dump was taken does not make it the newest for ever.
        DumpQuery until = DumpQuery.newest(LOOK_BACK).before(clock.instant().plus(AHEAD));
        for (DumpSummary summary : archive.dumps(until).items()) {
            if (summary.state() == DumpState.COMPLETE || summary.state() == DumpState.INCOMPLETE) {
                return Optional.of(
                        new LastDump(summary.id(), summary.takenAt(), tasksByCause(summary.id(), catalogue)));
            }
        }
        return Optional.empty();
    }

    /** For every cause, 0 included: a cause that is gone must not keep its last value. */
    private Map<LoadCause, Integer> tasksByCause(long dumpId, CauseCatalogue catalogue) throws ArchiveException {
        Map<LoadCause, Integer> tasks = new LinkedHashMap<>();
        for (LoadCause cause : catalogue.causes()) {
            tasks.put(cause, 0);
        }
        archive.raw(dumpId).map(parser).ifPresent(dump -> {
            for (LoadPart part : LoadBreakdown.of(dump, catalogue).parts()) {
                tasks.merge(part.cause(), part.tasks(), Integer::sum);
            }
        });
        return tasks;
    }

    private record LastDump(long id, Instant takenAt, Map<LoadCause, Integer> tasks) {}
}
