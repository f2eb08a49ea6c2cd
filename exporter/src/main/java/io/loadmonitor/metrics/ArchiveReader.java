package io.loadmonitor.metrics;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchiveTotals;
import java.util.Set;
import java.util.function.IntSupplier;

/** How full the archive is, and how many captures wait in it. */
final class ArchiveReader implements FamilyReader {
    private final Archive archive;
    private final IntSupplier queueCapacity;

    ArchiveReader(Archive archive, IntSupplier queueCapacity) {
        this.archive = archive;
        this.queueCapacity = queueCapacity;
    }

    @Override
    public String collector() {
        return "archive";
    }

    @Override
    public Set<Family> families() {
        return Set.of(
                Family.ARCHIVE_DUMPS,
                Family.ARCHIVE_BYTES,
                Family.ARCHIVE_OLDEST_TIMESTAMP,
                Family.ARCHIVE_PRUNED,
                Family.INCIDENTS_OPEN,
                Family.QUEUE_LENGTH,
                Family.QUEUE_CAPACITY);
    }

    @Override
    public void read(Samples samples) throws ArchiveException {
        ArchiveTotals totals = archive.totals();
        samples.add(Family.ARCHIVE_DUMPS, totals.dumps());
        samples.add(Family.ARCHIVE_BYTES, totals.bytes());
        totals.oldest().ifPresent(oldest -> samples.add(Family.ARCHIVE_OLDEST_TIMESTAMP, oldest.toEpochMilli() / 1e3));
        totals.pruned().forEach((reason, dumps) -> samples.add(Family.ARCHIVE_PRUNED, dumps, reason));
        samples.add(Family.INCIDENTS_OPEN, totals.openIncidents());
        samples.add(Family.QUEUE_LENGTH, totals.waiting());
        samples.add(Family.QUEUE_CAPACITY, queueCapacity.getAsInt());
    }
}
