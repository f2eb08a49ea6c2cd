package io.loadmonitor.archive;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What a fleet's store is to know and does not yet: dumps and incidents as they change, and minutes of the load. It
 * holds no copy of them, so it is bounded by the retention; what that deletes before it was shipped is counted. Safe
 * for use by several threads; every method waits for the disk, so it is for a thread that has nothing else to do.
 */
public final class Outbox {
    /** Minutes beyond this age are dropped, the oldest first. */
    static final Duration MINUTES_KEPT = Duration.ofDays(7);

    private static final Duration TOLD_ANEW = Duration.ofDays(30);

    private final Database database;
    private final String host;
    private final Clock clock;
    private final Json json = new Json();

    Outbox(Database database, String host, Clock clock) {
        this.database = database;
        this.host = host;
        this.clock = clock;
    }

    /** What is shipped: a thing of the archive that changed. */
    public enum Kind {
        DUMP,
        INCIDENT
    }

    /**
     * @param ref number of the dump or incident
     * @param changes so often it has changed while it waited
     */
    public record Item(Kind kind, long ref, long changes) {}

    /**
     * The row of batches that this archive sends.
     *
     * @param archive names this archive
     * @param id names the row
     * @param before the row that this one follows, where the archive went back in time
     * @param batch the newest that the store has, from 0 on
     */
    public record Line(UUID archive, UUID id, Optional<UUID> before, long batch) {}

    /**
     * @param waiting dumps and incidents
     * @param oldest when the first of what waits was noted, by the wall clock; empty when nothing waits
     * @param dropped dumps whose text the retention deleted before they were shipped, since the line began
     * @param refused what the store refused, since then
     */
    public record State(long waiting, Optional<Instant> oldest, long dropped, long refused) {}

    /**
     * A dump to ship.
     *
     * @param key the same for the same dump, whoever sends it, and for no other
     * @param raw empty when the retention has deleted the text
     * @param gzip the text as it is stored
     */
    public record StoredDump(
            long id,
            UUID key,
            Instant takenAt,
            OptionalLong incident,
            Optional<String> source,
            DumpTrigger trigger,
            Optional<EscapedText> reason,
            OptionalDouble load1,
            OptionalInt active,
            OptionalInt uninterruptible,
            boolean complete,
            String headline,
            Optional<RawDump> raw,
            byte[] gzip) {}

    /** An incident to ship. */
    public record StoredIncident(
            long id,
            Instant began,
            Optional<Instant> ended,
            Optional<String> endReason,
            boolean foreign,
            List<String> alerts,
            List<String> causes,
            Optional<String> headline,
            int dumps) {
        public StoredIncident {
            alerts = List.copyOf(alerts);
            causes = List.copyOf(causes);
        }
    }

    /**
     * Parts of the load in one minute.
     *
     * @param minute its beginning
     * @param parts the mean of each cause's part of the load average
     */
    public record Minute(Instant minute, Map<String, Double> parts) {
        public Minute {
            parts = Map.copyOf(parts);
        }
    }

    /** Begins the row of batches where there is none: then everything that the archive holds is to be shipped. */
    public Line open() throws ArchiveException {
        Optional<Line> there = database.read(Outbox::line);
        if (there.isPresent()) {
            return there.get();
        }
        Instant now = clock.instant();
        return database.write(sql -> {
            sql.update(
                    "INSERT INTO fleet_line (one, archive, line, batch, dropped, refused) VALUES (1, ?, ?, 0, 0, 0)",
                    UUID.randomUUID().toString(),
                    UUID.randomUUID().toString());
            sql.update("""
                    INSERT INTO outbox (kind, ref, noted_us, changes)
                    SELECT 'DUMP', id, ?, 1 FROM dump
                    WHERE host = ? AND parsed = 1 AND state IN ('COMPLETE', 'INCOMPLETE')""", now, host);
            sql.update("""
                    INSERT INTO outbox (kind, ref, noted_us, changes)
                    SELECT 'INCIDENT', id, ?, 1 FROM incident WHERE host = ?""", now, host);
            return line(sql).orElseThrow();
        });
    }

    private static Optional<Line> line(Sql sql) throws SQLException {
        return sql.one(
                row -> new Line(
                        UUID.fromString(row.getString("archive")),
                        UUID.fromString(row.getString("line")),
                        Sql.optionalText(row, "line_before").map(UUID::fromString),
                        row.getLong("batch")),
                "SELECT * FROM fleet_line");
    }

    /** What waits, the oldest first; of several from the same moment incidents after their dumps. */
    public List<Item> next(int most) throws ArchiveException {
        return database.read(sql -> sql.all(
                row -> new Item(Sql.constant(row, "kind", Kind.INCIDENT), row.getLong("ref"), row.getLong("changes")),
                "SELECT kind, ref, changes FROM outbox ORDER BY noted_us, kind, ref LIMIT ?",
                most));
    }

    /** Empty when there is no such dump any more, or when it is not stored whole yet. */
    public Optional<StoredDump> dump(long id) throws ArchiveException {
        record Found(DumpSummary summary, String identity, Optional<DumpTable.StoredText> text) {}
        Optional<Found> found = database.read(sql -> {
            Optional<DumpSummary> summary = DumpTable.find(sql, id).filter(dump -> dump.state() != DumpState.DELETED);
            if (summary.isEmpty()) {
                return Optional.empty();
            }
            String identity = sql.one(
                            row -> String.valueOf(row.getString(1)),
                            "SELECT COALESCE(identity, raw_sha256) FROM dump WHERE id = ? AND parsed = 1",
                            id)
                    .orElse("null");
            return Optional.of(new Found(summary.get(), identity, DumpTable.text(sql, id)));
        });
        if (found.isEmpty() || found.get().identity().equals("null")) {
            return Optional.empty();
        }
        DumpSummary dump = found.get().summary();
        Optional<RawDump> raw = Optional.empty();
        if (found.get().text().isPresent()) {
            raw = Optional.of(found.get().text().get().open(id));
        }
        return Optional.of(new StoredDump(
                id,
                key(found.get().identity()),
                dump.takenAt(),
                dump.incidentId(),
                dump.source(),
                dump.trigger(),
                dump.reason(),
                dump.load1(),
                dump.active(),
                dump.uninterruptible(),
                dump.state() == DumpState.COMPLETE,
                dump.headline(),
                raw,
                found.get().text().map(DumpTable.StoredText::gzip).orElse(new byte[0])));
    }

    private static UUID key(String identity) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(("dump\n" + identity).getBytes(StandardCharsets.UTF_8));
            ByteBuffer bytes = ByteBuffer.wrap(hash);
            return new UUID(bytes.getLong(), bytes.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Empty when it is none any more: a part of another one by now, or deleted by the retention. */
    public Optional<StoredIncident> incident(long id) throws ArchiveException {
        return database.read(sql -> {
            Optional<IncidentTable.Row> row =
                    sql.one(IncidentTable::row, IncidentTable.INCIDENT + " WHERE i.id = ? AND i.host = ?", id, host);
            if (row.isEmpty()) {
                return Optional.empty();
            }
            List<String> alerts = sql.all(
                    name -> String.valueOf(name.getString(1)),
                    "SELECT alert_name FROM spell WHERE incident_id = ? AND kind = 'ALERT' GROUP BY alert_name"
                            + " ORDER BY min(from_us) LIMIT 50",
                    id);
            List<String> causes = sql.all(name -> String.valueOf(name.getString(1)), """
                    SELECT DISTINCT n.value FROM dump d JOIN dump_name n ON n.dump_id = d.id AND n.kind = 'cause'
                    WHERE d.incident_id = ? ORDER BY 1 LIMIT 200""", id);
            IncidentTable.Row incident = row.get();
            return Optional.of(new StoredIncident(
                    id,
                    incident.began(),
                    incident.ended(),
                    incident.reason().map(Enum::name),
                    incident.foreign(),
                    alerts,
                    causes,
                    incident.headline(),
                    incident.dumps()));
        });
    }

    /** Whether it went on as a part of another incident: then the store is to forget it. */
    public boolean merged(long incident) throws ArchiveException {
        return database.read(sql ->
                sql.number("SELECT count(*) FROM spell WHERE id = ? AND incident_id NOT IN (0, ?)", incident, incident)
                        > 0);
    }

    /**
     * The token of the next batch. It is on the disk before this returns, and stays the same until the batch is in the
     * store: so a batch that is sent twice is known by it, and one of an archive that went back in time is, too.
     */
    public UUID token() throws ArchiveException {
        Optional<String> pending = database.read(
                        sql -> sql.one(row -> Sql.optionalText(row, "token"), "SELECT token FROM fleet_line"))
                .flatMap(token -> token);
        if (pending.isPresent()) {
            return UUID.fromString(pending.get());
        }
        UUID token = UUID.randomUUID();
        return database.write(sql -> {
            sql.update("UPDATE fleet_line SET token = ?", token.toString());
            return token;
        });
    }

    /**
     * The store has it. What has changed since it was read waits on.
     *
     * @param batch its number
     */
    public void shipped(long batch, List<Item> items, List<Minute> minutes) throws ArchiveException {
        database.write(sql -> {
            sql.update("UPDATE fleet_line SET batch = ?, token = NULL WHERE batch < ?", batch, batch);
            for (Item item : items) {
                delete(sql, item);
                if (item.kind() == Kind.DUMP) {
                    sql.update("UPDATE dump SET shipped = 1 WHERE id = ?", item.ref());
                }
            }
            for (Minute minute : minutes) {
                sql.update("DELETE FROM outbox_minute WHERE minute_us = ?", minute.minute());
            }
            return batch;
        });
    }

    private static void delete(Sql sql, Item item) throws SQLException {
        sql.update(
                "DELETE FROM outbox WHERE kind = ? AND ref = ? AND changes = ?",
                item.kind(),
                item.ref(),
                item.changes());
    }

    /** The store will never take it. */
    public void refused(Item item) throws ArchiveException {
        database.write(sql -> {
            delete(sql, item);
            return sql.update("UPDATE fleet_line SET refused = refused + 1");
        });
    }

    /** The store will never take these. */
    public void refused(List<Minute> minutes) throws ArchiveException {
        database.write(sql -> {
            for (Minute minute : minutes) {
                sql.update("DELETE FROM outbox_minute WHERE minute_us = ?", minute.minute());
            }
            return sql.update("UPDATE fleet_line SET refused = refused + ?", minutes.size());
        });
    }

    /**
     * Begins another row of batches: the store knows of ones that this archive does not, so it went back in time, or
     * another one goes on from the same file. What the store may not have under the new row is told anew.
     */
    public Line fork() throws ArchiveException {
        Instant now = clock.instant();
        return database.write(sql -> {
            sql.update(
                    "UPDATE fleet_line SET line_before = line, line = ?, batch = 0, token = NULL",
                    UUID.randomUUID().toString());
            sql.update("""
                    INSERT INTO outbox (kind, ref, noted_us, changes)
                    SELECT 'INCIDENT', id, ?, 1 FROM incident WHERE host = ? AND (ended_us IS NULL OR ended_us > ?)
                    ON CONFLICT (kind, ref) DO UPDATE SET changes = changes + 1""", now, host, now.minus(TOLD_ANEW));
            return line(sql).orElseThrow();
        });
    }

    /** Notes minutes that are over; one that is noted already stays as it is. */
    public void note(List<Minute> minutes) throws ArchiveException {
        if (minutes.isEmpty()) {
            return;
        }
        database.write(sql -> {
            for (Minute minute : minutes) {
                sql.update(
                        "INSERT INTO outbox_minute (minute_us, parts) VALUES (?, ?) ON CONFLICT DO NOTHING",
                        minute.minute(),
                        json.ofNumbers(minute.parts()));
            }
            Instant newest = minutes.get(minutes.size() - 1).minute();
            return sql.update("DELETE FROM outbox_minute WHERE minute_us < ?", newest.minus(MINUTES_KEPT));
        });
    }

    /** Those that wait, the oldest first. */
    public List<Minute> minutes(int most) throws ArchiveException {
        return database.read(sql -> sql.all(
                row -> new Minute(Sql.time(row, "minute_us"), json.numbers(row.getString("parts"))),
                "SELECT minute_us, parts FROM outbox_minute ORDER BY minute_us LIMIT ?",
                most));
    }

    public State state() throws ArchiveException {
        return database.read(sql -> new State(
                sql.number("SELECT count(*) FROM outbox"),
                sql.one(row -> Sql.optionalTime(row, "noted"), "SELECT min(noted_us) AS noted FROM outbox")
                        .flatMap(oldest -> oldest),
                sql.number("SELECT COALESCE(sum(dropped), 0) FROM fleet_line"),
                sql.number("SELECT COALESCE(sum(refused), 0) FROM fleet_line")));
    }
}
