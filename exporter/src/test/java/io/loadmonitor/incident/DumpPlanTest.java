package io.loadmonitor.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.incident.DumpPlan.Dump;
import io.loadmonitor.incident.DumpPlan.State;
import io.loadmonitor.incident.DumpPlan.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class DumpPlanTest {
    private static final Instant BEGAN = Instant.parse("2026-11-30T12:00:00Z");

    @Test
    void comesAfterOneFiveAndFifteenMinutes() {
        List<Dump> dumps = new ArrayList<>(List.of(taken(10)));
        List<Long> due = new ArrayList<>();
        for (long second = 10; second < 3600; second += 5) {
            if (why(dumps, second).isPresent()) {
                due.add(second);
                dumps.add(taken(second));
            }
        }
        assertEquals(List.of(70L, 310L, 910L), due);
    }

    @Test
    void countsADumpThatCameForAnotherReason() {
        assertEquals(Optional.empty(), why(List.of(taken(0), taken(61)), 120));
        assertEquals(Optional.of(Why.AFTER), why(List.of(taken(0), taken(59)), 120));
    }

    @Test
    void asksOnceForAllThatARestartMissed() {
        assertEquals(Optional.of(Why.AFTER), why(List.of(taken(0)), 1000));
        assertEquals(Optional.empty(), why(List.of(taken(0), taken(1000)), 1100));
    }

    @Test
    void comesWhenTheLoadGrowsByHalfAndWhenItFalls() {
        List<Dump> dumps = List.of(taken(0, 10, 4));
        assertEquals(Optional.empty(), why(dumps, 40, 14, 4));
        assertEquals(Optional.of(Why.GREW), why(dumps, 40, 15, 4));
        assertEquals(Optional.of(Why.GREW), why(dumps, 40, 10, 6), "those in D alone");
        assertEquals(Optional.empty(), why(dumps, 40, 7, 4));
        assertEquals(Optional.of(Why.FELL), why(dumps, 40, 6, 4));
        assertEquals(Optional.of(Why.FELL), why(dumps, 40, 10, 2));
        assertEquals(
                "15 active, 10 in the last dump",
                due(dumps, 40, 15, 4).orElseThrow().toString());
        assertEquals(Optional.empty(), why(List.of(taken(0, 1, 0)), 40, 2, 0), "one task more is no change");
    }

    @Test
    void leavesTheSpacingBetweenTwo() {
        assertEquals(Optional.empty(), why(List.of(taken(0, 10, 4)), 29, 50, 4));
        assertEquals(Optional.of(Why.GREW), why(List.of(taken(0, 10, 4)), 30, 50, 4));
    }

    @Test
    void waitsWhileOneWaits() {
        assertEquals(Optional.empty(), why(List.of(taken(0), dump(State.WAITING, 60)), 1000));
    }

    @Test
    void triesAFailedOneAgainAfterOneTwoAndFiveMinutes() {
        List<Dump> dumps = new ArrayList<>(List.of(dump(State.FAILED, 0)));
        List<Long> due = new ArrayList<>();
        for (long second = 0; second < 1400; second += 5) {
            if (why(dumps, second).equals(Optional.of(Why.RETRY))) {
                due.add(second);
                dumps.add(dump(State.FAILED, second));
            }
        }
        assertEquals(List.of(60L, 180L, 480L, 780L, 1080L, 1380L), due);
    }

    @Test
    void takesTheOneThatWasPutOffWhenTheSpacingIsOver() {
        DumpPlan putOff = new DumpPlan(List.of(BEGAN.plusSeconds(5)), List.of(taken(0)));
        assertEquals(Optional.empty(), putOff.due(FollowUp.DEFAULT, Optional.empty(), BEGAN.plusSeconds(29)));
        assertEquals(
                Optional.of(Why.PUT_OFF),
                putOff.due(FollowUp.DEFAULT, Optional.empty(), BEGAN.plusSeconds(30))
                        .map(DumpPlan.Due::why));
        DumpPlan later = new DumpPlan(List.of(BEGAN.plusSeconds(5)), List.of(taken(0), taken(6)));
        assertEquals(Optional.empty(), later.due(FollowUp.DEFAULT, Optional.empty(), BEGAN.plusSeconds(40)));
        DumpPlan none = new DumpPlan(List.of(BEGAN), List.of());
        assertEquals(
                Optional.of(Why.PUT_OFF),
                none.due(FollowUp.DEFAULT, Optional.empty(), BEGAN.plusSeconds(5))
                        .map(DumpPlan.Due::why));
    }

    @Test
    void endsWithTheMostThatAreAllowed() {
        List<Dump> dumps = new ArrayList<>();
        int asked = 0;
        for (long second = 0; second < 36_000; second += 5) {
            boolean high = second / 60 % 2 == 0;
            if (dumps.isEmpty() || why(dumps, second, high ? 100 : 10, 0).isPresent()) {
                asked++;
                dumps.add(taken(second, high ? 100 : 10, 0));
            }
        }
        assertEquals(FollowUp.DEFAULT.most(), asked);
        assertEquals(
                Optional.empty(),
                new DumpPlan(List.of(), List.of(dump(State.FAILED, 0)))
                        .due(FollowUp.NONE, Optional.empty(), BEGAN.plus(Duration.ofHours(1))));
    }

    @Test
    void takesAFirstDumpThatWasPutOffWhereNoFurtherOnesAreWanted() {
        assertEquals(
                Optional.of(Why.PUT_OFF),
                new DumpPlan(List.of(BEGAN), List.of())
                        .due(FollowUp.NONE, Optional.empty(), BEGAN.plusSeconds(5))
                        .map(DumpPlan.Due::why));
        assertEquals(
                Optional.empty(),
                new DumpPlan(List.of(BEGAN.plusSeconds(60)), List.of(taken(0, 10, 0)))
                        .due(FollowUp.NONE, Optional.empty(), BEGAN.plus(Duration.ofHours(1))));
    }

    private static Optional<Why> why(List<Dump> dumps, long second) {
        return new DumpPlan(List.of(), dumps)
                .due(FollowUp.DEFAULT, Optional.empty(), BEGAN.plusSeconds(second))
                .map(DumpPlan.Due::why);
    }

    private static Optional<Why> why(List<Dump> dumps, long second, int active, int uninterruptible) {
        return due(dumps, second, active, uninterruptible).map(DumpPlan.Due::why);
    }

    private static Optional<DumpPlan.Due> due(List<Dump> dumps, long second, int active, int uninterruptible) {
        Instant now = BEGAN.plusSeconds(second);
        Tick tick = new Tick(now, OptionalDouble.of(1), OptionalInt.of(active), OptionalInt.of(uninterruptible));
        return new DumpPlan(List.of(), dumps).due(FollowUp.DEFAULT, Optional.of(tick), now);
    }

    private static Dump taken(long second) {
        return dump(State.TAKEN, second);
    }

    private static Dump taken(long second, int active, int uninterruptible) {
        return new Dump(
                State.TAKEN, BEGAN.plusSeconds(second), OptionalInt.of(active), OptionalInt.of(uninterruptible));
    }

    private static Dump dump(State state, long second) {
        return new Dump(state, BEGAN.plusSeconds(second), OptionalInt.empty(), OptionalInt.empty());
    }
}
