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
 * <p>Beside that it knows when the wall clock jumped, and for how long it is not to be believed.
 *
 * <p>Methods run within a transaction of {@link Database}.
 */
final class LimitClock {
    /** More than the wall clock is slewed between two marks, and less than a limit's time. */
    private static final Duration JUMP = Duration.ofSeconds(10);

    /** A machine may have been off for that long; within one boot, or beyond, somebody has set the clock. */
    private static final Duration LEAP = Duration.ofDays(1);

    /** After a leap, a wall clock that is wrong has so long to be set right before anything is old by it. */
    static final Duration DOUBT = Duration.ofDays(1);

    /** So that a reboot has a mark from shortly before it. */
    private static final Duration MARK_AGE = Duration.ofHours(1);

    /** No host that runs this program has lived before; one whose clock has no battery boots in 1970. */
    private static final Instant NEVER = Instant.parse("2025-01-01T00:00:00Z");

    private final String host;
    private final Uptime uptime;

    LimitClock(String host, Uptime uptime) {
        this.host = host;
        this.uptime = uptime;
    }

    private record Mark(Instant counted, Instant wall, String boot, long nanos, Instant even, Instant sure) {
        boolean holds(Uptime now, long nanosNow) {
            return boot.equals(now.boot()) && nanosNow >= nanos;
        }

        LimitTime at(Instant wallNow, Uptime uptime) {
            long nanosNow = uptime.nanos();
            Duration byWall = Duration.between(wall, wallNow);
            boolean sameBoot = holds(uptime, nanosNow);
            Duration passed = sameBoot
                    ? Duration.ofNanos(nanosNow - nanos)
                    : byWall.isNegative() || wall.isBefore(NEVER) ? Duration.ZERO : byWall;
            Instant now = counted.plus(passed).truncatedTo(ChronoUnit.MICROS);
            // Over a reboot nobody knows how long the machine was off.
            Duration off = (sameBoot ? byWall.minus(passed) : byWall).abs();
            boolean leapt = off.compareTo(LEAP) > 0;
            boolean jumped = leapt || sameBoot && off.compareTo(JUMP) > 0;
            return new LimitTime(now, wallNow, jumped ? now : even, leapt ? now.plus(DOUBT) : sure);
        }
    }

    private Optional<Mark> mark(Sql sql) throws SQLException {
        return sql.one(
                row -> new Mark(
                        Sql.time(row, "counted_us"),
                        Sql.time(row, "wall_us"),
                        row.getString("boot"),
                        row.getLong("nanos"),
                        Sql.time(row, "even_us"),
                        Sql.time(row, "sure_us")),
                "SELECT counted_us, wall_us, boot, nanos, even_us, sure_us FROM limit_clock WHERE host = ?",
                host);
    }

    LimitTime now(Sql sql, Instant wall) throws SQLException {
        return mark(sql)
                .map(last -> last.at(wall, uptime))
                .orElseGet(
                        () -> new LimitTime(wall.truncatedTo(ChronoUnit.MICROS), wall, Instant.EPOCH, Instant.EPOCH));
    }

    /** Sets the mark anew. To be done at each start, before the wall clock may jump, and with each grant. */
    void set(Sql sql, LimitTime now) throws SQLException {
        sql.update(
                """
                INSERT INTO limit_clock (host, counted_us, wall_us, boot, nanos, even_us, sure_us)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (host) DO UPDATE SET counted_us = excluded.counted_us, wall_us = excluded.wall_us,
                   boot = excluded.boot, nanos = excluded.nanos, even_us = excluded.even_us, sure_us = excluded.sure_us""", host, now.counted(), now.wall(), uptime.boot(), uptime.nanos(), now.evenSince(), now.sureFrom());
    }

    /**
     * Whether the mark is to be set anew: the wall clock has jumped since, so that a reboot would count the jump as
     * time, or the mark is old.
     */
    boolean stale(Sql sql, Instant wall) throws SQLException {
        Optional<Mark> mark = mark(sql);
        if (mark.isEmpty()) {
            return true;
        }
        LimitTime now = mark.get().at(wall, uptime);
        return !now.evenSince().equals(mark.get().even())
                || !now.sureFrom().equals(mark.get().sure())
                || !mark.get().counted().plus(MARK_AGE).isAfter(now.counted());
    }
}
