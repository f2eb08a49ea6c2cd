package io.loadmonitor.archive;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The table capture_grant: the captures that limits allowed, for as long as a limit may ask for them. Times are those of
 * {@link LimitClock}. Methods run within a transaction of {@link Database}.
 */
final class GrantTable {
    /** No limit looks back further. */
    static final Duration LONGEST = Duration.ofDays(1);

    private final String host;

    GrantTable(String host) {
        this.host = host;
    }

    /** Which grants a limit counts: a condition of SQL with its values. */
    record Scope(String condition, List<Object> values) {
        Scope {
            values = List.copyOf(values);
        }

        /** What an alert of the rule asked for itself. */
        static Scope ownDumps(String rule, String otherHost) {
            return new Scope("asked_by = 'ALERT' AND rule_name = ? AND other_host = ?", List.of(rule, otherHost));
        }

        /** With the further dumps of the incidents. */
        static Scope rule(String rule, String otherHost) {
            return new Scope("rule_name = ? AND other_host = ?", List.of(rule, otherHost));
        }

        static Scope host() {
            return new Scope("asked_by <> 'MANUAL'", List.of());
        }

        static Scope people() {
            return new Scope("asked_by = 'MANUAL'", List.of());
        }
    }

    /**
     * @param at by {@link LimitClock}
     * @param wall by the wall clock of then
     */
    record Grant(Instant at, Instant wall, long dumpId) {}

    private static Grant grant(ResultSet row) throws SQLException {
        return new Grant(Sql.time(row, "at_us"), Sql.time(row, "wall_us"), row.getLong("dump_id"));
    }

    /** How many there are of the time that ends now; what a database of elsewhere has of the future counts nothing. */
    int count(Sql sql, Scope scope, Duration per, LimitTime now) throws SQLException {
        return (int) sql.number(
                "SELECT count(*) FROM capture_grant WHERE host = ? AND at_us > ? AND at_us <= ? AND "
                        + scope.condition(),
                values(scope, now.counted().minus(per), now.counted()));
    }

    /** Of the same, the newest but {@code skipped}. */
    Optional<Grant> newest(Sql sql, Scope scope, Duration per, LimitTime now, int skipped) throws SQLException {
        List<Object> values =
                new ArrayList<>(Arrays.asList(values(scope, now.counted().minus(per), now.counted())));
        values.add(skipped);
        return sql.one(
                GrantTable::grant,
                "SELECT at_us, wall_us, dump_id FROM capture_grant WHERE host = ? AND at_us > ? AND at_us <= ? AND "
                        + scope.condition() + " ORDER BY at_us DESC, dump_id DESC LIMIT 1 OFFSET ?",
                values.toArray());
    }

    /** The newest of all times. */
    Optional<Grant> newest(Sql sql, Scope scope, LimitTime now) throws SQLException {
        return newest(sql, scope, Duration.between(Instant.EPOCH, now.counted()), now, 0);
    }

    private Object[] values(Scope scope, Instant after, Instant to) {
        List<Object> values = new ArrayList<>(List.of(host, after, to));
        values.addAll(scope.values());
        return values.toArray();
    }

    void add(Sql sql, CaptureWish wish, long dump, LimitTime now) throws SQLException {
        sql.update(
                """
                INSERT INTO capture_grant (dump_id, host, asked_by, rule_name, other_host, at_us, wall_us)
                VALUES (?, ?, ?, ?, ?, ?, ?)""",
                dump,
                host,
                wish.countsAs(),
                wish.rule().map(RoutedAlert.Route::rule),
                wish.otherHost(),
                now.counted(),
                now.wall());
        // The newest of this host's stay: status tells of them.
        sql.update("""
                DELETE FROM capture_grant WHERE host = ? AND at_us <= ?
                  AND (other_host <> '' OR EXISTS (
                    SELECT 1 FROM capture_grant n
                    WHERE n.host = capture_grant.host AND n.other_host = '' AND n.at_us > capture_grant.at_us
                      AND n.rule_name IS capture_grant.rule_name AND n.asked_by = capture_grant.asked_by))""", host, now.counted().minus(LONGEST));
    }

    /** It was for this alert. */
    void assign(Sql sql, long dump, RoutedAlert alert) throws SQLException {
        sql.update(
                "UPDATE capture_grant SET rule_name = ?, other_host = ? WHERE dump_id = ?",
                alert.route().map(RoutedAlert.Route::rule),
                alert.foreign() ? alert.alert().labels().getOrDefault("instance", "") : "",
                dump);
    }

    /**
     * A capture that came to nothing uses up no limit, but that of people: who asks again can wait a second, and one
     * who asks a broken source all the time is to be bounded, too.
     */
    void giveBack(Sql sql, long dump) throws SQLException {
        sql.update("DELETE FROM capture_grant WHERE dump_id = ? AND asked_by <> 'MANUAL'", dump);
    }

    /** The same for all that have come to nothing. */
    void giveBackFailed(Sql sql) throws SQLException {
        sql.update("""
                DELETE FROM capture_grant WHERE host = ? AND asked_by <> 'MANUAL'
                  AND EXISTS (SELECT 1 FROM dump d WHERE d.id = dump_id AND d.state = 'FAILED')""", host);
    }
}
