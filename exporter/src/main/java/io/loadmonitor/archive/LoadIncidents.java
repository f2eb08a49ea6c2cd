package io.loadmonitor.archive;

import io.loadmonitor.dump.LoadSample;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Incidents of kind LOAD, in the table incident: dumps that the module took by itself and that no alert's incident
 * shows. One begins with such a dump. It lasts while further ones, or load ticks at or above what the module compared
 * with, come within {@link #HOLD} of the newest; it ends with the newest. An alert's incident whose time meets it takes
 * it over ({@code folded_into}), with its dumps. Everything follows from the stored dumps, so that reading one again
 * changes nothing. Methods run within a transaction of {@link Database}.
 */
final class LoadIncidents {
    /**
     * Longer than the module's own pause between two dumps of a load that stays (20 s unless set otherwise), and than
     * the time in which a 1-minute average falls to its hundredth (4.6 minutes).
     */
    static final Duration HOLD = Duration.ofMinutes(5);

    private static final long HOLD_MICROS = HOLD.toMillis() * 1000;
    private static final String FINGERPRINT = "load";
    private static final int MOST_AT_A_TIME = 1000;

    /** {@code load 4.43 >= 4.00}, {@code active 11 >= 8} (kmod/sampler.c). */
    private static final Pattern REASON =
            Pattern.compile("(load|active) [0-9.]{1,12} >= ([0-9]{1,7}(?:\\.[0-9]{1,2})?)");

    private LoadIncidents() {}

    private record Seen(String host, Instant at, String reason) {
        OptionalDouble level(String what) {
            Matcher matcher = REASON.matcher(reason);
            return matcher.matches() && matcher.group(1).equals(what)
                    ? OptionalDouble.of(Double.parseDouble(matcher.group(2)))
                    : OptionalDouble.empty();
        }

        OptionalInt activeLevel() {
            OptionalDouble level = level("active");
            return level.isPresent() ? OptionalInt.of((int) level.getAsDouble()) : OptionalInt.empty();
        }
    }

    private record Load(long id, Instant started, Instant ended, OptionalDouble level, OptionalInt activeLevel) {
        static Load of(ResultSet row) throws SQLException {
            return new Load(
                    row.getLong("id"),
                    Sql.time(row, "started_us"),
                    Sql.time(row, "ended_us"),
                    Sql.optionalDouble(row, "level_load"),
                    Sql.optionalInt(row, "level_active"));
        }

        boolean shownBy(LoadSample sample) {
            return level.isPresent() && sample.load1().orElse(-1) >= level.getAsDouble()
                    || activeLevel.isPresent() && sample.active().orElse(-1) >= activeLevel.getAsInt();
        }
    }

    private record Window(Instant from, Optional<Instant> to) {
        boolean holds(Instant time) {
            return !time.isBefore(from) && (to.isEmpty() || !time.isAfter(to.get()));
        }
    }

    /** Finds or begins the incident of a dump that has none, if the module took it by itself. */
    static void cover(Sql sql, long dumpId) throws SQLException {
        Optional<Seen> seen = sql.one(
                row -> new Seen(
                        row.getString("host"),
                        Sql.time(row, "taken_us"),
                        Sql.optionalText(row, "reason").orElse("")),
                """
                SELECT host, taken_us, reason FROM dump
                WHERE id = ? AND incident_id IS NULL AND trigger_kind IN ('THRESHOLD', 'ACTIVE')
                  AND state IN ('COMPLETE', 'INCOMPLETE')""",
                dumpId);
        if (seen.isEmpty()) {
            return;
        }
        Seen dump = seen.get();
        Optional<Load> known = sql.one(
                Load::of, """
                SELECT id, started_us, ended_us, level_load, level_active FROM incident
                WHERE host = ? AND kind = 'LOAD' AND folded_into IS NULL AND started_us <= ? AND ended_us >= ?
                ORDER BY started_us LIMIT 1""", dump.host(), Sql.micros(dump.at()) + HOLD_MICROS, Sql.micros(dump.at()) - HOLD_MICROS);
        long id = known.isPresent() ? join(sql, known.get(), dump) : begin(sql, dump);
        IncidentTable.claimDumps(sql, id);
    }

    private static long begin(Sql sql, Seen dump) throws SQLException {
        return sql.insert(
                """
                INSERT INTO incident (host, kind, fingerprint, starts_at, alert_name, labels, annotations, rule_name,
                                      started_us, since_us, received_us, heard_us, ended_us, level_load, level_active)
                VALUES (?, ?, ?, ?, '', '{}', '{}', '', ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
                dump.host(),
                IncidentKind.LOAD,
                FINGERPRINT,
                dump.at().toString(),
                dump.at(),
                dump.at(),
                dump.at(),
                dump.at(),
                dump.at(),
                dump.level("load"),
                dump.activeLevel());
    }

    private static long join(Sql sql, Load load, Seen dump) throws SQLException {
        Instant start = dump.at().isBefore(load.started()) ? dump.at() : load.started();
        Instant end = dump.at().isAfter(load.ended()) ? dump.at() : load.ended();
        sql.update("""
                UPDATE incident SET starts_at = ?, started_us = ?, since_us = ?, ended_us = ?, heard_us = ?,
                       level_load = COALESCE(level_load, ?), level_active = COALESCE(level_active, ?)
                WHERE id = ?""", start.toString(), start, start, end, end, dump.level("load"), dump.activeLevel(), load.id());
        return load.id();
    }

    /** The alert's incident takes over the loads whose time meets its own, and shows their dumps from the first on. */
    static void fold(Sql sql, long alertId) throws SQLException {
        int folded = sql.update("""
                UPDATE incident SET folded_into = ?
                WHERE kind = 'LOAD' AND folded_into IS NULL
                  AND EXISTS (SELECT 1 FROM incident a
                              WHERE a.id = ? AND a.kind = 'ALERT' AND a.host = incident.host
                                AND incident.ended_us >= a.since_us
                                AND (a.ended_us IS NULL OR incident.started_us <= a.ended_us))""", alertId, alertId);
        if (folded > 0) {
            sql.update("""
                    UPDATE incident SET since_us = (SELECT MIN(f.started_us) FROM incident f WHERE f.folded_into = incident.id)
                    WHERE id = ? AND since_us > (SELECT MIN(f.started_us) FROM incident f WHERE f.folded_into = incident.id)""", alertId);
        }
    }

    /** An alert may turn out to have ended before some dumps that counted as its own: they are a load by themselves. */
    static void coverAfter(Sql sql, long alertId) throws SQLException {
        List<Long> left = sql.all(row -> row.getLong(1), """
                SELECT d.id FROM dump d JOIN incident a ON a.host = d.host
                WHERE a.id = ? AND a.ended_us IS NOT NULL AND d.taken_us > a.ended_us AND d.incident_id IS NULL
                  AND d.trigger_kind IN ('THRESHOLD', 'ACTIVE') AND d.state IN ('COMPLETE', 'INCOMPLETE')
                ORDER BY d.taken_us, d.id LIMIT ?""", alertId, MOST_AT_A_TIME);
        for (long dump : left) {
            cover(sql, dump);
        }
    }

    /** Those of the samples that lie around an incident. */
    static List<LoadSample> around(Sql sql, String host, List<LoadSample> samples) throws SQLException {
        List<Window> windows = sql.all(
                row -> new Window(
                        Sql.time(row, "since_us")
                                .minus(row.getString("kind").equals("LOAD") ? IncidentTable.LEAD : Duration.ZERO),
                        Sql.optionalTime(row, "ended_us").map(end -> end.plus(HOLD))),
                "SELECT kind, since_us, ended_us FROM incident WHERE host = ? AND (ended_us IS NULL OR ended_us >= ?)",
                host,
                Sql.micros(samples.get(0).at()) - HOLD_MICROS);
        List<LoadSample> around = new ArrayList<>();
        for (LoadSample sample : samples) {
            if (windows.stream().anyMatch(window -> window.holds(sample.at()))) {
                around.add(sample);
            }
        }
        return around;
    }

    /** A load lasts while the ticks show it, even when the module takes no further dump of it. */
    static void lastWhile(Sql sql, String host, List<LoadSample> samples) throws SQLException {
        if (samples.isEmpty()) {
            return;
        }
        List<Load> loads =
                sql.all(Load::of, """
                SELECT id, started_us, ended_us, level_load, level_active FROM incident
                WHERE host = ? AND kind = 'LOAD' AND folded_into IS NULL AND ended_us >= ?
                ORDER BY started_us""", host, Sql.micros(samples.get(0).at()) - HOLD_MICROS);
        for (Load load : loads) {
            Instant end = load.ended();
            for (LoadSample sample : samples) {
                if (sample.at().isAfter(end) && !sample.at().isAfter(end.plus(HOLD)) && load.shownBy(sample)) {
                    end = sample.at();
                }
            }
            if (end.isAfter(load.ended())) {
                sql.update("UPDATE incident SET ended_us = ?, heard_us = ? WHERE id = ?", end, end, load.id());
                IncidentTable.claimDumps(sql, load.id());
            }
        }
    }
}
