package io.loadmonitor.archive;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.incident.LoadSpell;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The captures that were asked for and have no text yet, in the order in which they were asked for: rows of the table
 * dump in state CAPTURING, so a restart forgets none. Whose turn has come is known in memory alone; where the program
 * ends before there is a text, it waits again. Methods run within a transaction of {@link Database}. Thread-safe.
 */
final class CaptureQueue {
    private final String host;
    private final DumpTable dumps;
    private final LimitTable limits;
    private volatile int maxWaiting;

    /** Captures whose turn has come, and that have no text yet. */
    private final Set<Long> begun = ConcurrentHashMap.newKeySet();

    CaptureQueue(String host, DumpTable dumps, LimitTable limits, int maxWaiting) {
        this.host = host;
        this.dumps = dumps;
        this.limits = limits;
        this.maxWaiting = maxWaiting;
    }

    void allowWaiting(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most is " + most + ", but must be 1 or more");
        }
        maxWaiting = most;
    }

    /** Brings what an earlier run left into order: a capture for an alert waits again, a manual one has failed. */
    void tidy(Sql sql, Instant now) throws SQLException {
        sql.update("""
                UPDATE dump SET begun = 0
                WHERE host = ? AND state = 'CAPTURING' AND spell_id IS NOT NULL""", host);
        // A load that crossed a level long ago may have gone; where it has not, it crosses it again.
        sql.update(
                "UPDATE dump SET begun = 0 WHERE host = ? AND state = 'CAPTURING' AND asked_us > ?"
                        + " AND trigger_kind IN " + DumpTrigger.AUTOMATIC,
                host,
                now.minus(LoadSpell.HOLD));
        sql.update("""
                UPDATE dump SET state = 'FAILED', failure = 'the exporter stopped during the capture'
                WHERE host = ? AND state = 'CAPTURING' AND spell_id IS NULL AND NOT (begun = 0 AND trigger_kind IN
                """ + DumpTrigger.AUTOMATIC + " AND asked_us > ?)", host, now.minus(LoadSpell.HOLD));
    }

    /** Captures that wait for their turn. */
    long waiting(Sql sql) throws SQLException {
        return sql.number(
                "SELECT count(*) FROM dump WHERE host = ? AND state = 'CAPTURING' AND begun = 0 AND id NOT IN "
                        + begunIds(),
                host);
    }

    /** Whether as many wait as are allowed. */
    boolean full(Sql sql) throws SQLException {
        return waiting(sql) >= maxWaiting;
    }

    /** As a list of SQL. */
    private String begunIds() {
        return begun.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }

    /** What an incident waits for. */
    static Optional<Long> waitingOf(Sql sql, long incident) throws SQLException {
        return sql.one(row -> row.getLong(1), """
                SELECT id FROM dump WHERE incident_id = ? AND state IN ('CAPTURING', 'STORED') AND trigger_kind <> 'MANUAL'
                ORDER BY id LIMIT 1""", incident);
    }

    /** For an alert. */
    long add(Sql sql, Reason reason, long spell, long incident, Instant now) throws SQLException {
        return dumps.reserve(
                sql,
                DumpTrigger.ALERT,
                Optional.of(reason),
                OptionalLong.of(spell),
                OptionalLong.of(incident),
                false,
                now);
    }

    /** Empty when one of the incident waits already, or as many captures as are allowed do. */
    OptionalLong addFollowUp(Sql sql, OpenIncident incident, Reason reason, Instant now) throws SQLException {
        if (waitingOf(sql, incident.id()).isPresent() || full(sql)) {
            return OptionalLong.empty();
        }
        long dump = dumps.reserve(
                sql,
                DumpTrigger.FOLLOW_UP,
                Optional.of(reason),
                OptionalLong.of(incident.spell()),
                OptionalLong.of(incident.id()),
                false,
                now);
        sql.update(
                "UPDATE spell SET put_off_us = NULL, dump_id = COALESCE(dump_id, ?) WHERE incident_id = ? AND put_off_us IS NOT NULL",
                dump,
                incident.id());
        return OptionalLong.of(dump);
    }

    /** Empty when one that nobody asked for waits already, or as many captures as are allowed do. */
    OptionalLong addOwn(Sql sql, DumpTrigger trigger, Reason reason, Instant now) throws SQLException {
        boolean waits = sql.number(
                        "SELECT count(*) FROM dump WHERE host = ? AND state = 'CAPTURING' AND trigger_kind IN "
                                + DumpTrigger.AUTOMATIC,
                        host)
                > 0;
        return waits || full(sql)
                ? OptionalLong.empty()
                : OptionalLong.of(dumps.reserve(
                        sql, trigger, Optional.of(reason), OptionalLong.empty(), OptionalLong.empty(), false, now));
    }

    Reservation addManual(Sql sql, Reason reason, Duration minSpacing, Instant now) throws SQLException {
        Optional<Long> capturing = sql.one(row -> row.getLong(1), """
                SELECT id FROM dump WHERE host = ? AND state = 'CAPTURING'
                ORDER BY id NOT IN\s""" + begunIds() + ", begun DESC, id LIMIT 1", host);
        if (capturing.isPresent()) {
            return new Reservation.Busy(capturing.get());
        }
        LimitTable.Answer answer = limits.ask(sql, LimitState.MANUAL, minSpacing, now);
        if (!answer.allowed()) {
            return new Reservation.TooSoon(answer.lastAt().plus(minSpacing));
        }
        long id = dumps.reserve(
                sql, DumpTrigger.MANUAL, Optional.of(reason), OptionalLong.empty(), OptionalLong.empty(), false, now);
        limits.use(sql, LimitState.MANUAL, id, now);
        return new Reservation.Granted(id);
    }

    /** The capture that has waited longest. From now on it counts as begun. */
    Optional<WaitingCapture> begin(Sql sql) throws SQLException {
        Optional<WaitingCapture> next = sql.one(
                row -> new WaitingCapture(
                        row.getLong("id"),
                        DumpTrigger.valueOf(row.getString("trigger_kind")),
                        reason(row),
                        Sql.optionalLong(row, "incident_id"),
                        Sql.time(row, "asked_us")),
                """
                SELECT id, trigger_kind, reason, incident_id, asked_us FROM dump
                WHERE host = ? AND state = 'CAPTURING' AND begun = 0 AND id NOT IN\s""" + begunIds() + " ORDER BY id LIMIT 1",
                host);
        next.ifPresent(waiting -> begun.add(waiting.dumpId()));
        return next;
    }

    /** It was a reason when it was asked for. */
    private static Reason reason(ResultSet row) throws SQLException {
        byte[] text = new EscapedText(row.getString("reason")).bytes();
        return new Reason(new String(text, StandardCharsets.US_ASCII));
    }

    /** Its dump will not come. A rule's cooldown is not used up by it. */
    void fail(Sql sql, long id, String why) throws SQLException {
        sql.update("UPDATE dump SET state = 'FAILED', failure = ? WHERE id = ?", why, id);
        limits.giveBack(sql, id);
    }

    /** It waits no more, and that is committed: else it could be begun twice. */
    void end(long id) {
        begun.remove(id);
    }
}
