package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ActiveTasksTest {
    private static final long SECOND = 1_000_000_000L;

    /**
     * kernel/sched/loadavg.c and fs/proc/loadavg.c in their own arithmetic, written apart from the class under test.
     */
    private static final class SimulatedKernel {
        private final long stepNanos;
        private long nextStepNanos;
        private long avenrun;

        SimulatedKernel(int timerHz, long firstStepNanos, double load) {
            this.stepNanos = (5L * timerHz + 1) * SECOND / timerHz;
            this.nextStepNanos = firstStepNanos;
            this.avenrun = (long) (load * 2048);
        }

        /** True when a step was taken on the way to {@code nanos}, of which there is at most one. */
        boolean advance(long nanos, int active) {
            if (nanos < nextStepNanos) {
                return false;
            }
            nextStepNanos += stepNanos;
            long fixed = active * 2048L;
            long next = avenrun * 1884 + fixed * (2048 - 1884);
            if (fixed >= avenrun) {
                next += 2047;
            }
            avenrun = next / 2048;
            return true;
        }

        String loadavg() {
            long shown = avenrun + 2048 / 200;
            return String.format("%d.%02d 0.00 0.00 1/94 5584%n", shown >> 11, ((shown & 2047) * 100) >> 11);
        }
    }

    @Test
    void tellsTheTickBeforeTheNewestWhereItDirectlyFollows() throws IOException {
        SimulatedKernel kernel = new SimulatedKernel(250, SECOND / 2, 0);
        ActiveTasks activeTasks = new ActiveTasks();
        activeTasks.feed(0, 0);
        for (long nanos = SECOND; nanos <= 11 * SECOND; nanos += SECOND) {
            kernel.advance(nanos, nanos < 5 * SECOND ? 8 : nanos < 10 * SECOND ? 3 : 5);
            activeTasks.feed(LoadAverage.parse(kernel.loadavg()).load1(), nanos);
            if (nanos == 4 * SECOND) {
                assertEquals(List.of(8), newestTwo(activeTasks, nanos));
            }
        }
        assertEquals(List.of(5, 3), newestTwo(activeTasks, 11 * SECOND));
        assertEquals(List.of(), newestTwo(activeTasks, 40 * SECOND), "too old to say anything");
        // After a gap nobody knows what was between the two.
        activeTasks.feed(1.00, 60 * SECOND);
        activeTasks.feed(1.56, 61 * SECOND);
        assertEquals(List.of(8), newestTwo(activeTasks, 61 * SECOND));
    }

    private static List<Integer> newestTwo(ActiveTasks activeTasks, long nanos) {
        return activeTasks.newestTwo(nanos).stream().map(LoadTick::active).toList();
    }

    @ParameterizedTest
    @CsvSource({"100, 1", "250, 2", "300, 3", "1000, 4", "250, 5", "1000, 6"})
    void findsTheNumberOfTasksAtEveryStepOfAChangingLoad(int timerHz, long seed) throws IOException {
        Random random = new Random(seed);
        SimulatedKernel kernel = new SimulatedKernel(timerHz, SECOND / 2 + random.nextInt(1_000_000_000), 0);
        ActiveTasks activeTasks = new ActiveTasks();
        int active = 0;
        int steps = 0;
        List<String> wrong = new ArrayList<>();
        long nanos = 0;
        activeTasks.feed(0, nanos);
        for (int sample = 0; sample < 5000; sample++) {
            nanos += SECOND + random.nextInt(100_000_000) - 50_000_000;
            if (random.nextInt(10) == 0) {
                active = random.nextInt(3) == 0 ? random.nextInt(400) : random.nextInt(12);
            }
            boolean stepped = kernel.advance(nanos, active);
            activeTasks.feed(LoadAverage.parse(kernel.loadavg()).load1(), nanos);
            Optional<LoadTick> newest = activeTasks.newest(nanos);
            if (stepped && steps++ > 2) {
                int expected = active;
                // A step that leaves the shown value unchanged is known only when it must have been.
                boolean seenNow =
                        newest.filter(tick -> tick.active() == expected).isPresent();
                if (!seenNow) {
                    wrong.add("sample " + sample + ": " + active + " tasks, " + newest);
                }
            }
        }
        assertTrue(steps > 900, "only " + steps + " steps");
        assertEquals(List.of(), wrong);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "4", "37"})
    void knowsASteadyLoadThatChangesNoDigit(int active) throws IOException {
        SimulatedKernel kernel = new SimulatedKernel(250, 3 * SECOND, active);
        ActiveTasks activeTasks = new ActiveTasks();
        for (int second = 0; second <= 300; second++) {
            kernel.advance(second * SECOND, active);
            activeTasks.feed(LoadAverage.parse(kernel.loadavg()).load1(), second * SECOND);
            if (second >= 6) {
                assertEquals(
                        active,
                        activeTasks.newest(second * SECOND).orElseThrow().active(),
                        "at " + second + " s");
            }
        }
    }

    @Test
    void knowsNothingBeforeAStep() {
        ActiveTasks activeTasks = new ActiveTasks();
        activeTasks.feed(4.42, 0);
        activeTasks.feed(4.42, SECOND);
        assertEquals(Optional.empty(), activeTasks.newest(SECOND));
    }

    @Test
    void startsAnewAfterAGapThatMayHideSteps() {
        ActiveTasks activeTasks = new ActiveTasks();
        activeTasks.feed(0.00, 0);
        activeTasks.feed(0.64, 15 * SECOND);
        assertEquals(Optional.empty(), activeTasks.newest(15 * SECOND));
    }

    @Test
    void givesNoNumberForAStepThatFitsNone() {
        ActiveTasks activeTasks = new ActiveTasks();
        activeTasks.feed(0.00, 0);
        activeTasks.feed(0.04, SECOND);
        assertEquals(Optional.empty(), activeTasks.newest(SECOND), "half a task would take it there");
    }

    @Test
    void forgetsWhatIsTooOld() {
        ActiveTasks activeTasks = new ActiveTasks();
        activeTasks.feed(0.00, 0);
        activeTasks.feed(0.08, SECOND);
        assertEquals(Optional.of(new LoadTick(1, 0.08, SECOND)), activeTasks.newest(11 * SECOND));
        assertEquals(Optional.empty(), activeTasks.newest(12 * SECOND));
    }

    @Test
    void ignoresASampleFromThePast() {
        ActiveTasks activeTasks = new ActiveTasks();
        activeTasks.feed(0.00, 5 * SECOND);
        activeTasks.feed(0.08, 4 * SECOND);
        assertEquals(Optional.empty(), activeTasks.newest(5 * SECOND));
    }
}
