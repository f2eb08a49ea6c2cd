package io.loadmonitor.archive;

import io.loadmonitor.archive.GrantTable.Grant;
import io.loadmonitor.archive.GrantTable.Scope;
import io.loadmonitor.archive.RoutedAlert.Route;
import io.loadmonitor.incident.DumpWindow;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * So many captures within a time. A least time between two is one of these, too: one capture within that time.
 *
 * @param subject what is limited, for people
 * @param first whether the capture that is asked for is an incident's first
 */
record WindowFilter(LimitKind kind, String subject, DumpWindow window, Scope scope, boolean first, GrantTable grants)
        implements CaptureFilter {
    static Optional<WindowFilter> cooldown(Route route, String otherHost, GrantTable grants) {
        return spaced(
                LimitKind.COOLDOWN,
                subject(route, otherHost),
                route.cooldown(),
                Scope.ownDumps(route.rule(), otherHost),
                grants);
    }

    static Optional<WindowFilter> rule(Route route, String otherHost, boolean first, GrantTable grants) {
        return route.limit()
                .map(window -> new WindowFilter(
                        LimitKind.RULE,
                        subject(route, otherHost),
                        window,
                        Scope.rule(route.rule(), otherHost),
                        first,
                        grants));
    }

    static Optional<WindowFilter> host(CaptureLimits limits, boolean first, GrantTable grants) {
        return limits.dumps()
                .map(window -> new WindowFilter(LimitKind.HOST, "this host", window, Scope.host(), first, grants));
    }

    static Optional<WindowFilter> people(CaptureLimits limits, GrantTable grants) {
        // Nobody's dumps are kept for anybody's first.
        return limits.manual()
                .map(window -> new WindowFilter(LimitKind.PEOPLE, "people", window, Scope.people(), true, grants));
    }

    static Optional<WindowFilter> spacing(Duration spacing, GrantTable grants) {
        return spaced(LimitKind.SPACING, "people", spacing, Scope.people(), grants);
    }

    private static Optional<WindowFilter> spaced(
            LimitKind kind, String subject, Duration spacing, Scope scope, GrantTable grants) {
        return spacing.isZero()
                ? Optional.empty()
                : Optional.of(new WindowFilter(kind, subject, new DumpWindow(1, spacing), scope, true, grants));
    }

    private static String subject(Route route, String otherHost) {
        return "rule " + route.rule() + (otherHost.isEmpty() ? "" : " for " + otherHost);
    }

    @Override
    public Optional<Refusal> refuses(Sql sql, LimitTime now) throws SQLException {
        int room = window.room(first);
        Optional<Grant> oldest = grants.newest(sql, scope, window.per(), now, room - 1);
        if (oldest.isEmpty()) {
            return Optional.empty();
        }
        Grant newest = grants.newest(sql, scope, window.per(), now, 0).orElseThrow();
        Instant next = now.wall(oldest.get().at().plus(window.per()));
        return Optional.of(new Refusal(
                kind,
                room == window.most() ? subject : subject + Refusal.FURTHER,
                words(newest, room, now),
                // Never before it is true; a spacing below a second is exact.
                Optional.of(window.most() == 1 ? next : ceilSecond(next)),
                OptionalLong.of(newest.dumpId()),
                window.per()));
    }

    private String words(Grant newest, int room, LimitTime now) {
        return switch (kind) {
            case COOLDOWN, SPACING ->
                subject + (kind == LimitKind.COOLDOWN ? " takes" : " may ask for") + " at most one dump every "
                        + seconds() + " s and asked for dump " + newest.dumpId() + ' '
                        + Duration.between(newest.at(), now.counted()).toSeconds() + " s before";
            case RULE, HOST, PEOPLE, QUEUE ->
                room == window.most()
                        ? subject + (kind == LimitKind.PEOPLE ? " had their " : " had its ") + window
                        : subject + " had " + room + " of its " + window + ", and the others are kept for incidents"
                                + " without a dump";
        };
    }

    private static Instant ceilSecond(Instant time) {
        Instant second = time.truncatedTo(ChronoUnit.SECONDS);
        return second.equals(time) ? second : second.plusSeconds(1);
    }

    /** {@code 30}, {@code 0.5}: without zeros at the end. */
    private String seconds() {
        return BigDecimal.valueOf(window.per().toMillis(), 3)
                .stripTrailingZeros()
                .toPlainString();
    }
}
