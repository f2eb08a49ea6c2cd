package io.loadmonitor.archive;

import io.loadmonitor.alert.Alert;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The table incident, and which dumps belong to which. Methods run within a transaction of {@link Database}. */
final class IncidentTable {
    /**
     * A load-triggered dump is taken when the load crosses the module's threshold; the alert starts a scrape and a rule
     * evaluation later, and a lower active_threshold fires long before the average climbs.
     */
    static final Duration LEAD = Duration.ofMinutes(10);

    private static final long LEAD_MICROS = LEAD.toMillis() * 1000;

    /**
     * Which dumps d an incident i shows: its own, the one that it shares, and every one that the module took by itself
     * in its time. Alerts come in twos (load, and load for each CPU): what the module saw then is the evidence of both.
     */
    private static final String SHOWN = """
            (d.incident_id = i.id OR d.id = i.shared_dump_id
              OR (d.host = i.host AND d.trigger_kind IN ('THRESHOLD', 'ACTIVE') AND d.state IN ('COMPLETE', 'INCOMPLETE')
                  AND d.taken_us >= i.since_us AND (i.ended_us IS NULL OR d.taken_us <= i.ended_us)))""";

    /**
     * The headline is the dump's that tells most; of a LOAD, of the module's own dumps the one with the most active
     * tasks.
     */
    static final String INCIDENT = """
            SELECT i.*,
                   (SELECT count(*) FROM dump d WHERE %1$s) AS dumps,
                   (SELECT d.headline FROM dump d
                    WHERE %1$s
                      AND d.state IN ('COMPLETE', 'INCOMPLETE')
                    ORDER BY CASE WHEN d.trigger_kind = 'ALERT' AND d.incident_id = i.id THEN 0
                                  WHEN d.id = i.shared_dump_id THEN 1
                                  WHEN i.kind = 'LOAD' AND d.trigger_kind IN ('THRESHOLD', 'ACTIVE')
                                  THEN -COALESCE(d.active, 0) ELSE 2 END, d.taken_us DESC, d.id DESC
                    LIMIT 1) AS headline
            FROM incident i""".formatted(SHOWN);

    /**
     * The incident that a dump names as its own: of those whose time holds it, an alert's before a mere load, then the
     * one that began nearest to it.
     */
    private static final String NEAREST = """
            SELECT i.id FROM incident i
            WHERE i.host = dump.host AND i.folded_into IS NULL
              AND dump.taken_us >= CASE dump.trigger_kind WHEN 'MANUAL' THEN i.started_us ELSE i.since_us END
              AND (i.ended_us IS NULL OR dump.taken_us <= i.ended_us)
            ORDER BY i.kind, ABS(dump.taken_us - i.started_us), i.id LIMIT 1""";

    private final String host;
    private final Json json;

    IncidentTable(String host, Json json) {
        this.host = host;
        this.json = json;
    }

    /** A condition on an incident i: one of the dumps that it shows holds all of these names. */
    static DumpNames.Condition shows(DumpNames names) {
        List<DumpNames.Condition> held = names.conditions("d.id");
        String sql = held.stream().map(DumpNames.Condition::sql).collect(Collectors.joining(" AND "));
        return new DumpNames.Condition(
                "EXISTS (SELECT 1 FROM dump d WHERE " + SHOWN + " AND " + sql + ")",
                held.stream().flatMap(condition -> condition.values().stream()).toList());
    }

    /** What taking an alert in must know of its incident. */
    record Known(long id, boolean open, Instant heardAt) {}

    Optional<Known> find(Sql sql, Alert alert) throws SQLException {
        return sql.one(
                row -> new Known(row.getLong("id"), row.getObject("ended_us") == null, Sql.time(row, "heard_us")),
                "SELECT id, ended_us, heard_us FROM incident WHERE host = ? AND fingerprint = ? AND starts_at = ?",
                host,
                alert.fingerprint(),
                alert.startsAt().toString());
    }

    long add(Sql sql, Alert alert, String rule, Instant now) throws SQLException {
        return sql.insert(
                """
                INSERT INTO incident (host, fingerprint, starts_at, alert_name, labels, annotations, rule_name,
                                      started_us, since_us, received_us, heard_us, kind)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
                host,
                alert.fingerprint(),
                alert.startsAt().toString(),
                alert.name(),
                json.of(alert.labels()),
                json.of(alert.annotations()),
                rule,
                alert.startsAt(),
                Sql.micros(alert.startsAt()) - LEAD_MICROS,
                now,
                now,
                IncidentKind.ALERT);
    }

    /**
     * Of the open incidents of the alert's fingerprint only the one that began last can still go on. Each of the others
     * has ended, at the latest when the next one began.
     */
    void endSuperseded(Sql sql, Alert alert, Instant now) throws SQLException {
        record Open(long id, Instant start) {}
        List<Open> open = sql.all(
                row -> new Open(row.getLong("id"), Instant.parse(row.getString("starts_at"))),
                "SELECT id, starts_at FROM incident WHERE host = ? AND fingerprint = ? AND ended_us IS NULL"
                        + " ORDER BY started_us, id",
                host,
                alert.fingerprint());
        for (int i = 1; i < open.size(); i++) {
            end(sql, open.get(i - 1).id(), Optional.of(open.get(i).start()), now);
        }
    }

    static void share(Sql sql, long id, long dumpId, String note) throws SQLException {
        sql.update("UPDATE incident SET shared_dump_id = ?, note = ? WHERE id = ?", dumpId, note, id);
    }

    static void heard(Sql sql, long id, Instant now) throws SQLException {
        sql.update("UPDATE incident SET heard_us = ? WHERE id = ?", now, id);
    }

    /** Closes an incident, or with an empty end opens it again. */
    static void end(Sql sql, long id, Optional<Instant> end, Instant now) throws SQLException {
        sql.update("UPDATE incident SET ended_us = ?, heard_us = ? WHERE id = ?", end, now, id);
        settle(sql, id);
    }

    /** What follows from an alert's time: it takes loads of that time over, and leaves those outside of it alone. */
    static void settle(Sql sql, long id) throws SQLException {
        LoadIncidents.fold(sql, id);
        claimDumps(sql, id);
        LoadIncidents.coverAfter(sql, id);
    }

    /** An incident that took others over is gone. */
    static long deleteFoldedIntoNothing(Sql sql) throws SQLException {
        return sql.update("""
                DELETE FROM incident WHERE folded_into IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM incident taker WHERE taker.id = incident.folded_into)""");
    }

    /**
     * Decides anew for every dump that belongs to the incident or could, but for those that are yet to be read: reading
     * decides for them. Dumps that an alert asked for stay where they
     * are; a manual one belongs to an incident only when it was taken in its course.
     */
    static void claimDumps(Sql sql, long id) throws SQLException {
        sql.update("UPDATE dump SET incident_id = (" + NEAREST + """
                )
                WHERE trigger_kind <> 'ALERT' AND state <> 'STORED'
                  AND (incident_id = ? OR taken_us >= (SELECT since_us FROM incident WHERE id = ?))""", id, id);
    }

    /** Decides for one dump. */
    static void claimDump(Sql sql, long dumpId) throws SQLException {
        sql.update("UPDATE dump SET incident_id = (" + NEAREST + ") WHERE id = ? AND trigger_kind <> 'ALERT'", dumpId);
        LoadIncidents.cover(sql, dumpId);
    }

    Incident incident(ResultSet row, Instant now) throws SQLException {
        IncidentKind kind = IncidentKind.valueOf(row.getString("kind"));
        return new Incident(
                row.getLong("id"),
                row.getString("host"),
                kind,
                row.getString("alert_name"),
                kind == IncidentKind.ALERT ? row.getString("fingerprint") : "",
                json.strings(row.getString("labels")),
                json.strings(row.getString("annotations")),
                Instant.parse(row.getString("starts_at")),
                Sql.time(row, "received_us"),
                Sql.optionalTime(row, "ended_us")
                        .filter(end -> kind == IncidentKind.ALERT
                                || !end.plus(LoadIncidents.HOLD).isAfter(now)),
                Sql.time(row, "since_us"),
                row.getString("rule_name"),
                row.getInt("dumps"),
                Sql.optionalLong(row, "shared_dump_id"),
                Sql.optionalLong(row, "folded_into"),
                Sql.optionalText(row, "note"),
                Sql.optionalText(row, "headline").filter(text -> !text.isEmpty()));
    }

    Optional<IncidentDetail> detail(Sql sql, long id, Instant now) throws SQLException {
        Optional<Incident> incident = sql.one(row -> incident(row, now), INCIDENT + " WHERE i.id = ?", id);
        if (incident.isEmpty()) {
            return Optional.empty();
        }
        List<DumpSummary> dumps = sql.all(
                DumpTable::summary,
                DumpTable.SUMMARY + " WHERE id IN (SELECT d.id FROM dump d, incident i WHERE i.id = ? AND " + SHOWN
                        + ") ORDER BY taken_us, id",
                id);
        return Optional.of(new IncidentDetail(incident.get(), dumps));
    }
}
