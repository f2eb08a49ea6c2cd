package io.loadmonitor.archive;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Deletes what the retention does not keep, oldest dumps first, and gives the space back to the file system. */
final class Pruner {
    /** However little room there is: the newest dumps are what somebody will look for now. */
    static final int ALWAYS_KEPT = 10;

    private static final String FINISHED = "state NOT IN ('CAPTURING', 'STORED')";

    private final Database database;
    private final ArchiveFile file;
    private final DiskSpace disk;
    private volatile Retention retention;

    Pruner(Database database, ArchiveFile file, DiskSpace disk, Retention retention) {
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

    void run(Instant now) throws ArchiveException {
        long deleted = database.write(sql -> {
            long dumps = byAge(sql, now) + byCount(sql) + TickTable.prune(sql, retention, now) + byBytes(sql);
            SignatureTable.prune(sql, now, retention.maxBytes());
            return dumps;
        });
        if (deleted > 0) {
            database.shrink();
        }
        while (underFloor() && database.write(sql -> deleteOldest(sql, ALWAYS_KEPT)) > 0) {
            long before = file.sizeBytes();
            database.shrink();
            if (file.sizeBytes() >= before) {
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
        Instant limit = now.minus(retention.maxAge());
        long deleted = delete(
                sql,
                sql.all(
                        row -> row.getLong(1),
                        "SELECT id FROM dump WHERE " + FINISHED + " AND taken_us < ? ORDER BY taken_us",
                        limit));
        return deleted + deleteIncidents(sql, "i.ended_us < ?", limit);
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
                "SELECT id FROM dump WHERE " + FINISHED + " ORDER BY taken_us, id LIMIT ?",
                count);
    }

    private static long delete(Sql sql, List<Long> ids) throws SQLException {
        for (long id : ids) {
            DumpTable.delete(sql, id);
        }
        return ids.size();
    }
}
