package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.kernel.KernelModule;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.UninterruptibleLook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LoadWatchTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    Path proc;

    /** As the kernel steps from 0 with ten active tasks: 0.80, 1.54, 2.22. */
    @Test
    void makesASampleOfEachTickAndNoMore() throws IOException {
        LoadWatch watch = watch();
        List<LoadSample> samples = new ArrayList<>();
        for (int second = 0; second < 16; second++) {
            String load = second < 3 ? "0.00" : second < 8 ? "0.80" : second < 13 ? "1.54" : "2.22";
            Files.writeString(proc.resolve("loadavg"), load + " 0.10 0.05 11/94 8133\n");
            watch.look(second * 1_001_000_000L).ifPresent(samples::add);
        }

        assertEquals(
                List.of(
                        sample(OptionalInt.empty(), 0),
                        sample(OptionalInt.of(10), 0.8),
                        sample(OptionalInt.of(10), 1.54),
                        sample(OptionalInt.of(10), 2.22)),
                samples);
    }

    @Test
    void notesTheAverageWhereNoTickCanBeTold() throws IOException {
        LoadWatch watch = watch();
        Files.writeString(proc.resolve("loadavg"), "3.00 0.10 0.05 1/94 8133\n");
        watch.look(0);
        assertEquals(Optional.empty(), watch.look(1_000_000_000L));
        // Nobody looked for longer than a tick: which step led here is not known.
        Files.writeString(proc.resolve("loadavg"), "9.00 0.10 0.05 1/94 8133\n");
        assertEquals(
                Optional.of(new LoadSample(
                        NOON, OptionalInt.empty(), OptionalDouble.of(9), OptionalInt.of(0), OptionalInt.empty())),
                watch.look(20_000_000_000L));
    }

    private LoadWatch watch() {
        return new LoadWatch(
                new ProcFs(proc),
                new ActiveTasks(),
                new UninterruptibleLook(new ProcFs(proc)),
                new KernelModule(proc.resolve("sys"), proc.resolve("load_monitor")),
                Clock.fixed(NOON, ZoneOffset.UTC));
    }

    private static LoadSample sample(OptionalInt active, double load) {
        return new LoadSample(NOON, active, OptionalDouble.of(load), OptionalInt.of(10), OptionalInt.empty());
    }
}
