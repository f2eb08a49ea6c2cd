package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.resolved;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.sample.LoadTickParts;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the load consisted of around incidents. */
final class PartsTest {
    private static final Duration QUARTER = Duration.ofMinutes(15);

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private Archive archive;

    @BeforeEach
    void open() throws ArchiveException {
        open("vm", Retention.DEFAULT);
    }

    private void open(String host, Retention retention) throws ArchiveException {
        archive = Archive.open(
                new ArchiveSettings(folder.resolve("a.db"), host, retention),
                clock,
                () -> Long.MAX_VALUE,
                DumpReading::of,
                clock::nanos);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void keepsAQuarterOfAnHourBeforeAnIncidentAndAfterIt() throws Exception {
        List<LoadTickParts> ticks = ticks(NOON.minusSeconds(3600), 1440);
        assertEquals(List.of(), archive.keepParts(ticks), "there is no incident");
        incident(NOON, NOON.plusSeconds(60));

        List<LoadTickParts> kept = archive.keepParts(ticks);

        assertEquals(NOON.minus(QUARTER), kept.get(0).at());
        assertEquals(
                NOON.plusSeconds(60).plus(QUARTER), kept.get(kept.size() - 1).at());
        assertEquals(kept, archive.keepParts(ticks), "again");
        assertEquals(kept, all());
        archive.close();
        open();
        assertEquals(kept, all());
    }

    @Test
    void keepsWhatWasSeenAndWhatWasNot() throws Exception {
        incident(NOON, NOON.plusSeconds(60));
        LoadTickParts blind =
                new LoadTickParts(NOON, OptionalInt.empty(), 1.25, Map.of(), Map.of("unseen", 1.25), false);
        LoadTickParts seen = new LoadTickParts(
                NOON.plusSeconds(5),
                OptionalInt.of(30),
                28.75,
                Map.of("ext4-journal", 24, "on-cpu", 5),
                Map.of("ext4-journal", 23.875, "nfs", 4.375, "unseen", 0.5),
                true);
        archive.keepParts(List.of(blind, seen));

        assertEquals(List.of(blind, seen), all());
    }

    @Test
    void keepsOfALongIncidentItsHighestTicksAndNotMoreThanAPictureNeeds() throws Exception {
        archive.takeIn(List.of(routed(firing(1, NOON))));
        Instant peak = NOON.plusSeconds(5 * 4321);
        for (int batch = 0; batch < 10_000; batch += 100) {
            List<LoadTickParts> ticks = new ArrayList<>();
            for (int i = batch; i < batch + 100; i++) {
                Instant at = NOON.plusSeconds(5L * i);
                ticks.add(tick(at, at.equals(peak) ? 99 : i % 7));
            }
            archive.keepParts(ticks);
            assertTrue(all().size() <= PartsTable.MOST_POINTS, () -> "points: " + size());
        }
        List<LoadTickParts> left = all();
        assertTrue(left.size() >= PartsTable.MOST_POINTS / 4, "points: " + left.size());
        assertTrue(left.stream().anyMatch(tick -> tick.at().equals(peak)), "the peak is left");
        for (int i = 1; i < left.size(); i++) {
            Duration gap = Duration.between(left.get(i - 1).at(), left.get(i).at());
            assertTrue(gap.toSeconds() < 2 * 160, "nothing is known for " + gap);
        }
    }

    @Test
    void goesWithItsIncidentAndNotWithItsTexts() throws Exception {
        archive.keep(new Retention(1000, Duration.ofDays(30), Duration.ofDays(60), 1 << 30, 0, false));
        long first = incident(NOON, NOON.plusSeconds(60));
        archive.storeFound(DumpTexts.automatic(1, NOON));
        archive.keepParts(ticks(NOON.minusSeconds(60), 24));
        clock.advance(Duration.ofDays(31));
        archive.prune();
        assertEquals(3, all().size(), "one a minute is left");
        incident(clock.instant(), clock.instant().plusSeconds(60));
        archive.keepParts(ticks(clock.instant(), 3));
        assertEquals(6, all().size());

        clock.advance(Duration.ofDays(31));
        archive.prune();

        assertTrue(archive.incident(first).isEmpty());
        assertEquals(1, all().size(), "that of the other incident");
    }

    @Test
    void hasNoMoreRowsThanItsShareOfTheBytes() throws Exception {
        archive.close();
        open("vm", new Retention(1000, Duration.ofDays(30), 1 << 20, 0));
        archive.takeIn(List.of(routed(firing(1, NOON))));
        archive.keepParts(ticks(NOON, 700));

        archive.prune();

        assertEquals(512, all().size());
        assertEquals(NOON.plusSeconds(5 * 699), all().get(511).at(), "the oldest went");
    }

    @Test
    void tellsNothingOfAnotherHost() throws Exception {
        archive.takeIn(
                List.of(new RoutedAlert(firing(1, NOON), routed(firing(1, NOON)).route(), true, Optional.empty())));
        assertEquals(List.of(), archive.keepParts(ticks(NOON, 3)));
    }

    @Test
    void goesOnUnderTheHostsNewName() throws Exception {
        incident(NOON, NOON.plusSeconds(60));
        List<LoadTickParts> kept = archive.keepParts(ticks(NOON, 3));
        archive.close();
        open("renamed", Retention.DEFAULT);
        assertEquals(kept, archive.parts("renamed", Instant.EPOCH, NOON.plusSeconds(3600)));
    }

    @Test
    void anOddRowSpoilsNoOther() throws Exception {
        incident(NOON, NOON.plusSeconds(60));
        List<LoadTickParts> kept = archive.keepParts(ticks(NOON, 5));
        List<String> odd = List.of("{\"nfs\":[1]}", "{\"nfs\":[1,99999999999]}", "[]", "no JSON");
        archive.close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("a.db"));
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < odd.size(); i++) {
                assertEquals(
                        1,
                        statement.executeUpdate("UPDATE load_parts SET parts = '" + odd.get(i) + "' WHERE time_us = "
                                + Sql.micros(kept.get(i).at())));
            }
        }
        open();
        assertEquals(kept.subList(4, 5), all());
    }

    private long incident(Instant began, Instant ended) throws ArchiveException {
        int alert = (int) began.getEpochSecond();
        long id = archive.takeIn(List.of(routed(firing(alert, began))))
                .get(0)
                .incidentId()
                .getAsLong();
        archive.takeIn(List.of(routed(resolved(alert, began, ended))));
        archive.fail(archive.beginNext().orElseThrow().dumpId(), "no reason");
        return id;
    }

    private List<LoadTickParts> all() throws ArchiveException {
        return archive.parts("vm", Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z"));
    }

    private String size() {
        try {
            return Integer.toString(all().size());
        } catch (ArchiveException e) {
            return e.toString();
        }
    }

    private static List<LoadTickParts> ticks(Instant from, int count) {
        List<LoadTickParts> ticks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ticks.add(tick(from.plusSeconds(5L * i), i % 64));
        }
        return ticks;
    }

    /** With numbers that floating point has exactly. */
    private static LoadTickParts tick(Instant at, int load) {
        return new LoadTickParts(
                at,
                OptionalInt.of(load),
                load + 0.5,
                load == 0 ? Map.of() : Map.of("nfs", load),
                load == 0 ? Map.of("unseen", 0.5) : Map.of("nfs", (double) load, "unseen", 0.5),
                true);
    }
}
