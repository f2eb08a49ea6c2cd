package io.loadmonitor.incident;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Decides at each load tick whether a dump is to be taken by itself; the rules are the kernel module's (kmod/watch.c),
 * so that a host with the module and one without have the same dumps:
 *
 * <ul>
 *   <li>Whoever comes to its level or above crosses it, and a crossing always takes a dump. It has gone when it is a
 *       tenth below the level; so a load around the level is one crossing.
 *   <li>A load that stays takes another one after the cooldown, then after twice that, and so on up to {@link
 *       #LONGEST_WAIT}; but only while its cause is there: at least three quarters as many active tasks as the average
 *       says. A dump of a decaying average shows an empty scene.
 *   <li>Between two dumps lies the cooldown, whatever asks for them. A crossing that comes too soon, or that is
 *       refused, is late: it is tried at each tick, and is none any more once its cause has gone.
 *   <li>Another level begins anew.
 * </ul>
 *
 * A stall is looked at when the kernel tells of it, at most once in {@link Triggers#WINDOW}; it has gone when nothing
 * was told for {@link #STALL_GONE}. Knows no clock. For one thread.
 */
public final class CrossingWatch {
    /** So that hours of a load are kept, and not its last ten minutes. */
    static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /** Two load ticks: five of the kernel's windows. */
    static final Duration STALL_GONE = Duration.ofSeconds(10);

    private static final int MOST_DOUBLINGS = 16;

    private final Level active = new Level();
    private final Level load = new Level();
    private final Map<Stall, Level> stalls = new EnumMap<>(Stall.class);

    /** The last dump that any of them asked for. */
    private boolean asked;

    private long askedNanos;

    /** The last dump that came to its end was not taken. */
    private boolean failing;

    /** What crossed its level. */
    public enum Kind {
        LOAD,
        ACTIVE,
        PRESSURE
    }

    /** Asks for a dump; does not wait for it. */
    @FunctionalInterface
    public interface Asking {
        /**
         * @param reason the numbers that were compared, at most 63 printable characters
         * @return false when there can be none now: it is asked for again
         */
        boolean ask(Kind kind, String reason);
    }

    /** One thing that is watched. */
    private static final class Level {
        /** Another one begins anew; 0 for none. */
        private long level;
        /** At it or above since a dump was asked for because of it. */
        private boolean above;
        /** Crossed, but too close to another dump: no crossing any more when its cause has gone. */
        private boolean late;
        /** Dumps since the crossing. */
        private int repeats;
        /** The last dump that was asked for counts as a repeat of it. */
        private boolean last;
        /** Of a stall: when the kernel last told of it. */
        private long toldNanos;

        void reset() {
            above = false;
            late = false;
            repeats = 0;
            last = false;
        }
    }

    public CrossingWatch() {
        for (Stall stall : Stall.values()) {
            stalls.put(stall, new Level());
        }
    }

    /**
     * One load tick.
     *
     * @param nanos when, by any clock that never goes back, the same for all calls
     * @param tasks active tasks; empty where the tick told none: then nothing is known to be there still
     * @param average the 1-minute average after it
     */
    public void tick(long nanos, OptionalInt tasks, OptionalDouble average, Triggers triggers, Asking asking) {
        for (Map.Entry<Stall, Level> one : stalls.entrySet()) {
            Level stall = one.getValue();
            adopt(stall, triggers.pressure().getOrDefault(one.getKey(), 0));
            if (stall.above || stall.late) {
                if (nanos - stall.toldNanos >= STALL_GONE.toNanos()) {
                    stall.reset();
                }
            }
        }
        if (tasks.isPresent()) {
            look(
                    active,
                    nanos,
                    tasks.getAsInt(),
                    triggers.active().orElse(0),
                    true,
                    triggers.cooldown(),
                    () -> asking.ask(
                            Kind.ACTIVE,
                            "active " + tasks.getAsInt() + " >= "
                                    + triggers.active().orElse(0)));
        } else {
            adopt(active, triggers.active().orElse(0));
        }
        long level = hundredths(triggers.load().orElse(0));
        if (average.isPresent()) {
            long now = hundredths(average.getAsDouble());
            look(
                    load,
                    nanos,
                    now,
                    level,
                    tasks.isPresent() && tasks.getAsInt() * 400L >= now * 3,
                    triggers.cooldown(),
                    () -> asking.ask(
                            Kind.LOAD, "load " + Triggers.shown(now / 100.0) + " >= " + Triggers.shown(level / 100.0)));
        } else {
            adopt(load, level);
        }
    }

    /** The kernel tells that all tasks stalled for the share that it was to tell of. */
    public void stalled(long nanos, Stall stall, Triggers triggers, Asking asking) {
        int percent = triggers.pressure().getOrDefault(stall, 0);
        Level level = Objects.requireNonNull(stalls.get(stall), "every stall has one");
        level.toldNanos = nanos;
        // That it is told says that it is above its level, and there now.
        look(
                level,
                nanos,
                percent,
                percent,
                true,
                triggers.cooldown(),
                () -> asking.ask(Kind.PRESSURE, "pressure " + Triggers.shown(stall, percent)));
    }

    /** A dump was taken by itself at that time, by an earlier run or the module: the cooldown counts from it, too. */
    public void tookBefore(long nanos) {
        if (!asked || nanos - askedNanos > 0) {
            asked = true;
            askedNanos = nanos;
        }
    }

    /**
     * What was asked for last came to its end. One that was not taken does not make the wait for the next one longer;
     * but when several in a row were not, whatever is in their way is given ever more time, as by repeats.
     */
    public void ended(boolean taken) {
        everyLevel(level -> {
            if (!taken && !failing && level.last) {
                level.repeats--;
            }
        });
        failing = !taken;
    }

    private interface Asked {
        boolean ask();
    }

    /** The module's {@code lm_watch_look}. */
    private void look(
            Level watched, long nanos, long value, long level, boolean present, Duration cooldown, Asked asking) {
        adopt(watched, level);
        if (level == 0) {
            return;
        }
        if (value < level) {
            watched.late = false;
            if (value < level - level / 10) {
                watched.reset();
            }
            return;
        }
        boolean crossing = !watched.above;
        if (!present && (!crossing || watched.late)) {
            return;
        }
        if (!cooled(watched, nanos, cooldown) || !asking.ask()) {
            watched.late = crossing;
            return;
        }
        watched.above = true;
        watched.late = false;
        everyLevel(one -> {
            // It stands for all whose load stays: each waits twice as long for the next one.
            one.last = !crossing && one.above;
            if (one.last) {
                one.repeats++;
            }
        });
        asked = true;
        askedNanos = nanos;
    }

    private void adopt(Level watched, long level) {
        if (watched.level != level) {
            watched.reset();
            watched.level = level;
        }
    }

    private boolean cooled(Level watched, long nanos, Duration cooldown) {
        if (!asked) {
            return true;
        }
        long least = cooldown.toNanos();
        long wait = least << Math.min(watched.repeats, MOST_DOUBLINGS);
        return nanos - askedNanos >= Math.max(least, Math.min(wait, LONGEST_WAIT.toNanos()));
    }

    private void everyLevel(Consumer<Level> each) {
        each.accept(active);
        each.accept(load);
        stalls.values().forEach(each);
    }

    private static long hundredths(double average) {
        return Math.round(average * 100);
    }
}
