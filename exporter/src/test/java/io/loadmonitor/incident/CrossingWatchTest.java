package io.loadmonitor.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Tick by tick, 5 s apart; the scenes are those of the module's own test (kmod/tests). */
final class CrossingWatchTest {
    private static final Triggers BOTH =
            new Triggers(OptionalDouble.of(4), OptionalInt.of(50), Map.of(), Duration.ofSeconds(20));

    private final CrossingWatch watch = new CrossingWatch();
    private final List<String> asked = new ArrayList<>();
    private Triggers triggers = Triggers.DEFAULT;
    private boolean busy;
    private int tick;

    private void tick(int active, double load) {
        watch.tick(nanos(), OptionalInt.of(active), OptionalDouble.of(load), triggers, this::ask);
        tick++;
    }

    private void stalled(Stall stall) {
        watch.stalled(nanos(), stall, triggers, this::ask);
    }

    private boolean ask(CrossingWatch.Kind kind, String reason) {
        if (busy) {
            return false;
        }
        asked.add(tick * 5 + " s " + kind + ": " + reason);
        return true;
    }

    /** Near where the clock's number overflows. */
    private long nanos() {
        return Long.MAX_VALUE - 20_000_000_000L + tick * 5_000_000_000L;
    }

    private void assertAsked(String... all) {
        assertEquals(String.join("\n", all), String.join("\n", asked));
    }

    @Test
    void aCrossingTakesADumpAtOnce() {
        tick(10, 3.99);
        tick(10, 4.43);
        tick(10, 5.00);
        assertAsked("5 s LOAD: load 4.43 >= 4.00");
    }

    @Test
    void aLoadAroundItsLevelIsOneCrossing() {
        tick(4, 4.00);
        for (int i = 0; i < 20; i++) {
            tick(3, 3.99);
            tick(1, 3.60);
        }
        tick(1, 4.00);
        assertAsked("0 s LOAD: load 4.00 >= 4.00");
        tick(1, 3.59);
        tick(1, 4.00);
        assertAsked("0 s LOAD: load 4.00 >= 4.00", "215 s LOAD: load 4.00 >= 4.00");
    }

    @Test
    void aLoadThatStaysIsDumpedEverMoreSeldom() {
        ticksAt8(600);
        assertEquals(List.of(0, 20, 60, 140, 300, 620, 1220, 1820, 2420), secondsAsked());
    }

    @Test
    void aCooldownLongerThanTenMinutesIsKept() {
        triggers = new Triggers(OptionalDouble.of(4), OptionalInt.empty(), Map.of(), Duration.ofDays(1));
        for (int i = 0; i <= 2 * 17280; i++) {
            tick(8, 8.00);
        }
        assertAsked(
                "0 s LOAD: load 8.00 >= 4.00", "86400 s LOAD: load 8.00 >= 4.00", "172800 s LOAD: load 8.00 >= 4.00");
    }

    @Test
    void aDecayingAverageIsNotDumpedAgain() {
        tick(8, 8.00);
        for (int i = 0; i < 20; i++) {
            tick(5, 7.00);
        }
        assertAsked("0 s LOAD: load 8.00 >= 4.00");
        tick(6, 8.00);
        assertAsked("0 s LOAD: load 8.00 >= 4.00", "105 s LOAD: load 8.00 >= 4.00");
    }

    @Test
    void aCrossingIsDumpedThoughItsCauseHasJustGone() {
        tick(0, 4.10);
        assertAsked("0 s LOAD: load 4.10 >= 4.00");
    }

    @Test
    void aTickThatTellsNoTasksCanCrossButNotRepeat() {
        for (int i = 0; i < 10; i++) {
            watch.tick(nanos(), OptionalInt.empty(), OptionalDouble.of(9), BOTH, this::ask);
            tick++;
        }
        assertAsked("0 s LOAD: load 9.00 >= 4.00");
    }

    @Test
    void aLateCrossingIsNoneOnceItsCauseHasGone() {
        triggers = BOTH;
        tick(60, 3.00);
        tick(60, 7.00);
        tick(1, 6.00);
        tick(1, 6.00);
        for (int i = 0; i < 10; i++) {
            tick(1, 5.00);
        }
        assertAsked("0 s ACTIVE: active 60 >= 50");
    }

    @Test
    void aLateCrossingIsDumpedWhenItsCauseIsThere() {
        triggers = BOTH;
        tick(60, 3.00);
        for (int i = 0; i < 5; i++) {
            tick(20, 7.00);
        }
        assertAsked("0 s ACTIVE: active 60 >= 50", "20 s LOAD: load 7.00 >= 4.00");
    }

    @Test
    void oneDumpStandsForAllWhoseLoadStays() {
        triggers = BOTH;
        for (int i = 0; i < 40; i++) {
            tick(60, 20.00);
        }
        assertAsked(
                "0 s ACTIVE: active 60 >= 50",
                // The load crossed too soon after it, so its own crossing comes at the end of the cooldown.
                "20 s ACTIVE: active 60 >= 50",
                "40 s LOAD: load 20.00 >= 4.00",
                "60 s LOAD: load 20.00 >= 4.00",
                "100 s LOAD: load 20.00 >= 4.00",
                "180 s LOAD: load 20.00 >= 4.00");
    }

    @Test
    void whoIsRefusedAsksAgainAtTheNextTick() {
        busy = true;
        tick(8, 5.00);
        tick(8, 5.00);
        busy = false;
        tick(8, 5.10);
        tick(8, 5.20);
        assertAsked("10 s LOAD: load 5.10 >= 4.00");
    }

    @Test
    void whoIsRefusedUntilItsCauseHasGoneAsksNoMore() {
        busy = true;
        tick(8, 5.00);
        busy = false;
        tick(1, 4.90);
        assertAsked();
    }

    @Test
    void anotherLevelBeginsAnewAndTheSameOneDoesNot() {
        tick(8, 8.00);
        for (int i = 0; i < 5; i++) {
            tick(2, 8.00);
        }
        triggers = new Triggers(OptionalDouble.of(4), OptionalInt.empty(), Map.of(), Duration.ofSeconds(20));
        tick(2, 8.00);
        assertAsked("0 s LOAD: load 8.00 >= 4.00");
        triggers = new Triggers(OptionalDouble.of(6), OptionalInt.empty(), Map.of(), Duration.ofSeconds(20));
        tick(2, 8.00);
        assertAsked("0 s LOAD: load 8.00 >= 4.00", "35 s LOAD: load 8.00 >= 6.00");
    }

    @Test
    void isQuietWhereSomebodyElseWatchesAndBeginsAnewWhenHeHasGone() {
        Triggers own = BOTH;
        triggers = own.without(true, true);
        tick(60, 8.00);
        assertAsked();
        triggers = own.without(true, false);
        tick(60, 8.00);
        assertAsked("5 s ACTIVE: active 60 >= 50");
        triggers = own.without(false, true);
        watch.tookBefore(nanos() - 10_000_000_000L);
        for (int i = 0; i < 4; i++) {
            tick(60, 8.00);
        }
        assertAsked("5 s ACTIVE: active 60 >= 50", "25 s LOAD: load 8.00 >= 4.00");
    }

    @Test
    void keepsAwayFromADumpOfBefore() {
        watch.tookBefore(nanos() - 12_000_000_000L);
        watch.tookBefore(nanos() - 300_000_000_000L);
        for (int i = 0; i < 4; i++) {
            tick(8, 8.00);
        }
        assertAsked("10 s LOAD: load 8.00 >= 4.00");
    }

    @Test
    void aFailureMakesTheNextTryNoLater() {
        tick(8, 8.00);
        watch.ended(true);
        ticksAt8(4);
        watch.ended(false);
        ticksAt8(4);
        watch.ended(true);
        ticksAt8(8);
        watch.ended(false);
        ticksAt8(8);
        assertEquals(List.of(0, 20, 40, 80, 120), secondsAsked());
    }

    @Test
    void failuresInARowAreTriedEverMoreSeldom() {
        for (int i = 0; i < 100; i++) {
            int before = asked.size();
            tick(8, 8.00);
            if (asked.size() > before) {
                watch.ended(false);
            }
        }
        assertEquals(List.of(0, 20, 60, 140, 300), secondsAsked());
    }

    @Test
    void aFailureIsOfNoLoadThatBeganAnew() {
        ticksAt8(5);
        tick(1, 1.00);
        watch.ended(false);
        tick(8, 8.00);
        watch.ended(true);
        ticksAt8(16);
        assertEquals(List.of(0, 20, 40, 60, 100), secondsAsked());
    }

    private void ticksAt8(int count) {
        for (int i = 0; i < count; i++) {
            tick(8, 8.00);
        }
    }

    private List<Integer> secondsAsked() {
        return asked.stream()
                .map(one -> Integer.parseInt(one.substring(0, one.indexOf(' '))))
                .toList();
    }

    @Test
    void aStallIsDumpedAtOnceAndEverMoreSeldom() {
        triggers = new Triggers(
                OptionalDouble.empty(),
                OptionalInt.empty(),
                Map.of(Stall.MEMORY, 50, Stall.IO, 90),
                Duration.ofSeconds(20));
        for (int i = 0; i < 13; i++) {
            stalled(Stall.MEMORY);
            tick(1, 1.00);
        }
        assertAsked(
                "0 s PRESSURE: pressure memory full >= 50% of 2 s",
                "20 s PRESSURE: pressure memory full >= 50% of 2 s",
                "60 s PRESSURE: pressure memory full >= 50% of 2 s");
        asked.clear();
        // Not told for two ticks: it has gone, and the next one is a new one.
        for (int i = 0; i < 3; i++) {
            tick(1, 1.00);
        }
        tick += 4;
        stalled(Stall.MEMORY);
        stalled(Stall.IO);
        tick(1, 1.00);
        assertAsked("100 s PRESSURE: pressure memory full >= 50% of 2 s");
    }

    @Test
    void aStallThatNobodyWatchesAnyMoreIsNoReason() {
        stalled(Stall.IO);
        assertAsked();
    }

    @Test
    void saysWhatIsNoTrigger() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Triggers(OptionalDouble.of(0), OptionalInt.empty(), Map.of(), Duration.ZERO));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Triggers(OptionalDouble.empty(), OptionalInt.of(0), Map.of(), Duration.ZERO));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Triggers(OptionalDouble.empty(), OptionalInt.empty(), Map.of(Stall.IO, 101), Duration.ZERO));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Triggers(OptionalDouble.empty(), OptionalInt.empty(), Map.of(), Duration.ofSeconds(-1)));
    }
}
