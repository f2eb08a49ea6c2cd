package io.loadmonitor.archive;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The time by which limits count: it goes on as time does, whatever the wall clock is set to, over restarts of the
 * program as well. So a clock that is set ahead lets nothing through that was asked for a moment ago, and one that is
 * set back locks nobody out. The archive keeps one mark of it; since then as much time has passed as the kernel counted
 * within the same boot, and over a reboot as the wall clock says, if it went forth at all. It begins as the wall clock.
 *
 * <p>Methods run within a transaction of {@link Database}.
 */
final class LimitClock {
    /** More than the wall clock is slewed between two marks, and less than a limit's time. */
    private static final Duration JUMP = Duration.ofSeconds(10);

    private final String host;
    private final Uptime uptime;

    LimitClock(String host, Uptime uptime) {
        this.host = host;
        this.uptime = uptime;
    }

    private record Mark(Instant counted, Instant wall, String boot, long nanos) {
        Duration since(Instant wallNow, String bootNow, long nanosNow) {
            if (boot.equals(bootNow) && nanosNow >= nanos) {
                return Duration.ofNanos(nanosNow - nanos);
            }
            Duration passed = Duration.between(wall, wallNow);
            return passed.isNegative() ? Duration.ZERO : passed;
        }
    }

    private Optional<Mark> mark(Sql sql) throws SQLException {
        return sql.one(
                row -> new Mark(
                        Sql.time(row, "counted_us"),
                        Sql.time(row, "wall_us"),
                        row.getString("boot"),
                        row.getLong("nanos")),
                "SELECT counted_us, wall_us, boot, nanos FROM limit_clock WHERE host = ?",
                host);
    }

    LimitTime now(Sql sql, Instant wall) throws SQLException {
        Optional<Mark> mark = mark(sql);
        return new LimitTime(
                mark.map(last -> last.counted().plus(last.since(wall, uptime.boot(), uptime.nanos())))
                        .orElse(wall)
                        .truncatedTo(ChronoUnit.MICROS),
                wall);
    }

    /** Sets the mark anew. To be done at each start, before the wall clock may jump, and with each grant. */
    void set(Sql sql, LimitTime now) throws SQLException {
        sql.update("""
                INSERT INTO limit_clock (host, counted_us, wall_us, boot, nanos) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (host) DO UPDATE SET counted_us = excluded.counted_us, wall_us = excluded.wall_us,
                   boot = excluded.boot, nanos = excluded.nanos""", host, now.counted(), now.wall(), uptime.boot(), uptime.nanos());
    }

    /** Whether the wall clock has jumped since the mark, so that a reboot would count the jump as time. */
    boolean jumped(Sql sql, Instant wall) throws SQLException {
        Optional<Mark> mark = mark(sql);
        return mark.isPresent()
                && Duration.between(mark.get().wall(), wall)
                                .minus(mark.get().since(wall, uptime.boot(), uptime.nanos()))
                                .abs()
                                .compareTo(JUMP)
                        > 0;
    }
}
