package io.loadmonitor.archive;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes what the retention does not keep, oldest dumps first, and gives the space back to the file system. */
final class Pruner {
    /** However little room there is: the newest dumps are what somebody will look for now. */
    static final int ALWAYS_KEPT = 10;

    private static final String FINISHED = "state NOT IN ('CAPTURING', 'STORED')";

    private static final String AGE = "max_age";
    private static final String COUNT = "max_dumps";
    private static final String SIZE = "max_size";
    private static final String DISK = "min_free_disk";
    private static final List<String> REASONS = List.of(AGE, COUNT, SIZE, DISK);

    private static final Logger log = LoggerFactory.getLogger(Pruner.class);

    private final Map<String, AtomicLong> pruned = new ConcurrentHashMap<>();
    private final AgeClock clock;
    private final Database database;
    private final ArchiveFile file;
    private final DiskSpace disk;
    private volatile Retention retention;

    Pruner(Database database, ArchiveFile file, DiskSpace disk, Retention retention, AgeClock clock) {
        this.clock = clock;
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
        Optional<Instant> believed = clock.believed(now);
        record Deleted(long byAge, long byCount, long byBytes, long others) {
            long all() {
                return byAge + byCount + byBytes + others;
            }
        }
        Deleted deleted = database.write(sql -> {
            long byAge = believed.isPresent() ? byAge(sql, believed.get()) : 0;
            long incidents = believed.isPresent()
                    ? deleteIncidents(sql, "i.ended_us < ?", believed.get().minus(retention.maxAge()))
                    : 0;
            long byCount = byCount(sql);
            long ticks = TickTable.prune(sql, retention, believed);
            Deleted done = new Deleted(byAge, byCount, byBytes(sql), incidents + ticks);
            SignatureTable.prune(sql, believed, retention.maxBytes());
            return done;
        });
        count(AGE, deleted.byAge());
        count(COUNT, deleted.byCount());
        count(SIZE, deleted.byBytes());
        if (deleted.all() > 0) {
            database.shrink();
        }
        while (retention.freeDiskByDeleting() && underFloor()) {
            long freed = database.write(sql -> deleteOldest(sql, ALWAYS_KEPT));
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

    private long byAge(Sql sql, Instant now) throws SQLException {
        return delete(
                sql,
                sql.all(
                        row -> row.getLong(1),
                        "SELECT id FROM dump WHERE " + FINISHED + " AND MAX(taken_us, asked_us) < ? ORDER BY id",
                        now.minus(retention.maxAge())));
    }

    /** Those without a dump, with all that belongs to them; a hundred at a time. */
    private static long deleteIncidents(Sql sql, String condition, Object... values) throws SQLException {
        List<Long> ids = sql.all(
                row -> row.getLong(1),
                "SELECT i.id FROM incident i WHERE NOT EXISTS (SELECT 1 FROM dump d WHERE d.incident_id = i.id) AND "
                        + condition + " ORDER BY COALESCE(i.ended_us, i.began_us) LIMIT 100",
                values);
        for (long id : ids) {
            sql.update("DELETE FROM spell WHERE incident_id = ?", id);
            IncidentTable.delete(sql, id);
        }
        return ids.size();
    }

    private long byCount(Sql sql) throws SQLException {
        long excess = sql.number("SELECT count(*) FROM dump WHERE " + FINISHED) - retention.maxDumps();
        return excess <= 0 ? 0 : delete(sql, oldest(sql, excess));
    }

    private long byBytes(Sql sql) throws SQLException {
        long deleted = 0;
        while (usedBytes(sql) > retention.maxBytes()) {
            long step = deleteOldest(sql, 1);
            if (step == 0) {
                // One dump is left; then the bytes are in incidents. A flood of alerts must not lock new ones out.
                step = deleteIncidents(sql, "1 = 1");
            }
            if (step == 0) {
                // An incident of very many alerts. That of which its number is stays.
                step = sql.update("""
                        DELETE FROM spell WHERE id IN (
                          SELECT s.id FROM spell s WHERE s.kind = 'ALERT' AND s.id <> s.incident_id
                          ORDER BY s.received_us LIMIT 100)""");
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
    private static long deleteOldest(Sql sql, int kept) throws SQLException {
        long dumps = sql.number("SELECT count(*) FROM dump WHERE " + FINISHED);
        return dumps <= kept ? 0 : delete(sql, oldest(sql, Math.max(1, Math.min(dumps - kept, dumps / 20))));
    }

    private static List<Long> oldest(Sql sql, long count) throws SQLException {
        return sql.all(
                row -> row.getLong(1),
                "SELECT id FROM dump WHERE " + FINISHED + " ORDER BY asked_us, id LIMIT ?",
                count);
    }

    private static long delete(Sql sql, List<Long> ids) throws SQLException {
        for (long id : ids) {
            DumpTable.delete(sql, id);
        }
        return ids.size();
    }
}
