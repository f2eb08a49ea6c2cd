package io.loadmonitor.archive;

import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.incident.IncidentLife;
import io.loadmonitor.incident.LoadSpell;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** The table load_tick. Methods run within a transaction of {@link Database}. */
final class TickTable {
    /** How long before a dump its ticks are kept. */
    static final Duration KEPT_BEFORE_A_DUMP = Duration.ofMinutes(15);

    /** What one incident's time may give: four days and more of ticks. */
    private static final int MOST_READ = 80_000;

    /** Rows at most, and as a share of the archive's bytes: a row with its indexes takes some 64 bytes. */
    private static final int MOST_ROWS = 100_000;

    private static final int BYTES_FOR_A_ROW = 1024;

    /**
     * Two dumps reckon the time of the same tick back from different moments; half a period (5 s) apart they are two.
     */
    private static final long SAME_MICROS = 2_400_000;

    private TickTable() {}

    enum Origin {
        MODULE,
        OWN
    }

    /** Stores those that are not there yet. */
    static void putOwn(Sql sql, String host, List<LoadSample> samples) throws SQLException {
        for (LoadSample sample : samples) {
            put(sql, host, Origin.OWN, sample);
        }
    }

    /** Stores those of a dump's ticks that no earlier dump told of. */
    static void putOfModule(Sql sql, String host, List<LoadSample> samples) throws SQLException {
        if (samples.isEmpty()) {
            return;
        }
        TreeSet<Long> known = new TreeSet<>(sql.all(
                row -> row.getLong(1),
                """
                SELECT time_us FROM load_tick WHERE host = ? AND origin = ? AND time_us >= ? AND time_us <= ?""",
                host,
                Origin.MODULE,
                Sql.micros(samples.get(0).at()) - SAME_MICROS,
                Sql.micros(samples.get(samples.size() - 1).at()) + SAME_MICROS));
        for (LoadSample sample : samples) {
            long at = Sql.micros(sample.at());
            if (known.subSet(at - SAME_MICROS, true, at + SAME_MICROS, true).isEmpty()) {
                put(sql, host, Origin.MODULE, sample);
                known.add(at);
            }
        }
    }

    private static void put(Sql sql, String host, Origin origin, LoadSample sample) throws SQLException {
        sql.update(
                """
                INSERT INTO load_tick (host, origin, time_us, active, load1, running, uninterruptible)
                VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (host, origin, time_us) DO NOTHING""",
                host,
                origin,
                sample.at(),
                sample.active(),
                sample.load1(),
                sample.running(),
                sample.uninterruptible());
    }

    /** Both ends included. */
    static StoredTicks between(Sql sql, String host, Instant from, Instant to) throws SQLException {
        return new StoredTicks(between(sql, host, Origin.MODULE, from, to), between(sql, host, Origin.OWN, from, to));
    }

    private static List<LoadSample> between(Sql sql, String host, Origin origin, Instant from, Instant to)
            throws SQLException {
        return sql.all(TickTable::sample, """
                SELECT time_us, active, load1, running, uninterruptible FROM load_tick
                WHERE host = ? AND origin = ? AND time_us >= ? AND time_us <= ? ORDER BY time_us LIMIT ?""", host, origin, from, to, MOST_READ);
    }

    private static LoadSample sample(ResultSet row) throws SQLException {
        return new LoadSample(
                Sql.time(row, "time_us"),
                Sql.optionalInt(row, "active"),
                Sql.optionalDouble(row, "load1"),
                Sql.optionalInt(row, "running"),
                Sql.optionalInt(row, "uninterruptible"));
    }

    /**
     * Leaves one tick a minute of what is older: the one with the most active tasks. What an incident's chart shows
     * stays, within some kB.
     */
    static long thin(Sql sql, Instant before) throws SQLException {
        return sql.update("""
                DELETE FROM load_tick WHERE rowid IN (SELECT rowid FROM (
                    SELECT rowid, row_number() OVER (
                        PARTITION BY host, origin, time_us / 60000000
                        ORDER BY COALESCE(active, -1) DESC, COALESCE(load1, -1) DESC, time_us) AS place
                    FROM load_tick WHERE time_us < ?)
                  WHERE place > 1)""", before);
    }

    private static long micros(Duration time) {
        return time.toNanos() / 1000;
    }

    /**
     * Deletes what is too old and of no incident, if it is known what time it is, and the oldest beyond 100,000 rows or a sixteenth of the
     * archive's bytes.
     */
    static long prune(Sql sql, Retention retention, Optional<Instant> now) throws SQLException {
        long deleted = now.isPresent()
                ? sql.update(
                        """
                        DELETE FROM load_tick WHERE time_us < ? AND NOT EXISTS (
                          SELECT 1 FROM incident i
                          WHERE i.host = load_tick.host AND i.began_us <= load_tick.time_us + ?
                            AND (i.ended_us IS NULL OR i.ended_us >= load_tick.time_us - ?))""",
                        now.get().minus(retention.incidentAge()),
                        micros(IncidentLife.LEAD),
                        micros(LoadSpell.HOLD))
                : 0;
        long most = Math.min(MOST_ROWS, retention.maxBytes() / BYTES_FOR_A_ROW);
        long excess = sql.number("SELECT count(*) FROM load_tick") - most;
        if (excess > 0) {
            deleted += sql.update("""
                    DELETE FROM load_tick WHERE time_us <= (SELECT time_us FROM load_tick ORDER BY time_us LIMIT 1 OFFSET ?)""", excess - 1);
        }
        return deleted;
    }
}
