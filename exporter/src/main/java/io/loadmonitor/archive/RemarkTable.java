package io.loadmonitor.archive;

import java.sql.SQLException;
import java.time.Instant;
import java.util.NavigableSet;
import java.util.Optional;

/** The tables incident_note and incident_tag. Methods run within a transaction of {@link Database}. */
final class RemarkTable {
    private static final String OF_INCIDENT = " WHERE spell_id IN (SELECT id FROM spell WHERE incident_id = ?)";
    private static final String LOOSE = " WHERE NOT EXISTS (SELECT 1 FROM spell s WHERE s.id = spell_id)";

    private RemarkTable() {}

    /** @param id of an incident, or of a spell that belongs to one */
    static Optional<Remarks> of(Sql sql, long id) throws SQLException {
        Optional<Long> incident = incident(sql, id);
        if (incident.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Remarks(
                sql.all(
                        row -> new IncidentNote(
                                row.getLong("id"),
                                Sql.time(row, "written_us"),
                                row.getString("author"),
                                row.getString("text")),
                        "SELECT id, written_us, author, text FROM incident_note" + OF_INCIDENT + " ORDER BY id LIMIT "
                                + Remarks.MOST_NOTES,
                        incident.get()),
                sql.all(
                        row -> row.getString(1),
                        "SELECT DISTINCT tag FROM incident_tag" + OF_INCIDENT + " ORDER BY tag LIMIT "
                                + Remarks.MOST_TAGS,
                        incident.get())));
    }

    static Remarks.Change add(Sql sql, long id, String author, String text, Instant now) throws SQLException {
        Optional<Long> incident = incident(sql, id);
        if (incident.isEmpty()) {
            return Remarks.Change.UNKNOWN;
        }
        if (sql.number("SELECT count(*) FROM incident_note" + OF_INCIDENT, incident.get()) >= Remarks.MOST_NOTES) {
            return Remarks.Change.FULL;
        }
        sql.update(
                "INSERT INTO incident_note (spell_id, written_us, author, text) VALUES (?, ?, ?, ?)",
                incident.get(),
                now,
                author,
                text);
        return Remarks.Change.DONE;
    }

    static Remarks.Change remove(Sql sql, long id, long note) throws SQLException {
        Optional<Long> incident = incident(sql, id);
        boolean removed = incident.isPresent()
                && sql.update("DELETE FROM incident_note" + OF_INCIDENT + " AND id = ?", incident.get(), note) > 0;
        return removed ? Remarks.Change.DONE : Remarks.Change.UNKNOWN;
    }

    /** In the place of those that it has. */
    static Remarks.Change tag(Sql sql, long id, NavigableSet<String> tags) throws SQLException {
        Optional<Long> incident = incident(sql, id);
        if (incident.isEmpty()) {
            return Remarks.Change.UNKNOWN;
        }
        sql.update("DELETE FROM incident_tag" + OF_INCIDENT, incident.get());
        for (String tag : tags) {
            sql.update("INSERT INTO incident_tag (spell_id, tag) VALUES (?, ?)", incident.get(), tag);
        }
        return Remarks.Change.DONE;
    }

    static void deleteOf(Sql sql, long incident) throws SQLException {
        sql.update("DELETE FROM incident_note" + OF_INCIDENT, incident);
        sql.update("DELETE FROM incident_tag" + OF_INCIDENT, incident);
    }

    /** Those of spells that are gone. */
    static void deleteLoose(Sql sql) throws SQLException {
        sql.update("DELETE FROM incident_note" + LOOSE);
        sql.update("DELETE FROM incident_tag" + LOOSE);
    }

    private static Optional<Long> incident(Sql sql, long id) throws SQLException {
        return sql.one(
                row -> row.getLong(1),
                "SELECT i.id FROM spell s JOIN incident i ON i.id = s.incident_id WHERE s.id = ?",
                id);
    }
}
