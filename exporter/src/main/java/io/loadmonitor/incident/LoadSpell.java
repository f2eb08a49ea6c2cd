package io.loadmonitor.incident;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A load that dumps which nobody asked for tell of. It begins with the first of them and lasts while further ones, or
 * load ticks at or above what they were compared with, come within {@link #HOLD} of the newest.
 *
 * @param last the newest evidence of it
 * @param level the lowest 1-minute load that one of its dumps was compared with
 * @param activeLevel the lowest number of active tasks that one was compared with
 */
public record LoadSpell(
        long id, long incident, Instant from, Instant last, OptionalDouble level, OptionalInt activeLevel)
        implements Spell {
    /**
     * Longer than the pause between two dumps of a load that stays (20 s at first), and than the time in which a
     * 1-minute average falls to its hundredth (4.6 minutes).
     */
    public static final Duration HOLD = Duration.ofMinutes(5);

    public LoadSpell {
        if (last.isBefore(from)) {
            throw new IllegalArgumentException("a load from " + from + " was last seen at " + last);
        }
    }

    @Override
    public Optional<Instant> to() {
        return Optional.of(last);
    }

    /** Whether it may still go on. */
    public boolean openAt(Instant now) {
        return last.plus(HOLD).isAfter(now);
    }

    boolean near(Instant time) {
        return !time.isBefore(from.minus(HOLD)) && !time.isAfter(last.plus(HOLD));
    }

    LoadSpell with(Instant time, OptionalDouble otherLevel, OptionalInt otherActive) {
        return new LoadSpell(
                id,
                incident,
                Times.earlier(from, time),
                Times.later(last, time),
                least(level, otherLevel),
                least(activeLevel, otherActive));
    }

    private static OptionalDouble least(OptionalDouble one, OptionalDouble other) {
        return one.isPresent() && other.isPresent()
                ? OptionalDouble.of(Math.min(one.getAsDouble(), other.getAsDouble()))
                : one.isPresent() ? one : other;
    }

    private static OptionalInt least(OptionalInt one, OptionalInt other) {
        return one.isPresent() && other.isPresent()
                ? OptionalInt.of(Math.min(one.getAsInt(), other.getAsInt()))
                : one.isPresent() ? one : other;
    }

    /** As long as the ticks, oldest first, show it. */
    LoadSpell during(Iterable<Tick> ticks) {
        Instant end = last;
        for (Tick tick : ticks) {
            if (tick.at().isAfter(end) && !tick.at().isAfter(end.plus(HOLD)) && shownBy(tick)) {
                end = tick.at();
            }
        }
        return new LoadSpell(id, incident, from, end, level, activeLevel);
    }

    private boolean shownBy(Tick tick) {
        return level.isPresent() && tick.load1().orElse(-1) >= level.getAsDouble()
                || activeLevel.isPresent() && tick.active().orElse(-1) >= activeLevel.getAsInt();
    }

    @Override
    public LoadSpell withIncident(long other) {
        return new LoadSpell(id, other, from, last, level, activeLevel);
    }
}
