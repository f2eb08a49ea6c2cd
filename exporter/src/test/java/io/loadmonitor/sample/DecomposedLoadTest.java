package io.loadmonitor.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class DecomposedLoadTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long PERIOD = 5_004_000_000L;
    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

    /** A kernel with a load, and who looks at each of its steps. */
    private static final class Host {
        final SimulatedLoad kernel;
        final DecomposedLoad load = new DecomposedLoad();
        long nanos = SECOND;

        Host(double before) {
            kernel = new SimulatedLoad(250, 0, before);
        }

        /** One step. */
        void step(int active, TaskCounts seen) {
            nanos += PERIOD;
            kernel.step(active);
            load.look(seen, nanos);
            load.step(1, OptionalInt.of(active), shown(), nanos, START.plusNanos(nanos));
        }

        double shown() {
            return kernel.hundredths() / 100.0;
        }

        LoadParts now() {
            return load.now(shown());
        }
    }

    private static TaskCounts causes(Map<String, Integer> counts) {
        return new TaskCounts(counts, Map.of(), Map.of(), Map.of());
    }

    private static double sum(Map<String, ? extends Number> parts) {
        return parts.values().stream().mapToDouble(Number::doubleValue).sum();
    }

    @Test
    void dampsEachCauseAsTheKernelDampsItsAverage() {
        Host host = new Host(0);
        SimulatedLoad journal = new SimulatedLoad(250, 0, 0);
        SimulatedLoad cpu = new SimulatedLoad(250, 0, 0);
        for (int step = 0; step < 200; step++) {
            int waiting = step < 80 ? 14 : 2;
            int running = step % 7;
            host.step(waiting + running, causes(Map.of("ext4-journal", waiting, "on-cpu", running)));
            journal.step(waiting);
            cpu.step(running);
            LoadParts parts = host.now();
            // The kernel rounds its one number up, and so each of these.
            assertEquals(journal.hundredths() / 100.0, parts.byCause().get("ext4-journal"), 0.02, "step " + step);
            assertEquals(cpu.hundredths() / 100.0, parts.byCause().get("on-cpu"), 0.02, "step " + step);
            assertEquals(0, parts.byCause().get(DecomposedLoad.UNSEEN), 0.03, "step " + step);
            assertEquals(host.shown(), sum(parts.byCause()), 1e-9, "step " + step);
        }
    }

    @Test
    void sumsToTheAverageWhateverIsSeen() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Host host = new Host(random.nextInt(40));
            for (int step = 0; step < 60; step++) {
                Map<String, Integer> seen = new HashMap<>();
                Map<String, Integer> groups = new HashMap<>();
                int kinds = random.nextInt(6);
                for (int i = 0; i < kinds; i++) {
                    seen.put("cause-" + random.nextInt(10), random.nextInt(30));
                    groups.put("/g" + random.nextInt(40), random.nextInt(5));
                }
                host.step(random.nextInt(60), new TaskCounts(seen, groups, groups, Map.of()));
                LoadParts parts = host.now();
                String again = "seed " + seed + ", step " + step;
                assertEquals(host.shown(), sum(parts.byCause()), 1e-9, again);
                assertEquals(host.shown(), sum(parts.byCgroup()), 1e-6, again);
                assertTrue(parts.byCause().values().stream().allMatch(part -> part >= 0), again + ": " + parts);
                assertTrue(parts.byCgroup().values().stream().allMatch(part -> part >= 0), again + ": " + parts);
                assertTrue(parts.byCgroup().size() <= DecomposedLoad.CGROUPS + 2, again);
                // Also when the average has moved on, and nobody has told yet.
                double later = random.nextInt(4000) / 100.0;
                assertEquals(later, sum(host.load.now(later).byCause()), 1e-9, again);
                assertEquals(later, sum(host.load.now(later).byCgroup()), 1e-6, again);
            }
        }
    }

    @Test
    void callsUnseenWhatTheKernelCountedAndNobodySaw() {
        Host host = new Host(0);
        for (int step = 0; step < 300; step++) {
            host.step(10, causes(Map.of("nfs", 7)));
        }
        assertEquals(7, host.now().byCause().get("nfs"), 0.05);
        assertEquals(3, host.now().byCause().get(DecomposedLoad.UNSEEN), 0.05);
        assertEquals(7 * 299 * 5.004, host.now().taskSeconds().get("nfs"), 1);
        assertEquals(3 * 299 * 5.004, host.now().taskSeconds().get(DecomposedLoad.UNSEEN), 1);
    }

    @Test
    void sharesTheKernelsNumberAmongMoreThanItHadCounted() {
        Host host = new Host(0);
        for (int step = 0; step < 300; step++) {
            host.step(10, causes(Map.of("nfs", 15, "on-cpu", 5)));
        }
        assertEquals(7.5, host.now().byCause().get("nfs"), 0.05);
        assertEquals(2.5, host.now().byCause().get("on-cpu"), 0.05);
        // Three ticks' worth is taken for what came between the kernel's count and the look.
        assertEquals(10 * 301 * 5.004, sum(host.now().taskSeconds()), 1);
    }

    @Test
    void makesUpForTasksThatAreInTheCountOrInTheLookAlone() {
        Random random = new Random(11);
        Host host = new Host(0);
        double counted = 0;
        for (int step = 0; step < 2000; step++) {
            int active = 8 + random.nextInt(5);
            host.step(active, causes(Map.of("on-cpu", 8 + random.nextInt(5))));
            counted += step == 0 ? 0 : active * 5.004;
            if (step > 100) {
                double unseen = host.now().byCause().get(DecomposedLoad.UNSEEN);
                assertTrue(unseen < 0.15 * host.shown(), "step " + step + ": " + unseen);
            }
        }
        Map<String, Double> seconds = host.now().taskSeconds();
        assertEquals(counted, sum(seconds), 0.01 * counted);
        assertTrue(seconds.get(DecomposedLoad.UNSEEN) < 0.03 * counted, seconds.toString());
    }

    @Test
    void knowsNothingOfTheLoadBeforeItsStart() {
        Host host = new Host(30);
        assertEquals(Map.of(DecomposedLoad.UNSEEN, 30.0), host.load.now(30.0).byCause());
        host.step(4, causes(Map.of("on-cpu", 4)));
        assertEquals(4 * 164 / 2048.0, host.now().byCause().get("on-cpu"), 1e-9);
        assertEquals(host.shown(), sum(host.now().byCause()), 1e-9);
    }

    @Test
    void takesTheLastLookForTrueBetweenTwoButNotForEver() {
        DecomposedLoad load = new DecomposedLoad();
        load.look(causes(Map.of("nfs", 5)), SECOND);
        double average = 0;
        for (int step = 1; step <= 200; step++) {
            average = average * DampedShares.KEPT + 5 * (1 - DampedShares.KEPT);
            load.step(1, OptionalInt.of(5), average, step * PERIOD, START);
        }
        // 300 s are 60 steps; then it decays, and what the kernel counts is unseen.
        double nfs = load.now(average).byCause().get("nfs");
        assertTrue(nfs < 0.001, "nfs " + nfs);
        assertEquals(5, load.now(average).byCause().get(DecomposedLoad.UNSEEN), 0.01);
        assertEquals(60 * 5 * 5.004, load.now(average).taskSeconds().get("nfs"), 60);
        assertTrue(load.ticks().get(0).looked());
        assertFalse(load.ticks().get(1).looked());
    }

    @Test
    void saysOfEachTickWhetherSomebodyLookedAtIt() {
        DecomposedLoad load = new DecomposedLoad();
        // A look comes a moment after the tick that is told with it.
        load.look(causes(Map.of("nfs", 5)), PERIOD + 2_000_000);
        load.step(1, OptionalInt.of(5), 0.4, PERIOD, START);
        load.step(1, OptionalInt.of(5), 0.8, 2 * PERIOD, START);
        load.look(causes(Map.of("nfs", 5)), 3 * PERIOD + 2_000_000);
        load.step(1, OptionalInt.of(5), 1.2, 3 * PERIOD, START);
        assertEquals(
                List.of(true, false, true),
                load.ticks().stream().map(LoadTickParts::looked).toList());
    }

    @Test
    void forgetsACauseAnHourAfterItWasSeen() {
        Host host = new Host(0);
        host.step(5, causes(Map.of("nfs", 5)));
        for (int step = 0; step < 715; step++) {
            host.step(1, causes(Map.of("on-cpu", 1)));
        }
        assertTrue(host.now().byCause().containsKey("nfs"), host.now().byCause().toString());
        assertTrue(host.now().taskSeconds().containsKey("nfs"));
        for (int step = 0; step < 10; step++) {
            host.step(1, causes(Map.of("on-cpu", 1)));
        }
        assertFalse(
                host.now().byCause().containsKey("nfs"), host.now().byCause().toString());
        assertFalse(host.now().taskSeconds().containsKey("nfs"));
    }

    @Test
    void keepsTwoHoursAndSaysHowFarItsLooksAreApart() {
        Host host = new Host(0);
        assertEquals(OptionalDouble.empty(), host.now().intervalSeconds());
        for (int step = 0; step < 2000; step++) {
            host.step(2, new TaskCounts(Map.of("nfs", 2), Map.of("/a", 2), Map.of("/a", 1), Map.of()));
        }
        assertEquals(1440, host.load.ticks().size());
        assertEquals(5.004, host.now().intervalSeconds().orElseThrow(), 1e-9);
        LoadTickParts newest = host.load.ticks().get(1439);
        assertEquals(Map.of("nfs", 2), newest.tasks());
        assertEquals(
                host.shown(),
                newest.load1ByCause().values().stream().mapToDouble(x -> x).sum(),
                1e-9);
        assertEquals(Map.of("/a", 1), host.now().uninterruptibleByCgroup());
    }

    @Test
    void skipsStepsThatNobodySaw() {
        DecomposedLoad load = new DecomposedLoad();
        load.look(causes(Map.of("nfs", 10)), SECOND);
        load.step(1, OptionalInt.of(10), 0.8, SECOND, START);
        assertEquals(10 * 164 / 2048.0, load.now(100).byCause().get("nfs"), 0.001);
        load.look(causes(Map.of()), 62 * SECOND);
        load.step(12, OptionalInt.empty(), 0.3, 62 * SECOND, START);
        assertEquals(
                10 * 164 / 2048.0 * Math.pow(1884 / 2048.0, 12),
                load.now(100).byCause().get("nfs"),
                0.001);
    }
}
