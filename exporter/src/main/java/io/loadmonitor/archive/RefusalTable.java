package io.loadmonitor.archive;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** The table refusal. Methods run within a transaction of {@link Database}. */
final class RefusalTable {
    private RefusalTable() {}

    /**
     * Puts a refusal down once: one that is asked for again before the incident has a newer dump changes nothing.
     *
     * @param newestDump of the incident, 0 where it has none
     * @return whether it was not known
     */
    static boolean put(
            Sql sql, long spell, DumpTrigger trigger, String what, Refusal refusal, long newestDump, Instant now)
            throws SQLException {
        return sql.update("""
                INSERT INTO refusal (spell_id, trigger_kind, limit_name, newest_dump, what, words, at_us, next_us)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (spell_id, trigger_kind, limit_name, newest_dump) DO NOTHING""", spell, trigger, refusal.limit(), newestDump, what, refusal.words(), now, refusal.next())
                > 0;
    }

    static List<RefusedDump> of(Sql sql, long incident) throws SQLException {
        return sql.all(
                row -> new RefusedDump(
                        Sql.constant(row, "trigger_kind", DumpTrigger.UNKNOWN),
                        row.getString("what"),
                        Sql.time(row, "at_us"),
                        Sql.constant(row, "limit_name", LimitKind.HOST),
                        row.getString("words"),
                        Sql.optionalTime(row, "next_us")),
                """
                SELECT r.* FROM refusal r JOIN spell s ON s.id = r.spell_id
                WHERE s.incident_id = ? ORDER BY r.at_us, r.id LIMIT 1000""",
                incident);
    }

    static void deleteOf(Sql sql, long incident) throws SQLException {
        sql.update("DELETE FROM refusal WHERE spell_id IN (SELECT id FROM spell WHERE incident_id = ?)", incident);
    }

    /** Those of spells that are gone. */
    static void deleteLoose(Sql sql) throws SQLException {
        sql.update("DELETE FROM refusal WHERE NOT EXISTS (SELECT 1 FROM spell s WHERE s.id = spell_id)");
    }
}
