package io.loadmonitor.archive;

import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.incident.EndReason;
import io.loadmonitor.incident.IncidentLife;
import io.loadmonitor.incident.LoadSpell;
import io.loadmonitor.incident.SpellGroup;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * The table incident, which has what lists need of the spells that belong together. Methods run within a transaction of
 * {@link Database}.
 */
final class IncidentTable {
    /**
     * The headline is the first dump's that an alert asked for; without one, that of the dump with the most active
     * tasks.
     */
    static final String INCIDENT = """
            SELECT i.*,
                   (SELECT count(*) FROM dump d WHERE d.incident_id = i.id) AS dumps,
                   (SELECT count(*) FROM dump d WHERE d.incident_id = i.id AND d.state = 'DELETED') AS deleted_dumps,
                   (SELECT d.headline FROM dump d
                    WHERE d.incident_id = i.id AND d.state IN ('COMPLETE', 'INCOMPLETE', 'DELETED') AND d.headline <> ''
                    ORDER BY CASE d.trigger_kind WHEN 'ALERT' THEN 0 ELSE 1 END,
                             CASE d.trigger_kind WHEN 'ALERT' THEN 0 ELSE -COALESCE(d.active, 0) END, d.taken_us, d.id
                    LIMIT 1) AS headline
            FROM incident i""";

    /**
     * An incident that lasts, or a load that was seen a moment ago. Values: {@link LoadSpell#HOLD} before now and after
     * it. A load that was seen long after now was seen by another clock; else all would be open in 1970.
     */
    static final String OPEN = "(i.ended_us IS NULL OR i.end_reason = 'LOW' AND i.ended_us > ? AND i.ended_us < ?)";

    private static final long HOLD_MICROS = LoadSpell.HOLD.toMillis() * 1000;

    private final Json json;

    IncidentTable(Json json) {
        this.json = json;
    }

    /** A condition on an incident i: one of its dumps holds all of these names. */
    static DumpNames.Condition shows(DumpNames names) {
        List<DumpNames.Condition> held = names.conditions("d.id");
        String sql = held.stream().map(DumpNames.Condition::sql).collect(Collectors.joining(" AND "));
        return new DumpNames.Condition(
                "EXISTS (SELECT 1 FROM dump d WHERE d.incident_id = i.id AND " + sql + ")",
                held.stream().flatMap(condition -> condition.values().stream()).toList());
    }

    static void put(Sql sql, String host, SpellGroup incident) throws SQLException {
        sql.update(
                """
                INSERT INTO incident (id, host, began_us, ended_us, end_reason, is_foreign) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET began_us = excluded.began_us, ended_us = excluded.ended_us,
                   end_reason = excluded.end_reason, is_foreign = excluded.is_foreign""", incident.id(), host, incident.began(), incident.ended(), incident.endReason(), incident.foreign());
    }

    static void delete(Sql sql, long id) throws SQLException {
        sql.update("DELETE FROM incident WHERE id = ?", id);
    }

    /** Incidents with their alerts, in the order of the rows. */
    List<Incident> withAlerts(Sql sql, List<Row> rows, Instant now) throws SQLException {
        if (rows.isEmpty()) {
            return List.of();
        }
        record Of(long incident, IncidentAlert alert) {}
        Map<Long, List<IncidentAlert>> alerts = new HashMap<>();
        String ids = rows.stream().map(row -> Long.toString(row.id())).collect(Collectors.joining(", "));
        for (Of of : sql.all(
                row -> new Of(row.getLong("incident_id"), alert(row)),
                "SELECT * FROM spell WHERE kind = 'ALERT' AND incident_id IN (" + ids + ") ORDER BY from_us, id")) {
            alerts.computeIfAbsent(of.incident(), none -> new ArrayList<>()).add(of.alert());
        }
        return rows.stream()
                .map(row -> row.with(alerts.getOrDefault(row.id(), List.of()), now))
                .toList();
    }

    /** An incident without its alerts. */
    record Row(
            long id,
            String host,
            Instant began,
            Optional<Instant> ended,
            Optional<EndReason> reason,
            boolean foreign,
            int dumps,
            int deletedDumps,
            Optional<String> headline) {
        Incident with(List<IncidentAlert> alerts, Instant now) {
            boolean low = reason.equals(Optional.of(EndReason.LOW));
            boolean held = low
                    && ended.orElseThrow().plus(LoadSpell.HOLD).isAfter(now)
                    && ended.orElseThrow().minus(LoadSpell.HOLD).isBefore(now);
            return new Incident(
                    id,
                    host,
                    alerts,
                    began,
                    held ? Optional.empty() : ended,
                    held ? Optional.empty() : reason,
                    foreign,
                    dumps,
                    deletedDumps,
                    headline);
        }
    }

    static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getLong("id"),
                row.getString("host"),
                Sql.time(row, "began_us"),
                Sql.optionalTime(row, "ended_us"),
                endReason(row),
                row.getInt("is_foreign") != 0,
                row.getInt("dumps"),
                row.getInt("deleted_dumps"),
                Sql.optionalText(row, "headline"));
    }

    private static Optional<EndReason> endReason(ResultSet row) throws SQLException {
        return Sql.optionalText(row, "end_reason").isEmpty()
                ? Optional.empty()
                : Optional.of(Sql.constant(row, "end_reason", EndReason.SILENT));
    }

    private IncidentAlert alert(ResultSet row) throws SQLException {
        Optional<Instant> resolved = Sql.optionalTime(row, "to_us");
        return new IncidentAlert(
                row.getLong("id"),
                row.getString("alert_name"),
                row.getString("fingerprint"),
                json.strings(row.getString("labels")),
                json.strings(row.getString("annotations")),
                SpellTable.startsAt(row),
                resolved,
                resolved.isPresent() ? Optional.of(SpellTable.endReason(row)) : Optional.empty(),
                Sql.time(row, "received_us"),
                Sql.optionalTime(row, "firing_us"),
                row.getString("rule_name"),
                Sql.optionalLong(row, "dump_id"),
                Sql.optionalText(row, "note"),
                Sql.optionalText(row, "generator_url"),
                Sql.optionalText(row, "external_url"));
    }

    /**
     * @param id of an incident, or of a spell: one that belongs to another incident by now leads to that
     */
    Optional<IncidentDetail> detail(Sql sql, long id, Instant now) throws SQLException {
        OptionalLong incident = sql.one(
                        row -> OptionalLong.of(row.getLong(1)), "SELECT incident_id FROM spell WHERE id = ?", id)
                .orElse(OptionalLong.empty());
        if (incident.isEmpty()) {
            return Optional.empty();
        }
        List<Row> rows = sql.all(IncidentTable::row, INCIDENT + " WHERE i.id = ?", incident.getAsLong());
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        List<DumpSummary> dumps = sql.all(
                DumpTable::summary,
                DumpTable.SUMMARY + " WHERE incident_id = ? ORDER BY taken_us, id",
                incident.getAsLong());
        return Optional.of(new IncidentDetail(
                withAlerts(sql, rows, now).get(0), dumps, RefusalTable.of(sql, incident.getAsLong())));
    }

    /** Those of a host in which something lasts. */
    static List<Long> open(Sql sql, String host) throws SQLException {
        return sql.all(
                row -> row.getLong(1), "SELECT id FROM incident WHERE host = ? AND ended_us IS NULL ORDER BY id", host);
    }

    private record Window(Instant from, Optional<Instant> to) {
        boolean holds(Instant time) {
            return !time.isBefore(from) && (to.isEmpty() || !time.isAfter(to.get()));
        }
    }

    /** Those of the samples that lie around an incident. */
    static List<LoadSample> around(Sql sql, String host, List<LoadSample> samples) throws SQLException {
        List<Window> windows = sql.all(
                row -> new Window(
                        Sql.time(row, "began_us").minus(IncidentLife.LEAD),
                        Sql.optionalTime(row, "ended_us").map(end -> end.plus(LoadSpell.HOLD))),
                "SELECT began_us, ended_us FROM incident WHERE host = ? AND (ended_us IS NULL OR ended_us >= ?)",
                host,
                Sql.micros(samples.get(0).at()) - HOLD_MICROS);
        return samples.stream()
                .filter(sample -> windows.stream().anyMatch(window -> window.holds(sample.at())))
                .toList();
    }
}
