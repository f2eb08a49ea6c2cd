package io.loadmonitor.archive;

import io.loadmonitor.incident.AlertKey;
import io.loadmonitor.incident.AlertSpell;
import io.loadmonitor.incident.EndReason;
import io.loadmonitor.incident.LoadSpell;
import io.loadmonitor.incident.Reach;
import io.loadmonitor.incident.Spell;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The table spell. Methods run within a transaction of {@link Database}. */
final class SpellTable {
    /** Without what people read: of a flood of alerts that is the most. */
    private static final String SPELL = """
            SELECT id, incident_id, kind, from_us, to_us, fingerprint, starts_at, instance, is_foreign, firing_us, resolved_us,
                   told_end_us, successor_us, silence_us, silence_said_us, silence_reason, longest_pause_us, level_load,
                   level_active
            FROM spell""";

    private final String host;
    private final Json json;

    SpellTable(String host, Json json) {
        this.host = host;
        this.json = json;
    }

    /** Greater than every number that was ever given, those of deleted spells included. */
    static long nextId(Sql sql) throws SQLException {
        return sql.one(row -> row.getLong(1), "SELECT seq FROM sqlite_sequence WHERE name = 'spell'")
                        .orElse(0L)
                + 1;
    }

    /** The incidents that an event can concern. */
    Set<Long> incidents(Sql sql, Reach reach) throws SQLException {
        Set<Long> incidents = new TreeSet<>(sql.all(
                row -> row.getLong(1),
                "SELECT id FROM incident WHERE host = ? AND (ended_us IS NULL OR ended_us >= ?) AND began_us <= ?",
                host,
                reach.from(),
                reach.to().map(Sql::micros).orElse(Long.MAX_VALUE)));
        if (reach.alert().isPresent()) {
            AlertKey alert = reach.alert().get();
            long start = Sql.micros(alert.startsAt());
            incidents.addAll(sql.all(
                    row -> row.getLong(1),
                    """
                    SELECT incident_id FROM (
                      SELECT incident_id FROM spell WHERE host = ? AND fingerprint = ? AND from_us < ?
                      ORDER BY from_us DESC LIMIT 1)
                    UNION SELECT incident_id FROM spell WHERE host = ? AND fingerprint = ? AND from_us = ?
                    UNION SELECT incident_id FROM (
                      SELECT incident_id FROM spell WHERE host = ? AND fingerprint = ? AND from_us > ?
                      ORDER BY from_us LIMIT 1)""",
                    host,
                    alert.fingerprint(),
                    start,
                    host,
                    alert.fingerprint(),
                    start,
                    host,
                    alert.fingerprint(),
                    start));
        }
        if (reach.spell().isPresent()) {
            incidents.addAll(sql.all(
                    row -> row.getLong(1),
                    "SELECT incident_id FROM spell WHERE id = ?",
                    reach.spell().get()));
        }
        return incidents;
    }

    Optional<AlertSpell> find(Sql sql, AlertKey alert) throws SQLException {
        return sql.one(
                row -> (AlertSpell) spell(row),
                SPELL + " WHERE host = ? AND fingerprint = ? AND starts_at = ?",
                host,
                alert.fingerprint(),
                alert.startsAt().toString());
    }

    /** Whether anything is known of the alert: this time that it fired, or another. */
    boolean knows(Sql sql, String fingerprint) throws SQLException {
        return sql.one(
                        row -> row.getLong(1),
                        "SELECT id FROM spell WHERE host = ? AND fingerprint = ? LIMIT 1",
                        host,
                        fingerprint)
                .isPresent();
    }

    /** Incidents of one host: of this one, or of another that alerts name. */
    record Near(long id, Instant began, boolean open) {}

    /** Those that an alert which fires since then can concern; two are enough to know that it is not one. */
    List<Near> near(Sql sql, Reach reach, boolean foreign, String instance) throws SQLException {
        return sql.all(
                row -> new Near(row.getLong("id"), Sql.time(row, "began_us"), row.getString("ended_us") == null),
                """
                SELECT id, began_us, ended_us FROM incident i
                WHERE host = ? AND (ended_us IS NULL OR ended_us >= ?) AND is_foreign = ?
                  AND (NOT is_foreign OR ? = (SELECT instance FROM spell WHERE incident_id = i.id LIMIT 1))
                LIMIT 2""",
                host,
                reach.from(),
                foreign,
                instance);
    }

    /** An alert of the incident that has not ended. */
    static Optional<AlertSpell> lasting(Sql sql, long incident) throws SQLException {
        return sql.one(
                row -> (AlertSpell) spell(row),
                SPELL + " WHERE incident_id = ? AND kind = 'ALERT' AND to_us IS NULL LIMIT 1",
                incident);
    }

    /** When the last of the other spells of its incident began; empty when no other alert of it lasts. */
    static Optional<Instant> latestBeginBesides(Sql sql, AlertSpell spell) throws SQLException {
        return sql.one(
                        row -> row.getInt("lasting") > 0
                                ? Optional.of(Sql.time(row, "latest"))
                                : Optional.<Instant>empty(),
                        """
                        SELECT max(from_us) AS latest, COALESCE(sum(kind = 'ALERT' AND to_us IS NULL), 0) AS lasting
                        FROM spell WHERE incident_id = ? AND id <> ?""",
                        spell.incident(),
                        spell.id())
                .orElse(Optional.empty());
    }

    static List<Spell> of(Sql sql, long incident) throws SQLException {
        return sql.all(SpellTable::spell, SPELL + " WHERE incident_id = ? ORDER BY id", incident);
    }

    /** Those of which it was not decided yet which incident they belong to: of an earlier version. */
    List<Spell> undecided(Sql sql) throws SQLException {
        return sql.all(SpellTable::spell, SPELL + " WHERE host = ? AND incident_id = 0 ORDER BY id", host);
    }

    static EndReason endReason(ResultSet row) throws SQLException {
        return ((AlertSpell) spell(row)).end().orElseThrow().reason();
    }

    /** Exact to the nanosecond; to the microsecond where the text of it is odd. */
    static Instant startsAt(ResultSet row) throws SQLException {
        Optional<String> text = Sql.optionalText(row, "starts_at");
        try {
            return text.isPresent() ? Instant.parse(text.get()) : Sql.time(row, "from_us");
        } catch (DateTimeException odd) {
            return Sql.time(row, "from_us");
        }
    }

    private static Spell spell(ResultSet row) throws SQLException {
        long id = row.getLong("id");
        long incident = row.getLong("incident_id");
        if (Sql.constant(row, "kind", IncidentKind.ALERT) == IncidentKind.LOAD) {
            return new LoadSpell(
                    id,
                    incident,
                    Sql.time(row, "from_us"),
                    Sql.time(row, "to_us"),
                    Sql.optionalDouble(row, "level_load"),
                    Sql.optionalInt(row, "level_active"));
        }
        Optional<Instant> silence = Sql.optionalTime(row, "silence_us");
        return new AlertSpell(
                id,
                incident,
                new AlertKey(row.getString("fingerprint"), startsAt(row)),
                row.getString("instance"),
                row.getInt("is_foreign") != 0,
                Sql.optionalTime(row, "firing_us"),
                Sql.optionalTime(row, "resolved_us"),
                Sql.optionalTime(row, "told_end_us"),
                Sql.optionalTime(row, "successor_us"),
                silence.isPresent()
                        ? Optional.of(new AlertSpell.Silence(
                                silence.get(),
                                Sql.time(row, "silence_said_us"),
                                Sql.constant(row, "silence_reason", EndReason.SILENT)))
                        : Optional.empty(),
                Duration.of(row.getLong("longest_pause_us"), ChronoUnit.MICROS));
    }

    /** @param told of an alert, what its first message told */
    void add(Sql sql, Spell spell, Optional<ToldAlert> told) throws SQLException {
        if (spell instanceof LoadSpell load) {
            sql.update(
                    """
                    INSERT INTO spell (id, host, incident_id, kind, from_us, to_us, level_load, level_active)
                    VALUES (?, ?, ?, 'LOAD', ?, ?, ?, ?)""", load.id(), host, load.incident(), load.from(), load.last(), load.level(), load.activeLevel());
            return;
        }
        AlertSpell alert = (AlertSpell) spell;
        ToldAlert first = told.orElseThrow();
        sql.update(
                """
                INSERT INTO spell (id, host, incident_id, kind, from_us, fingerprint, starts_at, alert_name, labels,
                                   annotations, generator_url, external_url, rule_name, instance, is_foreign, received_us)
                VALUES (?, ?, ?, 'ALERT', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                alert.id(),
                host,
                alert.incident(),
                alert.from(),
                alert.key().fingerprint(),
                alert.key().startsAt().toString(),
                first.alert().name(),
                json.of(first.alert().labels()),
                json.of(first.alert().annotations()),
                first.alert().generatorUrl(),
                first.externalUrl(),
                first.rule(),
                alert.instance(),
                alert.foreign(),
                first.at());
        change(sql, alert);
    }

    /** What may change of it. */
    static void change(Sql sql, Spell spell) throws SQLException {
        if (spell instanceof LoadSpell load) {
            sql.update("""
                    UPDATE spell SET incident_id = ?, from_us = ?, to_us = ?, level_load = ?, level_active = ? WHERE id = ?""", load.incident(), load.from(), load.last(), load.level(), load.activeLevel(), load.id());
            return;
        }
        AlertSpell alert = (AlertSpell) spell;
        sql.update(
                """
                UPDATE spell SET incident_id = ?, to_us = ?, firing_us = ?, resolved_us = ?, told_end_us = ?,
                       successor_us = ?, silence_us = ?, silence_said_us = ?, silence_reason = ?, longest_pause_us = ?
                WHERE id = ?""",
                alert.incident(),
                alert.to(),
                alert.firing(),
                alert.resolved(),
                alert.toldEnd(),
                alert.successor(),
                alert.silence().map(AlertSpell.Silence::at),
                alert.silence().map(AlertSpell.Silence::decided),
                alert.silence().map(AlertSpell.Silence::reason),
                alert.longestPause().toNanos() / 1000,
                alert.id());
    }

    /**
     * The dump that an alert asked for or shares; and until it has one of its own, since when one was put off, by
     * {@link LimitClock}.
     */
    static void serve(Sql sql, long id, Optional<Long> dump, Optional<Instant> putOff, Optional<String> note)
            throws SQLException {
        sql.update("UPDATE spell SET dump_id = ?, put_off_us = ?, note = ? WHERE id = ?", dump, putOff, note, id);
    }
}
