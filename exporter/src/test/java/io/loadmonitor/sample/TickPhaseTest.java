package io.loadmonitor.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TickPhaseTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;

    /** Looks when it is told to, somewhat late, at a kernel that has so many tasks active at each step. */
    private static final class Watch {
        final TickPhase phase = new TickPhase();
        final SimulatedLoad kernel;
        final Random random;
        final IntUnaryOperator active;
        final int lateMillis;
        long now = 77 * SECOND;
        int taken;
        int told;
        int looks;

        /** How long after the newest step it was told of. */
        long delay;

        boolean changed;
        long stepNanos;

        Watch(int timerHz, long seed, double load, int lateMillis, IntUnaryOperator active) {
            random = new Random(seed);
            kernel = new SimulatedLoad(timerHz, now + random.nextInt(5000) * MILLI, load);
            this.active = active;
            this.lateMillis = lateMillis;
        }

        void runUntilSteps(int steps) {
            while (taken < steps) {
                look();
            }
        }

        /** Until it should know of the newest step, visible or not. */
        void catchUp() {
            while (now < stepNanos + 40 * MILLI) {
                look();
            }
        }

        void look() {
            now = Math.max(now, phase.nextNanos()) + random.nextInt(lateMillis * 1000 + 1) * 1000L;
            while (kernel.nextNanos() <= now) {
                stepNanos = kernel.nextNanos();
                kernel.step(active.applyAsInt(taken));
                taken++;
            }
            looks++;
            TickPhase.Passed passed = phase.look(kernel.hundredths(), now);
            if (passed.steps() > 0) {
                told += passed.steps();
                changed = passed.changed();
                delay = now - stepNanos;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 250, 300, 1000})
    void seesEachStepSoonAfterIt(int timerHz) {
        for (int seed = 0; seed < 20; seed++) {
            Random tasks = new Random(seed);
            Watch watch = new Watch(timerHz, seed, 1, 1, step -> tasks.nextInt(64) + 3);
            watch.runUntilSteps(20);
            watch.catchUp();
            int before = watch.told - watch.taken;
            watch.looks = 0;
            for (int step = 21; step <= 120; step++) {
                watch.runUntilSteps(step);
                watch.catchUp();
                String again = timerHz + " Hz, seed " + seed + ", step " + step;
                assertEquals(before, watch.told - watch.taken, again);
                assertTrue(!watch.changed || watch.delay <= 5 * MILLI, again + ": " + watch.delay / MILLI + " ms");
            }
            assertTrue(watch.looks < 100 * 9, "looks: " + watch.looks);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 250, 1000})
    void countsStepsThatChangeNothingByTheirTime(int timerHz) {
        // Of 0.00 nothing is seen; ten minutes of it, and then a load.
        Watch watch = new Watch(timerHz, 3, 0, 1, step -> step < 120 ? 0 : 9);
        watch.runUntilSteps(119);
        assertEquals(119, watch.told, 2);
        watch.runUntilSteps(130);
        int told = watch.told;
        watch.runUntilSteps(200);
        watch.catchUp();
        assertEquals(70, watch.told - told, 1);
    }

    @Test
    void isRightAgainAfterAStop() {
        Watch watch = new Watch(250, 5, 1, 1, step -> step % 40 + 1);
        watch.runUntilSteps(20);
        watch.catchUp();
        int missed = watch.told;
        watch.now += 60 * SECOND;
        watch.look();
        assertEquals(12, watch.told - missed, 1);
        int told = watch.told - watch.taken;
        watch.runUntilSteps(watch.taken + 30);
        watch.catchUp();
        assertEquals(told, watch.told - watch.taken, 1);
        assertTrue(watch.delay <= 5 * MILLI, watch.delay / MILLI + " ms late");
    }

    @Test
    void goesOnWhereWhoLooksIsLate() {
        for (int seed = 0; seed < 20; seed++) {
            Random tasks = new Random(seed);
            Watch watch = new Watch(250, seed, 1, 400, step -> tasks.nextInt(20) + 1);
            watch.runUntilSteps(200);
            assertEquals(200, watch.told, 4, "seed " + seed);
        }
    }

    @Test
    void takesNoFurtherStepForOneThatCameLate() {
        TickPhase phase = new TickPhase();
        phase.look(100, 0);
        phase.look(100, 996 * MILLI);
        phase.look(110, 1_000 * MILLI);
        phase.look(110, 6_000 * MILLI);
        assertEquals(1, phase.look(120, 6_004 * MILLI).steps());
        // An idle kernel takes the next one when somebody wakes it.
        assertEquals(0, phase.look(120, 11_008 * MILLI).steps());
        assertEquals(1, phase.look(120, 11_030 * MILLI).steps());
        assertEquals(0, phase.look(131, 11_600 * MILLI).steps());
        assertEquals(1, phase.look(150, 16_012 * MILLI).steps());
    }
}
