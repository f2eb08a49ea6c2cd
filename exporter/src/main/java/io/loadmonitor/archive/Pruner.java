package io.loadmonitor.archive;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what the retention does not keep, oldest dumps first, and gives the space back to the file system. Of a dump
 * it is the text that goes; what it told stays with its incident, for longer and within bounds of its own.
 */
final class Pruner {
    /** However little room there is: the newest dumps are what somebody will look for now. */
    static final int ALWAYS_KEPT = 10;

    private static final String FINISHED = "state NOT IN ('CAPTURING', 'STORED', 'DELETED')";

    /** A dump d, by {@link LimitClock}: between two times. What was counted by another clock, after now, is not. */
    private static final String YOUNG = "(d.counted_us >= ? AND d.counted_us <= ?)";

    /** What incidents keep of deleted dumps may take so much of the archive: a fourth. */
    private static final int STORIES_SHARE = 4;

    /** Of a dump's row without its story, with its indexes. */
    private static final int BYTES_OF_A_ROW = 600;

    /** Ticks of incidents whose dumps are too old are thinned out so often. */
    private static final Duration THINNING = Duration.ofHours(1);

    private static final String AGE = "max_age";
    private static final String COUNT = "max_dumps";
    private static final String SIZE = "max_size";
    private static final String DISK = "min_free_disk";
    private static final List<String> REASONS = List.of(AGE, COUNT, SIZE, DISK);

    private static final Logger log = LoggerFactory.getLogger(Pruner.class);

    private final Map<String, AtomicLong> pruned = new ConcurrentHashMap<>();
    private final AgeClock clock;
    private final LimitClock counting;
    private final Database database;
    private final ArchiveFile file;
    private final DiskSpace disk;
    private volatile Retention retention;
    /** Guarded by this. */
    private Optional<Instant> thinned = Optional.empty();

    Pruner(
            Database database,
            ArchiveFile file,
            DiskSpace disk,
            Retention retention,
            AgeClock clock,
            LimitClock counting) {
        this.clock = clock;
        this.counting = counting;
        this.database = database;
        this.file = file;
        this.disk = disk;
        this.retention = retention;
    }

    /** Free space that this user may fill, in bytes. */
    @FunctionalInterface
    interface DiskSpace {
        long usableBytes() throws IOException;
    }

    Retention retention() {
        return retention;
    }

    /** From the next run on. */
    void keep(Retention next) {
        retention = next;
    }

    /** Dumps that were deleted since the start, by the setting that wanted it. */
    Map<String, Long> pruned() {
        Map<String, Long> all = new TreeMap<>();
        REASONS.forEach(reason ->
                all.put(reason, pruned.getOrDefault(reason, new AtomicLong()).get()));
        return all;
    }

    private void count(String reason, long dumps) {
        if (dumps > 0) {
            pruned.computeIfAbsent(reason, none -> new AtomicLong()).addAndGet(dumps);
            log.info("Deleted {} (retention.{})", dumps == 1 ? "1 dump" : dumps + " dumps", reason);
        }
    }

    /** One at a time: two would each delete for the same measurement. */
    synchronized void run(Instant now) throws ArchiveException {
        LimitTime time = database.read(sql -> counting.now(sql, now));
        Optional<Instant> believed = clock.believed(now).filter(settled -> time.sure());
        boolean thin = believed.isPresent()
                && thinned.filter(last -> last.plus(THINNING).isAfter(believed.get()))
                        .isEmpty();
        record Deleted(long byAge, long byCount, long byBytes, long others) {
            long all() {
                return byAge + byCount + byBytes + others;
            }
        }
        Deleted deleted = database.write(sql -> {
            long byAge = believed.isPresent() ? byAge(sql, believed.get(), time) : 0;
            long stories = believed.isPresent() ? storiesByAge(sql, believed.get(), time) : 0;
            long byCount = byCount(sql, now);
            long ticks = TickTable.prune(sql, retention, believed) + PartsTable.prune(sql, retention);
            if (thin) {
                Instant old = believed.orElseThrow().minus(retention.maxAge());
                ticks += TickTable.thin(sql, old) + PartsTable.thin(sql, old);
            }
            long byBytes = byBytes(sql, now);
            Deleted done = new Deleted(byAge, byCount, byBytes, stories + storiesByBytes(sql) + ticks);
            SignatureTable.prune(sql, believed, retention.maxBytes());
            return done;
        });
        if (thin) {
            thinned = believed;
        }
        count(AGE, deleted.byAge());
        count(COUNT, deleted.byCount());
        count(SIZE, deleted.byBytes());
        if (deleted.all() > 0) {
            database.shrink();
        }
        while (retention.freeDiskByDeleting() && underFloor()) {
            long freed = database.write(sql -> deleteOldest(sql, ALWAYS_KEPT, now, DISK));
            count(DISK, freed);
            long before = file.sizeBytes();
            database.shrink();
            if (freed == 0 || file.sizeBytes() >= before) {
                // Somebody else fills the disk, or a reader holds the log: deleting more would not help now.
                return;
            }
        }
    }

    boolean underFloor() throws ArchiveException {
        try {
            return disk.usableBytes() < retention.minFreeDiskBytes();
        } catch (IOException e) {
            throw new ArchiveException(
                    ArchiveException.Reason.FAILED,
                    "cannot tell the free space beside " + file.path() + ": " + e.getMessage(),
                    e);
        }
    }

    /** By both clocks: a dump that was dated by a wrong one is no older for it. */
    private long byAge(Sql sql, Instant believed, LimitTime time) throws SQLException {
        return delete(
                sql,
                sql.all(
                        row -> row.getLong(1),
                        "SELECT id FROM dump d WHERE " + FINISHED + " AND MAX(taken_us, asked_us) < ? AND NOT " + YOUNG
                                + " ORDER BY id",
                        believed.minus(retention.maxAge()),
                        time.counted().minus(retention.maxAge()),
                        time.counted()),
                time.wall(),
                AGE);
    }

    /** Incidents that are too old, and deleted dumps that are of none. */
    private long storiesByAge(Sql sql, Instant believed, LimitTime time) throws SQLException {
        Duration age = retention.incidentAge();
        Instant oldest = believed.minus(age);
        Instant young = time.counted().minus(age);
        long deleted = deleteIncidents(
                sql,
                "i.ended_us < ? AND NOT EXISTS (SELECT 1 FROM dump d WHERE d.incident_id = i.id AND " + YOUNG + ")",
                oldest,
                young,
                time.counted());
        return deleted + deleteLoose(sql, "deleted_us < ? AND NOT " + YOUNG, oldest, young, time.counted());
    }

    /** The oldest, until what is kept of deleted dumps is no more than its share. */
    private long storiesByBytes(Sql sql) throws SQLException {
        long deleted = 0;
        while (storyBytes(sql) > retention.maxBytes() / STORIES_SHARE) {
            long step = deleteLoose(sql, "deleted_us IS NOT NULL");
            if (step == 0) {
                step = deleteIncidents(
                        sql, "EXISTS (SELECT 1 FROM dump d WHERE d.incident_id = i.id AND d.state = 'DELETED')");
            }
            if (step == 0) {
                return deleted;
            }
            deleted += step;
        }
        return deleted;
    }

    private static long storyBytes(Sql sql) throws SQLException {
        return sql.number("SELECT COALESCE(sum(length(gzip)), 0) FROM dump_story")
                + BYTES_OF_A_ROW * sql.number("SELECT count(*) FROM dump WHERE deleted_us IS NOT NULL");
    }

    /** Deleted dumps that belong to no incident; a hundred at a time, the oldest first. */
    private static long deleteLoose(Sql sql, String condition, Object... values) throws SQLException {
        List<Long> ids =
                sql.all(row -> row.getLong(1), """
                SELECT d.id FROM dump d WHERE d.state = 'DELETED'
                  AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = d.incident_id) AND\s""" + condition + " ORDER BY d.deleted_us, d.id LIMIT 100", values);
        for (long id : ids) {
            DumpTable.delete(sql, id);
        }
        return ids.size();
    }

    /** Those without a dump's text, with all that belongs to them; a hundred at a time, the oldest first. */
    private static long deleteIncidents(Sql sql, String condition, Object... values) throws SQLException {
        record Old(long id, String host, Instant began, Optional<Instant> ended) {}
        List<Old> incidents = sql.all(
                row -> new Old(
                        row.getLong("id"),
                        row.getString("host"),
                        Sql.time(row, "began_us"),
                        Sql.optionalTime(row, "ended_us")),
                """
                SELECT i.* FROM incident i
                WHERE NOT EXISTS (SELECT 1 FROM dump d WHERE d.incident_id = i.id AND d.state <> 'DELETED') AND\s""" + condition + " ORDER BY COALESCE(i.ended_us, i.began_us) LIMIT 100",
                values);
        for (Old incident : incidents) {
            long id = incident.id();
            for (long dump : sql.all(row -> row.getLong(1), "SELECT id FROM dump WHERE incident_id = ?", id)) {
                DumpTable.delete(sql, dump);
            }
            RefusalTable.deleteOf(sql, id);
            RemarkTable.deleteOf(sql, id);
            sql.update("DELETE FROM spell WHERE incident_id = ?", id);
            IncidentTable.delete(sql, id);
            PartsTable.deleteAround(sql, incident.host(), incident.began(), incident.ended());
        }
        return incidents.size();
    }

    private long byCount(Sql sql, Instant now) throws SQLException {
        long excess = sql.number("SELECT count(*) FROM dump WHERE " + FINISHED) - retention.maxDumps();
        return excess <= 0 ? 0 : delete(sql, oldest(sql, excess), now, COUNT);
    }

    private long byBytes(Sql sql, Instant now) throws SQLException {
        long deleted = 0;
        while (usedBytes(sql) > retention.maxBytes()) {
            long step = deleteOldest(sql, 1, now, SIZE);
            if (step == 0) {
                // One dump is left; then the bytes are in incidents. A flood of alerts must not lock new ones out.
                step = deleteLoose(sql, "1 = 1") + deleteIncidents(sql, "1 = 1");
            }
            if (step == 0) {
                // An incident of very many alerts. That of which its number is stays.
                step = sql.update("""
                        DELETE FROM spell WHERE id IN (
                          SELECT s.id FROM spell s WHERE s.kind = 'ALERT' AND s.id <> s.incident_id
                          ORDER BY s.received_us LIMIT 100)""");
                RefusalTable.deleteLoose(sql);
                RemarkTable.deleteLoose(sql);
            }
            if (step == 0) {
                return deleted;
            }
            deleted += step;
        }
        return deleted;
    }

    private static long usedBytes(Sql sql) throws SQLException {
        return (sql.number("PRAGMA page_count") - sql.number("PRAGMA freelist_count")) * sql.number("PRAGMA page_size");
    }

    /** Deletes a twentieth of the dumps, one at least, but leaves {@code kept}. */
    private static long deleteOldest(Sql sql, int kept, Instant now, String setting) throws SQLException {
        long dumps = sql.number("SELECT count(*) FROM dump WHERE " + FINISHED);
        return dumps <= kept
                ? 0
                : delete(sql, oldest(sql, Math.max(1, Math.min(dumps - kept, dumps / 20))), now, setting);
    }

    private static List<Long> oldest(Sql sql, long count) throws SQLException {
        return sql.all(row -> row.getLong(1), "SELECT id FROM dump WHERE " + FINISHED + " ORDER BY id LIMIT ?", count);
    }

    private static long delete(Sql sql, List<Long> ids, Instant now, String setting) throws SQLException {
        for (long id : ids) {
            DumpTable.deleteText(sql, id, now, setting);
        }
        return ids.size();
    }
}
