package io.loadmonitor.archive;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The SQLite file. Safe for use by several threads. */
public final class Archive implements AutoCloseable {
    private Archive() {}

    /** Opens the archive, makes it where there is none, and brings what an earlier run left unfinished into order. */
    public static Archive open(ArchiveSettings settings, Clock clock) throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    /** Takes a message's alerts in, all or none; when it returns they survive a crash and a loss of power. */
    public List<IntakeOutcome> takeIn(List<RoutedAlert> alerts) throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    /** Reserves a dump unless one is being taken or the last manual one is less than {@code minSpacing} ago. */
    public Reservation reserveManual(EscapedText reason, Duration minSpacing) throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    /** Reserves a dump without asking any limit; its capture counts as begun. */
    public long reserveDump(DumpTrigger trigger, Optional<EscapedText> reason, OptionalLong incidentId)
            throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    /** The capture that has waited longest; from now on it counts as begun. */
    public Optional<WaitingCapture> beginNext() throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    /** Stores a reserved dump's text, then what it says. */
    public DumpSummary store(long reservedId, RawDump raw) throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    /** Stores a dump that nobody here asked for; empty when it is stored already. */
    public Optional<DumpSummary> storeFound(RawDump raw) throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    /** Notes that a reserved dump will not come. */
    public void fail(long reservedId, String why) throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    public Optional<ArchivedDump> dump(long id) throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    public Optional<RawDump> raw(long id) throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    public Page<DumpSummary> dumps(DumpQuery query) throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    public Page<Incident> incidents(IncidentQuery query) throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    public Optional<IncidentDetail> incident(long id) throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    /** Limits by name: a rule's name, or {@code manual}. */
    public Map<String, LimitState> limits() throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    public ArchiveTotals totals() throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    /** Deletes what the retention does not keep, oldest first, and gives the space back to the file system. */
    public void prune() throws ArchiveException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
