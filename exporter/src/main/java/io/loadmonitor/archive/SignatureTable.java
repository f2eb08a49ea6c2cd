package io.loadmonitor.archive;

import io.loadmonitor.archive.ChronicRule.Sight;
import io.loadmonitor.dump.StackSignature;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tables signature and dump_signature. A dump before another one is one of the same host that was taken earlier, or
 * at the same time and stored earlier; so it does not matter in which order dumps come in. Methods run within a
 * transaction of {@link Database}.
 */
final class SignatureTable {
    /** Those that no dump of the archive has any more are forgotten after this time. */
    static final Duration REMEMBERED = Duration.ofDays(400);

    /** Of those, no more than one for so many bytes that the retention admits, and {@link #MOST_ALONE} at most. */
    static final long BYTES_EACH = 64 << 10;

    static final int MOST_ALONE = 10_000;

    private SignatureTable() {}

    /** A dump's place in the order of the host's dumps. */
    private record Place(String host, long id, Instant takenAt) {}

    private static Optional<Place> place(Sql sql, long dumpId) throws SQLException {
        return sql.one(
                row -> new Place(row.getString(1), row.getLong(2), Sql.time(row, "taken_us")),
                "SELECT host, id, taken_us FROM dump WHERE id = ?",
                dumpId);
    }

    /** Puts down what a dump has. Once more, it replaces what was put down before. */
    static void put(Sql sql, long dumpId, List<DumpSignature> signatures) throws SQLException {
        retract(sql, dumpId);
        sql.update("UPDATE dump SET signed = 1 WHERE id = ?", dumpId);
        Place place = place(sql, dumpId).orElseThrow();
        long micros = Sql.micros(place.takenAt());
        try (PreparedStatement remember = sql.prepare("""
                        INSERT INTO signature (host, first_us, last_us, dumps, gone, id, frames, tasks)
                        VALUES (?, ?, ?, 1, 0, ?, ?, ?)
                        ON CONFLICT (host, id) DO UPDATE SET
                            first_us = CASE WHEN excluded.first_us < signature.first_us
                                            THEN excluded.first_us ELSE signature.first_us END,
                            last_us = CASE WHEN excluded.last_us > signature.last_us
                                           THEN excluded.last_us ELSE signature.last_us END,
                            dumps = signature.dumps + 1, tasks = signature.tasks + excluded.tasks""", place.host(), micros, micros);
                PreparedStatement insert = sql.prepare("""
                        INSERT INTO dump_signature (dump_id, host, taken_us, signature, tasks, sleeping, eldest)
                        VALUES (?, ?, ?, ?, ?, ?, ?)""", dumpId, place.host(), micros)) {
            for (DumpSignature found : signatures) {
                remember.setString(4, found.signature().id());
                remember.setString(5, String.join("\n", found.signature().frames()));
                remember.setInt(6, found.tasks());
                remember.addBatch();
                insert.setString(4, found.signature().id());
                insert.setInt(5, found.tasks());
                insert.setInt(6, found.sleeping());
                insert.setObject(7, found.eldest().orElse(null));
                insert.addBatch();
            }
            remember.executeBatch();
            insert.executeBatch();
        }
    }

    /** Takes back what a dump has, as if it had never been: its text is another one, or another row has it too. */
    static void retract(Sql sql, long dumpId) throws SQLException {
        sql.update("""
                UPDATE signature SET dumps = dumps - 1,
                    tasks = tasks - (SELECT d.tasks FROM dump_signature d WHERE d.dump_id = ? AND d.signature = signature.id)
                WHERE (host, id) IN (SELECT d.host, d.signature FROM dump_signature d WHERE d.dump_id = ?)""", dumpId, dumpId);
        sql.update("""
                DELETE FROM signature WHERE dumps = 0
                  AND (host, id) IN (SELECT d.host, d.signature FROM dump_signature d WHERE d.dump_id = ?)""", dumpId);
        sql.update("DELETE FROM dump_signature WHERE dump_id = ?", dumpId);
    }

    /** The dump is deleted; what it had stays remembered. */
    static void leave(Sql sql, long dumpId) throws SQLException {
        Optional<Place> place = place(sql, dumpId);
        if (place.isPresent()) {
            Instant at = place.get().takenAt();
            sql.update("""
                    UPDATE signature SET gone = gone + 1,
                        gone_last_us = CASE WHEN gone_last_us > ? THEN gone_last_us ELSE ? END
                    WHERE (host, id) IN (SELECT d.host, d.signature FROM dump_signature d WHERE d.dump_id = ?)""", at, at, dumpId);
        }
        sql.update("DELETE FROM dump_signature WHERE dump_id = ?", dumpId);
    }

    /** One row's dump goes on under another's number. */
    static void move(Sql sql, long from, long to) throws SQLException {
        retract(sql, to);
        sql.update("UPDATE dump_signature SET dump_id = ? WHERE dump_id = ?", to, from);
        sql.update("UPDATE dump SET signed = (SELECT f.signed FROM dump f WHERE f.id = ?) WHERE id = ?", from, to);
    }

    /**
     * Forgets what no dump has any more and what is too old (where it is known what time it is) or too much, oldest
     * first.
     */
    static void prune(Sql sql, Optional<Instant> now, long maxBytes) throws SQLException {
        if (now.isPresent()) {
            sql.update(
                    "DELETE FROM signature WHERE dumps = gone AND last_us < ?",
                    now.get().minus(REMEMBERED));
        }
        long most = Math.min(MOST_ALONE, maxBytes / BYTES_EACH);
        long excess = sql.number("SELECT count(*) FROM signature WHERE dumps = gone") - most;
        if (excess > 0) {
            sql.update("""
                    DELETE FROM signature WHERE (host, id) IN
                        (SELECT host, id FROM signature WHERE dumps = gone ORDER BY last_us LIMIT ?)""", excess);
        }
    }

    /** Dumps whose signatures nobody has put down yet, the newest first. */
    static List<Long> unsigned(Sql sql, String host, int most) throws SQLException {
        return sql.all(row -> row.getLong(1), """
                SELECT id FROM dump WHERE host = ? AND signed = 0 AND parsed = 1 AND raw_sha256 IS NOT NULL
                  AND state <> 'DELETED'
                ORDER BY taken_us DESC LIMIT ?""", host, most);
    }

    /** A row of dump_signature with what the host remembers. */
    private record Found(
            StackSignature signature,
            int tasks,
            int sleeping,
            Optional<String> eldest,
            Instant first,
            long gone,
            Optional<Instant> goneLast) {}

    /** What a dump has and the host had before, those of the most tasks first. */
    static List<SeenSignature> seen(Sql sql, long dumpId) throws SQLException {
        Optional<Place> place = place(sql, dumpId);
        if (place.isEmpty()) {
            return List.of();
        }
        List<Found> found = sql.all(
                row -> new Found(
                        new StackSignature(
                                row.getString("id"),
                                Arrays.asList(row.getString("frames").split("\n"))),
                        row.getInt("tasks"),
                        row.getInt("sleeping"),
                        Sql.optionalText(row, "eldest"),
                        Sql.time(row, "first_us"),
                        row.getLong("gone"),
                        Sql.optionalTime(row, "gone_last_us")),
                """
                SELECT s.id, s.frames, d.tasks, d.sleeping, d.eldest, s.first_us, s.gone, s.gone_last_us
                FROM dump_signature d JOIN signature s ON s.host = d.host AND s.id = d.signature
                WHERE d.dump_id = ? ORDER BY d.tasks DESC, s.id""",
                dumpId);
        Window window = Window.before(sql, place.get());
        Map<String, Kept> kept = kept(sql, place.get());
        List<SeenSignature> seen = new ArrayList<>(found.size());
        for (Found one : found) {
            String id = one.signature().id();
            boolean chronic = window.chronic(
                    id, one.tasks(), one.sleeping(), one.eldest(), place.get().takenAt());
            Optional<SeenSignature.Earlier> before = before(place.get(), one, Optional.ofNullable(kept.get(id)));
            seen.add(new SeenSignature(one.signature(), one.tasks(), before, chronic));
        }
        return seen;
    }

    /** The dumps before that had a signature and are still there. */
    private record Kept(String signature, long dumps, Instant last) {}

    /**
     * Asked of the index for each signature by itself: a join of them all is grouped in memory, 40 MB outside of the
     * heap with 20,000 dumps.
     */
    private static Map<String, Kept> kept(Sql sql, Place place) throws SQLException {
        Map<String, Kept> kept = new HashMap<>();
        sql.all(row -> new Kept(row.getString(1), row.getLong(2), Sql.time(row.getLong(3))), """
                        SELECT signature, dumps, last FROM (
                          SELECT d.signature,
                            (SELECT count(*) FROM dump_signature e WHERE e.host = d.host AND e.signature = d.signature
                              AND (e.taken_us, e.dump_id) < (d.taken_us, d.dump_id)) AS dumps,
                            (SELECT max(e.taken_us) FROM dump_signature e
                              WHERE e.host = d.host AND e.signature = d.signature
                                AND (e.taken_us, e.dump_id) < (d.taken_us, d.dump_id)) AS last
                          FROM dump_signature d WHERE d.dump_id = ?)
                        WHERE dumps > 0""", place.id())
                .forEach(one -> kept.put(one.signature(), one));
        return kept;
    }

    /** Deleted dumps count as earlier ones if they were: retention deletes the oldest first. */
    private static Optional<SeenSignature.Earlier> before(Place place, Found one, Optional<Kept> kept) {
        Optional<Instant> goneLast = one.goneLast().filter(last -> !last.isAfter(place.takenAt()));
        long dumps = kept.map(Kept::dumps).orElse(0L) + (goneLast.isPresent() ? one.gone() : 0);
        Optional<Instant> last = kept.map(Kept::last).or(() -> goneLast);
        return last.map(at -> new SeenSignature.Earlier(dumps, one.first(), at));
    }

    /**
     * Which of the signatures of a dump that is stored or about to be are chronic by the dumps before it.
     *
     * @param dumpId whose time is known already
     */
    static Set<String> chronic(Sql sql, long dumpId, List<DumpSignature> signatures) throws SQLException {
        Optional<Place> place = place(sql, dumpId);
        if (place.isEmpty()) {
            return Set.of();
        }
        Window window = Window.before(sql, place.get());
        Set<String> chronic = new HashSet<>();
        for (DumpSignature found : signatures) {
            if (window.chronic(
                    found.signature().id(),
                    found.tasks(),
                    found.sleeping(),
                    found.eldest(),
                    place.get().takenAt())) {
                chronic.add(found.signature().id());
            }
        }
        return chronic;
    }

    /** The earlier dumps that count for {@link ChronicRule}, and what they have. */
    private record Window(int dumps, Instant oldest, Map<String, List<Sight>> sights) {
        private record Row(String signature, Sight sight) {}

        static Window before(Sql sql, Place place) throws SQLException {
            List<Place> dumps = sql.all(
                    row -> new Place(place.host(), row.getLong("id"), Sql.time(row, "taken_us")),
                    """
                    SELECT id, taken_us FROM dump
                    WHERE host = ? AND signed = 1 AND state <> 'DELETED' AND (taken_us < ? OR taken_us = ? AND id < ?)
                    ORDER BY taken_us DESC, id DESC LIMIT ?""",
                    place.host(),
                    place.takenAt(),
                    place.takenAt(),
                    place.id(),
                    ChronicRule.DUMPS);
            if (dumps.size() < ChronicRule.LEAST_DUMPS) {
                return new Window(dumps.size(), place.takenAt(), Map.of());
            }
            Map<String, List<Sight>> sights = new HashMap<>();
            for (Place dump : dumps) {
                List<Row> rows = sql.all(
                        row -> new Row(
                                row.getString("signature"),
                                new Sight(row.getInt("tasks"), Sql.optionalText(row, "eldest"))),
                        "SELECT signature, tasks, eldest FROM dump_signature WHERE dump_id = ? AND sleeping > 0",
                        dump.id());
                rows.forEach(row -> sights.computeIfAbsent(row.signature(), none -> new ArrayList<>())
                        .add(row.sight()));
            }
            return new Window(dumps.size(), dumps.get(dumps.size() - 1).takenAt(), sights);
        }

        boolean chronic(String signature, int tasks, int sleeping, Optional<String> eldest, Instant at) {
            List<Sight> seen = sights.getOrDefault(signature, List.of());
            return !seen.isEmpty() && ChronicRule.holds(tasks, sleeping, eldest, seen, dumps, oldest, at);
        }
    }
}
