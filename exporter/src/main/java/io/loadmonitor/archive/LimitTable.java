package io.loadmonitor.archive;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The table limit_state. Methods run within a transaction of {@link Database}. */
final class LimitTable {
    private final String host;

    LimitTable(String host) {
        this.host = host;
    }

    private record Used(Instant at, long dumpId) {}

    /** Whether the limit allows a capture now. */
    record Answer(boolean allowed, Instant lastAt, long lastDumpId) {}

    /** Asks only; {@link #use} in the same transaction notes that it was granted. */
    Answer ask(Sql sql, String name, Duration spacing, Instant now) throws SQLException {
        Optional<Used> last = sql.one(
                row -> new Used(Sql.time(row, "last_us"), row.getLong("dump_id")),
                "SELECT last_us, dump_id FROM limit_state WHERE host = ? AND name = ?",
                host,
                name);
        if (last.isEmpty()) {
            return new Answer(true, Instant.EPOCH, 0);
        }
        Instant at = last.get().at();
        // A time in the future was noted before the clock was set back. It must not lock anyone out.
        boolean allowed = at.isAfter(now) || !now.isBefore(at.plus(spacing));
        return new Answer(allowed, at, last.get().dumpId());
    }

    void use(Sql sql, String name, long dumpId, Instant now) throws SQLException {
        sql.update("""
                INSERT INTO limit_state (host, name, last_us, dump_id) VALUES (?, ?, ?, ?)
                ON CONFLICT (host, name) DO UPDATE SET last_us = excluded.last_us, dump_id = excluded.dump_id""", host, name, now, dumpId);
    }

    /**
     * A capture that came to nothing uses up no rule's cooldown. A manual one does: who asks again can wait a second.
     */
    void giveBack(Sql sql, long dumpId) throws SQLException {
        sql.update(
                "DELETE FROM limit_state WHERE host = ? AND dump_id = ? AND name <> ?",
                host,
                dumpId,
                LimitState.MANUAL);
    }

    Map<String, LimitState> all(Sql sql) throws SQLException {
        Map<String, LimitState> limits = new HashMap<>();
        sql.all(
                row -> limits.put(
                        row.getString("name"),
                        new LimitState(
                                Sql.time(row, "last_us"),
                                Sql.optionalLong(row, "id"),
                                "CAPTURING".equals(row.getString("state")))),
                """
                SELECT l.name, l.last_us, d.id, d.state FROM limit_state l LEFT JOIN dump d ON d.id = l.dump_id
                WHERE l.host = ?""",
                host);
        return Map.copyOf(limits);
    }
}
