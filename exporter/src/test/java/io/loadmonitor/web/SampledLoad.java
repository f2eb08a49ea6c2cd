package io.loadmonitor.web;

import io.loadmonitor.sample.LoadMoment;
import io.loadmonitor.sample.LoadParts;
import io.loadmonitor.sample.LoadTickParts;
import io.loadmonitor.sample.TaskCounts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** A load of 28.71 by two causes, seen at two ticks. */
enum SampledLoad implements LoadSource {
    INSTANCE;

    private static final Instant AT = Instant.parse("2026-11-22T12:04:05.004Z");

    @Override
    public LoadMoment now() {
        return new LoadMoment("db1", "bpf", 10.5, 3.25, parts());
    }

    private static LoadParts parts() {
        return new LoadParts(
                28.71,
                Map.of("ext4-journal", 23.8, "on-cpu", 4.41, "unseen", 0.5),
                Map.of("/system.slice/db.service", 28.2, "other", 0.01, "unseen", 0.5),
                Map.of("/system.slice/db.service", 24),
                Map.of("ext4-journal", 1200.0, "on-cpu", 240.0, "unseen", 12.0),
                new TaskCounts(
                        Map.of("ext4-journal", 24, "on-cpu", 5),
                        Map.of("/system.slice/db.service", 29),
                        Map.of("/system.slice/db.service", 24),
                        Map.of("db", 29)),
                OptionalDouble.of(5.004));
    }

    @Override
    public List<LoadTickParts> ticks() {
        return List.of(
                new LoadTickParts(
                        AT, OptionalInt.empty(), 28.6, Map.of("ext4-journal", 24), Map.of("ext4-journal", 28.6), false),
                new LoadTickParts(
                        AT.plusSeconds(5),
                        OptionalInt.of(30),
                        28.71,
                        Map.of("ext4-journal", 24, "on-cpu", 5),
                        Map.of("ext4-journal", 23.8, "on-cpu", 4.41, "unseen", 0.5),
                        true));
    }
}
