package io.loadmonitor.archive;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.incident.LoadSpell;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    /** For as long a dump that was taken unnoted is what somebody wanted who comes again. */
    private static final Duration SAME_MOMENT = Duration.ofMinutes(2);

    private final String host;
    private final DumpTable dumps;
    private final GrantTable grants;
    private final LimitClock clock;
    private volatile CaptureLimits limits;

    /** Captures whose turn has come, and that have no text yet. */
    private final Set<Long> begun = ConcurrentHashMap.newKeySet();

    CaptureQueue(String host, DumpTable dumps, LimitClock clock, CaptureLimits limits) {
        this.host = host;
        this.dumps = dumps;
        this.grants = new GrantTable(host);
        this.clock = clock;
        this.limits = limits;
    }

    /** From now on these hold. What waits already stays. */
    void limit(CaptureLimits next) {
        limits = next;
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
        grants.giveBackFailed(sql);
        clock.set(sql, clock.now(sql, now));
    }

    /** To be done now and then: a jump of the wall clock is no time that passed. */
    void settle(Sql sql, Instant now) throws SQLException {
        if (clock.stale(sql, now)) {
            clock.set(sql, clock.now(sql, now));
        }
    }

    LimitTime time(Sql sql, Instant now) throws SQLException {
        return clock.now(sql, now);
    }

    /** Since when the wall clock has gone on evenly, as it shows that time now; empty where no jump is known. */
    Optional<Instant> evenSince(Sql sql, Instant now) throws SQLException {
        LimitTime time = clock.now(sql, now);
        return time.evenSince().equals(Instant.EPOCH) ? Optional.empty() : Optional.of(time.wall(time.evenSince()));
    }

    /** Whether there is something for {@link #settle} to do. */
    boolean unsettled(Sql sql, Instant now) throws SQLException {
        return clock.stale(sql, now);
    }

    /** What refuses this now; of several, that which does for longest. */
    private Optional<Refusal> refusal(Sql sql, CaptureWish wish, LimitTime now) throws SQLException {
        Optional<Refusal> longest = Optional.empty();
        for (CaptureFilter filter : filters(wish)) {
            Optional<Refusal> refusal = filter.refuses(sql, now);
            if (refusal.isPresent() && (longest.isEmpty() || until(refusal).isAfter(until(longest)))) {
                longest = refusal;
            }
        }
        return longest;
    }

    private static Instant until(Optional<Refusal> refusal) {
        return refusal.flatMap(Refusal::next).orElse(Instant.MIN);
    }

    private List<CaptureFilter> filters(CaptureWish wish) {
        CaptureLimits now = limits;
        List<Optional<? extends CaptureFilter>> filters = wish.trigger() == DumpTrigger.MANUAL
                ? List.of(WindowFilter.spacing(now.manualSpacing(), grants), WindowFilter.people(now, grants))
                : List.of(
                        // Further dumps have a spacing of their own.
                        wish.countsAs() == DumpTrigger.ALERT
                                ? wish.rule().flatMap(rule -> WindowFilter.cooldown(rule, wish.otherHost(), grants))
                                : Optional.empty(),
                        wish.rule().flatMap(rule -> WindowFilter.rule(rule, wish.otherHost(), wish.first(), grants)),
                        WindowFilter.host(now, wish.first(), grants),
                        Optional.of(new QueueFilter(this, now.waiting(), wish.first())));
        List<CaptureFilter> present = new ArrayList<>();
        filters.forEach(filter -> filter.ifPresent(present::add));
        return present;
    }

    private long grant(
            Sql sql, CaptureWish wish, Reason reason, OptionalLong spell, OptionalLong incident, LimitTime now)
            throws SQLException {
        long dump = dumps.reserve(sql, wish.trigger(), Optional.of(reason), spell, incident, false, now);
        grants.add(sql, wish, dump, now);
        clock.set(sql, now);
        return dump;
    }

    private static Reservation granted(CaptureWish wish, long dump) {
        return new Reservation.Granted(dump, wish.first());
    }

    /** A dump that was taken although nobody could note that it was asked for. */
    void addUnnoted(Sql sql, DumpTrigger trigger, long dump, Instant now) throws SQLException {
        LimitTime time = clock.now(sql, now);
        grants.add(sql, CaptureWish.of(trigger, false), dump, time);
        clock.set(sql, time);
    }

    /**
     * What waits for a text such as that of a dump that was taken unnoted. What a stuck disk took in late may have been
     * noted after all, and its sender may have come again meanwhile.
     */
    Optional<Long> waitsFor(Sql sql, DumpTrigger trigger, Reason unnoted, Instant asked) throws SQLException {
        return sql
                .all(row -> Map.entry(row.getLong("id"), reason(row)), """
                        SELECT id, reason FROM dump
                        WHERE host = ? AND state = 'CAPTURING' AND trigger_kind = ? AND asked_us > ? ORDER BY id""", host, trigger, asked.minus(SAME_MOMENT))
                .stream()
                .filter(waiting -> trigger != DumpTrigger.ALERT
                        || AlertReason.sameAlert(unnoted, waiting.getValue().text()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /**
     * The dump that was taken for an alert when that could not be noted; from now on it is the alert's. Empty where
     * there is none of this moment.
     */
    Optional<Long> adopt(Sql sql, RoutedAlert alert, long spell, long incident, Instant now) throws SQLException {
        LimitTime time = clock.now(sql, now);
        Optional<Long> dump = sql.one(
                row -> row.getLong(1),
                """
                SELECT id FROM dump
                WHERE host = ? AND trigger_kind = 'ALERT' AND spell_id IS NULL AND reason = ?
                  AND state NOT IN ('FAILED', 'DELETED') AND counted_us > ? AND counted_us <= ?
                  AND (incident_id IS NULL OR incident_id = ?)
                ORDER BY id DESC LIMIT 1""",
                host,
                AlertReason.of(alert.alert().name()).escaped().escaped(),
                time.counted().minus(SAME_MOMENT),
                time.counted(),
                incident);
        if (dump.isPresent()) {
            sql.update("UPDATE dump SET spell_id = ?, incident_id = ? WHERE id = ?", spell, incident, dump.get());
            grants.assign(sql, dump.get(), alert);
        }
        return dump;
    }

    /** The newest dump of an incident that came or is to come, but those that people asked for; 0 for none. */
    private static long newestOf(Sql sql, long incident) throws SQLException {
        return sql.number(
                "SELECT COALESCE(max(id), 0) FROM dump"
                        + " WHERE incident_id = ? AND state <> 'FAILED' AND trigger_kind <> 'MANUAL'",
                incident);
    }

    /** Captures that wait for their turn. */
    long waiting(Sql sql) throws SQLException {
        return sql.number(
                "SELECT count(*) FROM dump WHERE host = ? AND state = 'CAPTURING' AND begun = 0 AND id NOT IN "
                        + begunIds(),
                host);
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
    Reservation addAlert(Sql sql, RoutedAlert alert, Reason reason, long spell, long incident, Instant now)
            throws SQLException {
        Optional<Long> waiting = waitingOf(sql, incident);
        if (waiting.isPresent()) {
            return new Reservation.Busy(waiting.get());
        }
        LimitTime time = clock.now(sql, now);
        long newest = newestOf(sql, incident);
        CaptureWish wish = new CaptureWish(
                DumpTrigger.ALERT,
                alert.route(),
                alert.foreign() ? alert.alert().labels().getOrDefault("instance", "") : "",
                !alert.foreign() && newest == 0);
        Optional<Refusal> refusal = refusal(sql, wish, time);
        if (refusal.isPresent()) {
            boolean fresh = RefusalTable.put(
                    sql, spell, DumpTrigger.ALERT, alert.alert().name(), refusal.get(), newest, now);
            return new Reservation.Refused(refusal.get(), fresh);
        }
        return granted(wish, grant(sql, wish, reason, OptionalLong.of(spell), OptionalLong.of(incident), time));
    }

    /** @param route the rule of the incident, as far as there is one */
    Reservation addFollowUp(
            Sql sql, OpenIncident incident, Optional<RoutedAlert.Route> route, Reason reason, String why, Instant now)
            throws SQLException {
        Optional<Long> waiting = waitingOf(sql, incident.id());
        if (waiting.isPresent()) {
            return new Reservation.Busy(waiting.get());
        }
        LimitTime time = clock.now(sql, now);
        long newest = newestOf(sql, incident.id());
        CaptureWish wish = new CaptureWish(DumpTrigger.FOLLOW_UP, route, "", newest == 0);
        Optional<Refusal> refusal = refusal(sql, wish, time);
        if (refusal.isPresent()) {
            boolean fresh =
                    RefusalTable.put(sql, incident.spell(), DumpTrigger.FOLLOW_UP, why, refusal.get(), newest, now);
            return new Reservation.Refused(refusal.get(), fresh);
        }
        long dump = grant(sql, wish, reason, OptionalLong.of(incident.spell()), OptionalLong.of(incident.id()), time);
        sql.update(
                "UPDATE spell SET put_off_us = NULL, dump_id = COALESCE(dump_id, ?) WHERE incident_id = ? AND put_off_us IS NOT NULL",
                dump,
                incident.id());
        return granted(wish, dump);
    }

    Reservation addOwn(Sql sql, DumpTrigger trigger, Reason reason, Instant now) throws SQLException {
        Optional<Long> waits = sql.one(
                row -> row.getLong(1),
                "SELECT id FROM dump WHERE host = ? AND state = 'CAPTURING' AND trigger_kind IN "
                        + DumpTrigger.AUTOMATIC + " ORDER BY id LIMIT 1",
                host);
        if (waits.isPresent()) {
            return new Reservation.Busy(waits.get());
        }
        LimitTime time = clock.now(sql, now);
        // The load may be that of an incident that lasts; then it is no first dump.
        boolean first = sql.number(
                        "SELECT count(*) FROM incident i WHERE i.host = ? AND i.is_foreign = 0 AND "
                                + IncidentTable.OPEN
                                + " AND EXISTS (SELECT 1 FROM dump d WHERE d.incident_id = i.id AND d.state <> 'FAILED')",
                        host,
                        now.minus(LoadSpell.HOLD),
                        now.plus(LoadSpell.HOLD))
                == 0;
        CaptureWish wish = CaptureWish.of(trigger, first);
        Optional<Refusal> refusal = refusal(sql, wish, time);
        return refusal.isPresent()
                ? new Reservation.Refused(refusal.get(), true)
                : granted(wish, grant(sql, wish, reason, OptionalLong.empty(), OptionalLong.empty(), time));
    }

    Reservation addManual(Sql sql, Reason reason, Instant now) throws SQLException {
        Optional<Long> capturing = sql.one(row -> row.getLong(1), """
                SELECT id FROM dump WHERE host = ? AND state = 'CAPTURING'
                ORDER BY id NOT IN\s""" + begunIds() + ", begun DESC, id LIMIT 1", host);
        if (capturing.isPresent()) {
            return new Reservation.Busy(capturing.get());
        }
        LimitTime time = clock.now(sql, now);
        CaptureWish wish = CaptureWish.of(DumpTrigger.MANUAL, true);
        Optional<Refusal> refusal = refusal(sql, wish, time);
        return refusal.isPresent()
                ? new Reservation.Refused(refusal.get(), true)
                : granted(wish, grant(sql, wish, reason, OptionalLong.empty(), OptionalLong.empty(), time));
    }

    /** How far the limits of these rules, of the host and of people are used up. */
    LimitState.All states(Sql sql, List<RoutedAlert.Route> rules, Instant now) throws SQLException {
        LimitTime time = clock.now(sql, now);
        Map<String, LimitState> states = new HashMap<>();
        for (RoutedAlert.Route rule : rules) {
            CaptureWish wish = new CaptureWish(DumpTrigger.ALERT, Optional.of(rule), "", true);
            states.put(
                    rule.rule(),
                    state(
                            sql,
                            GrantTable.Scope.ownDumps(rule.rule(), ""),
                            WindowFilter.rule(rule, "", true, grants),
                            List.of(LimitKind.COOLDOWN, LimitKind.RULE),
                            wish,
                            time));
        }
        return new LimitState.All(
                states,
                state(
                        sql,
                        GrantTable.Scope.host(),
                        WindowFilter.host(limits, true, grants),
                        List.of(LimitKind.HOST),
                        CaptureWish.of(DumpTrigger.ALERT, true),
                        time),
                state(
                        sql,
                        GrantTable.Scope.people(),
                        WindowFilter.people(limits, grants),
                        List.of(LimitKind.SPACING, LimitKind.PEOPLE),
                        CaptureWish.of(DumpTrigger.MANUAL, true),
                        time));
    }

    private LimitState state(
            Sql sql,
            GrantTable.Scope scope,
            Optional<WindowFilter> window,
            List<LimitKind> kinds,
            CaptureWish wish,
            LimitTime now)
            throws SQLException {
        Optional<GrantTable.Grant> last = grants.newest(sql, scope, now);
        Optional<DumpSummary> dump =
                last.isPresent() ? DumpTable.find(sql, last.get().dumpId()) : Optional.empty();
        Optional<LimitState.Use> use = window.isPresent()
                ? Optional.of(new LimitState.Use(
                        grants.count(
                                sql, window.get().scope(), window.get().window().per(), now),
                        window.get().window()))
                : Optional.empty();
        Optional<Refusal> refusal = Optional.empty();
        for (CaptureFilter filter : filters(wish)) {
            if (filter instanceof WindowFilter limit && kinds.contains(limit.kind())) {
                Optional<Refusal> one = limit.refuses(sql, now);
                if (one.isPresent() && (refusal.isEmpty() || until(one).isAfter(until(refusal)))) {
                    refusal = one;
                }
            }
        }
        boolean capturing =
                last.isPresent() && DumpTable.waitsForText(sql, last.get().dumpId());
        return new LimitState(
                last.map(grant -> new LimitState.Last(
                        grant.wall(),
                        dump.isPresent() ? OptionalLong.of(dump.get().id()) : OptionalLong.empty(),
                        capturing)),
                use,
                refusal);
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

    /** Its dump will not come. No limit is used up by it, but that of people. */
    void fail(Sql sql, long id, String why) throws SQLException {
        sql.update("UPDATE dump SET state = 'FAILED', failure = ? WHERE id = ?", why, id);
        grants.giveBack(sql, id);
    }

    /** It waits no more, and that is committed: else it could be begun twice. */
    void end(long id) {
        begun.remove(id);
    }
}
