package io.loadmonitor.archive;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * The tables dump, dump_text, dump_name and dump_story; {@link SignatureTable} follows them. Methods run within a
 * transaction of {@link Database}.
 */
final class DumpTable {
    static final String SUMMARY = """
            SELECT id, host, state, trigger_kind, reason, incident_id, taken_us, raw_bytes, source, load1, active,
                   uninterruptible, tasks, headline, failure, deleted_us, deleted_by
            FROM dump""";

    /**
     * A dump that nobody asked for is on no list before it is known what it is; one without a text any more is shown by
     * its incident alone.
     */
    static final String LISTED = "NOT (state = 'STORED' AND trigger_kind = 'UNKNOWN') AND state <> 'DELETED'";

    private static final String NOT_READ = "The text is stored; nobody has read it yet.";

    private final String host;
    private final LimitClock clock;

    DumpTable(String host, LimitClock clock) {
        this.host = host;
        this.clock = clock;
    }

    static DumpSummary summary(ResultSet row) throws SQLException {
        return new DumpSummary(
                row.getLong("id"),
                row.getString("host"),
                state(row),
                Sql.optionalText(row, "source"),
                Sql.constant(row, "trigger_kind", DumpTrigger.UNKNOWN),
                Sql.optionalText(row, "reason").map(EscapedText::new),
                Sql.time(row, "taken_us"),
                Sql.optionalDouble(row, "load1"),
                Sql.optionalInt(row, "active"),
                Sql.optionalInt(row, "uninterruptible"),
                Sql.optionalInt(row, "tasks"),
                row.getString("headline"),
                Sql.optionalText(row, "failure"),
                Sql.optionalLong(row, "incident_id"),
                row.getLong("raw_bytes"),
                deletion(row));
    }

    private static Optional<DumpDeletion> deletion(ResultSet row) throws SQLException {
        Optional<Instant> at = Sql.optionalTime(row, "deleted_us");
        return at.isPresent() ? Optional.of(new DumpDeletion(at.get(), row.getString("deleted_by"))) : Optional.empty();
    }

    /** STORED is between the two steps: for whoever looks, the dump is still being taken. */
    private static DumpState state(ResultSet row) throws SQLException {
        // One odd row must not spoil a list of good ones.
        return "STORED".equals(row.getString("state"))
                ? DumpState.CAPTURING
                : Sql.constant(row, "state", DumpState.FAILED);
    }

    static Optional<DumpSummary> find(Sql sql, long id) throws SQLException {
        return sql.one(DumpTable::summary, SUMMARY + " WHERE id = ?", id);
    }

    long reserve(
            Sql sql,
            DumpTrigger trigger,
            Optional<Reason> reason,
            OptionalLong spellId,
            OptionalLong incidentId,
            boolean begun,
            Instant now)
            throws SQLException {
        return reserve(sql, trigger, reason, spellId, incidentId, begun, clock.now(sql, now));
    }

    long reserve(
            Sql sql,
            DumpTrigger trigger,
            Optional<Reason> reason,
            OptionalLong spellId,
            OptionalLong incidentId,
            boolean begun,
            LimitTime now)
            throws SQLException {
        return sql.insert(
                """
                INSERT INTO dump (host, state, begun, trigger_kind, reason, spell_id, incident_id, asked_us, taken_us,
                                  counted_us, raw_bytes, parsed, headline)
                VALUES (?, 'CAPTURING', ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '') RETURNING id""",
                host,
                begun,
                trigger,
                reason.map(Reason::escaped).map(EscapedText::escaped),
                spellId,
                incidentId,
                now.wall(),
                now.wall(),
                now.counted());
    }

    /** The row of a dump that nobody here asked for; its text follows with {@link #putText}. */
    long add(Sql sql, Instant now) throws SQLException {
        return reserve(
                sql, DumpTrigger.UNKNOWN, Optional.empty(), OptionalLong.empty(), OptionalLong.empty(), true, now);
    }

    /** The first step: the evidence as it is. Whether it is whole, the second step says. */
    void putText(Sql sql, long id, RawDump raw, byte[] gzip, String sha256) throws SQLException {
        sql.update("INSERT INTO dump_text (dump_id, gzip) VALUES (?, ?)", id, gzip);
        sql.update("""
                UPDATE dump SET state = 'STORED', begun = 1, raw_bytes = ?, raw_sha256 = ? WHERE id = ?""", raw.sizeBytes(), sha256, id);
    }

    /** The second step failed: the text is shown as it is until somebody comes to read it. */
    static void putUnread(Sql sql, long id) throws SQLException {
        sql.update(
                "UPDATE dump SET state = 'INCOMPLETE', headline = ? WHERE id = ? AND state = 'STORED'", NOT_READ, id);
    }

    /** Waits for its text; false also when the text is there and is being read. */
    static boolean waitsForText(Sql sql, long id) throws SQLException {
        return sql.number("SELECT count(*) FROM dump WHERE id = ? AND state = 'CAPTURING'", id) > 0;
    }

    static String host(Sql sql, long id) throws SQLException {
        return sql.one(row -> row.getString(1), "SELECT host FROM dump WHERE id = ?", id)
                .orElseThrow();
    }

    /** The spell that it was taken for. */
    static Optional<Long> spell(Sql sql, long id) throws SQLException {
        OptionalLong spell = sql.one(
                        row -> Sql.optionalLong(row, "spell_id"), "SELECT spell_id FROM dump WHERE id = ?", id)
                .orElse(OptionalLong.empty());
        return spell.isPresent() ? Optional.of(spell.getAsLong()) : Optional.empty();
    }

    Optional<Long> withText(Sql sql, String sha256) throws SQLException {
        return sql.one(
                row -> row.getLong(1),
                "SELECT id FROM dump WHERE raw_sha256 = ? AND host = ? ORDER BY id LIMIT 1",
                sha256,
                host);
    }

    Optional<Long> withIdentity(Sql sql, String identity, long except) throws SQLException {
        return sql.one(
                row -> row.getLong(1),
                "SELECT id FROM dump WHERE host = ? AND identity = ? AND id <> ?",
                host,
                identity,
                except);
    }

    /** The second step: what the text says. A reserved dump keeps the trigger and reason that it was asked for with. */
    void putReading(Sql sql, long id, DumpReading reading) throws SQLException {
        sql.update(
                """
                UPDATE dump SET state = ?, parsed = 1, identity = ?, source = ?, load1 = ?, active = ?,
                       uninterruptible = ?, tasks = ?, headline = ?, taken_us = COALESCE(?, taken_us),
                       reason = COALESCE(reason, ?),
                       trigger_kind = CASE trigger_kind WHEN 'UNKNOWN' THEN ? ELSE trigger_kind END
                WHERE id = ?""",
                reading.state(),
                reading.identity(),
                reading.source(),
                reading.load1(),
                reading.active(),
                reading.uninterruptible(),
                reading.tasks(),
                reading.headline(),
                reading.takenAt(),
                reading.reason().map(EscapedText::escaped),
                reading.trigger(),
                id);
        putNames(sql, id, reading);
    }

    /** Lets a text be whose names cannot be found anew; those from before stay. */
    static void skipNames(Sql sql, long id) throws SQLException {
        sql.update("UPDATE dump SET named = ? WHERE id = ?", DumpReading.NAMES_VERSION, id);
    }

    /** The newest dumps whose names an older version of the program found. */
    static List<Long> withOldNames(Sql sql, int most) throws SQLException {
        return sql.all(row -> row.getLong(1), """
                SELECT id FROM dump WHERE parsed = 1 AND named < ? AND state <> 'DELETED'
                ORDER BY taken_us DESC, id DESC LIMIT ?""", DumpReading.NAMES_VERSION, most);
    }

    /** How many dumps hold each cause. */
    static Map<String, Integer> causes(Sql sql) throws SQLException {
        Map<String, Integer> causes = new TreeMap<>();
        sql.all(row -> Map.entry(row.getString(1), row.getInt(2)), """
                        SELECT n.value, count(*) FROM dump_name n JOIN dump d ON d.id = n.dump_id
                        WHERE n.kind = 'cause' AND d.state <> 'DELETED' GROUP BY n.value""")
                .forEach(cause -> causes.put(cause.getKey(), cause.getValue()));
        return causes;
    }

    /** In place of those that it had. */
    static void putNames(Sql sql, long id, DumpReading reading) throws SQLException {
        skipNames(sql, id);
        sql.update("DELETE FROM dump_name WHERE dump_id = ?", id);
        putNames(sql, id, "cause", reading.causeIds());
        putNames(sql, id, "comm", reading.comms());
        putNames(sql, id, "cgroup", reading.cgroups());
        putNames(sql, id, "container", reading.containers());
        putNames(sql, id, "function", reading.functions());
        SignatureTable.put(sql, id, reading.signatures());
        Set<String> chronic = SignatureTable.chronic(sql, id, reading.signatures());
        if (!chronic.isEmpty()) {
            sql.update("UPDATE dump SET headline = ? WHERE id = ?", reading.headline(chronic), id);
        }
        putStory(sql, id, reading.story(chronic));
    }

    private static void putStory(Sql sql, long id, DumpStory story) throws SQLException {
        byte[] json = story.json();
        sql.update("""
                INSERT INTO dump_story (dump_id, json_bytes, gzip) VALUES (?, ?, ?)
                ON CONFLICT (dump_id) DO UPDATE SET json_bytes = excluded.json_bytes, gzip = excluded.gzip""", id, json.length, Gzip.compress(json));
    }

    /** As it is kept; to be opened outside of the transaction. */
    record StoredStory(byte[] gzip, long size) {
        /** Empty when it is damaged: then the headline is all that is left. */
        Optional<DumpStory> open(CauseCatalogue causes) {
            try {
                return Optional.of(DumpStory.read(Gzip.open(gzip, size), causes));
            } catch (IOException | IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }

    static Optional<StoredStory> story(Sql sql, long id) throws SQLException {
        return sql.one(
                row -> new StoredStory(row.getBytes(1), row.getLong(2)),
                "SELECT gzip, json_bytes FROM dump_story WHERE dump_id = ?",
                id);
    }

    private static void putNames(Sql sql, long id, String kind, Set<String> values) throws SQLException {
        try (PreparedStatement insert =
                sql.prepare("INSERT INTO dump_name (dump_id, kind, value) VALUES (?, ?, ?)", id, kind)) {
            for (String value : values) {
                insert.setString(3, value);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** The text as it is kept; to be opened outside of the transaction. */
    record StoredText(byte[] gzip, long size) {
        RawDump open(long id) throws ArchiveException {
            try {
                return RawDump.of(Gzip.open(gzip, size));
            } catch (IOException | ArithmeticException e) {
                throw new ArchiveException(
                        ArchiveException.Reason.CORRUPT,
                        "the text of dump " + id + " is damaged: " + e.getMessage(),
                        e);
            }
        }
    }

    static Optional<StoredText> text(Sql sql, long id) throws SQLException {
        return sql.one(
                row -> new StoredText(row.getBytes(1), row.getLong(2)),
                "SELECT t.gzip, d.raw_bytes FROM dump_text t JOIN dump d ON d.id = t.dump_id WHERE t.dump_id = ?",
                id);
    }

    /** Puts one row's text in the place of another's; what it says must follow. */
    static void moveText(Sql sql, long from, long to) throws SQLException {
        sql.update("DELETE FROM dump_text WHERE dump_id = ?", to);
        sql.update("UPDATE dump_text SET dump_id = ? WHERE dump_id = ?", to, from);
        sql.update("""
                UPDATE dump SET (raw_bytes, raw_sha256) = (SELECT f.raw_bytes, f.raw_sha256 FROM dump f WHERE f.id = ?)
                WHERE id = ?""", from, to);
    }

    /**
     * Deletes a row whose dump another one holds too. Unless the other one's own text is the better one, it gets the
     * deleted one's text and what that says; the trigger and reason that it was asked for with stay.
     */
    static void takeOver(Sql sql, long from, long to, boolean ownIsBetter) throws SQLException {
        if (!ownIsBetter) {
            moveText(sql, from, to);
            sql.update("UPDATE dump_name SET dump_id = ? WHERE dump_id = ?", to, from);
            sql.update("DELETE FROM dump_story WHERE dump_id = ?", to);
            sql.update("UPDATE dump_story SET dump_id = ? WHERE dump_id = ?", to, from);
            SignatureTable.move(sql, from, to);
            sql.update("""
                    UPDATE dump SET (state, parsed, named, source, load1, active, uninterruptible, tasks, headline, taken_us) =
                        (SELECT f.state, f.parsed, f.named, f.source, f.load1, f.active, f.uninterruptible, f.tasks,
                                f.headline, f.taken_us
                         FROM dump f WHERE f.id = ?)
                    WHERE id = ?""", from, to);
        }
        // It is the same dump: nothing of it is to be remembered twice.
        SignatureTable.retract(sql, from);
        Optional<String> identity = sql.one(row -> row.getString(1), "SELECT identity FROM dump WHERE id = ?", from);
        delete(sql, from);
        // Only now: no two rows may have it.
        sql.update("UPDATE dump SET identity = ? WHERE id = ?", identity, to);
    }

    /**
     * Deletes the text and what is made from it, but for the row, the story and the causes, by which its incident can
     * still be found. A dump without a text goes wholly.
     *
     * @param setting of the retention that wants it
     */
    static void deleteText(Sql sql, long id, Instant now, String setting) throws SQLException {
        if (sql.number("SELECT count(*) FROM dump_text WHERE dump_id = ?", id) == 0) {
            delete(sql, id);
            return;
        }
        SignatureTable.leave(sql, id);
        sql.update("DELETE FROM dump_name WHERE dump_id = ? AND kind <> 'cause'", id);
        sql.update("DELETE FROM dump_text WHERE dump_id = ?", id);
        sql.update(
                "UPDATE dump SET state = 'DELETED', raw_bytes = 0, deleted_us = ?, deleted_by = ? WHERE id = ?",
                now,
                setting,
                id);
    }

    /** With all that belongs to it. */
    static void delete(Sql sql, long id) throws SQLException {
        SignatureTable.leave(sql, id);
        sql.update("DELETE FROM dump_name WHERE dump_id = ?", id);
        sql.update("DELETE FROM dump_text WHERE dump_id = ?", id);
        sql.update("DELETE FROM dump_story WHERE dump_id = ?", id);
        sql.update("DELETE FROM dump WHERE id = ?", id);
    }

    static String sha256(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
