package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class WaitTest {
    private static final Duration PATIENCE = Duration.ofMillis(700);

    @Test
    void goesOnAsLongAsSomethingMoves() {
        AtomicInteger asked = new AtomicInteger();
        long start = System.nanoTime();
        int found = Wait.whileMoving(
                "the tenth answer",
                Progress.changing(() -> "asked " + asked.get()),
                PATIENCE,
                () -> Optional.of(asked.incrementAndGet()).filter(times -> times == 10),
                () -> "");
        assertEquals(10, found);
        assertTrue(System.nanoTime() - start > PATIENCE.toNanos(), "longer than it waits without progress");
    }

    @Test
    void saysWhatItExpectedWhatCameAndHowToRunItAgain() {
        AssertionError e = assertThrows(AssertionError.class, () -> SomeIT.waits());
        String message = String.valueOf(e.getMessage());
        assertTrue(
                message.startsWith("expected: the load is gone\ncame so far: load1, lowest 3.20\nnothing moved for "),
                message);
        assertTrue(message.contains("-Dit.test=SomeIT\nthe evidence"), message);
    }

    @Test
    void isNotHeldUpByALoadThatGoesUpAndDown() {
        Iterator<Double> load = List.of(8.0, 7.5, 7.9, 7.5, 7.6, 7.4).iterator();
        Progress falling = Progress.falling("load1", () -> OptionalDouble.of(load.next()));
        assertEquals(
                List.of(true, true, false, false, false, true),
                List.of(
                        falling.moved(),
                        falling.moved(),
                        falling.moved(),
                        falling.moved(),
                        falling.moved(),
                        falling.moved()));
        Iterator<Double> rising = List.of(1.0, 0.9, 1.1).iterator();
        Progress rises = Progress.rising("load1", () -> OptionalDouble.of(rising.next()));
        assertEquals(List.of(true, false, true), List.of(rises.moved(), rises.moved(), rises.moved()));
        assertEquals("load1, highest 1.10", rises.text());
    }

    @Test
    void knowsNothingOfALoadThatNobodyTells() {
        Progress falling = Progress.falling("load1", OptionalDouble::empty);
        assertTrue(falling.moved());
        assertEquals("load1 is not known", falling.text());
    }

    /** Stands for a test that waits in vain. */
    private static final class SomeIT {
        static void waits() {
            Wait.whileMoving(
                    "the load is gone",
                    Progress.falling("load1", () -> OptionalDouble.of(3.2)),
                    Duration.ofMillis(300),
                    Optional::empty,
                    () -> "the evidence");
        }
    }
}
