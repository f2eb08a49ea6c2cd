package io.loadmonitor.metrics;

import io.loadmonitor.archive.Archive;
import java.util.Set;

/** Whether the archive does its part, as it knows without asking the disk. */
final class ArchiveConditionReader implements FamilyReader {
    private final Archive archive;

    ArchiveConditionReader(Archive archive) {
        this.archive = archive;
    }

    @Override
    public String collector() {
        return "archive_condition";
    }

    @Override
    public Set<Family> families() {
        return Set.of(Family.ARCHIVE_UP, Family.ARCHIVE_BEGUN_ANEW);
    }

    @Override
    public void read(Samples samples) {
        Archive.Condition condition = archive.condition();
        samples.add(Family.ARCHIVE_UP, condition.trouble().isEmpty() ? 1 : 0);
        samples.add(Family.ARCHIVE_BEGUN_ANEW, condition.begunAnew());
    }
}
