package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.resolved;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.dump.RawDump;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RetentionTest {
    private static final int NOISE_BYTES = 150_000;
    private static final Duration MONTH = Duration.ofDays(30);

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private final AtomicLong usable = new AtomicLong(Long.MAX_VALUE);
    private final Random random = new Random(11);
    private Optional<Archive> opened = Optional.empty();

    @AfterEach
    void close() {
        opened.ifPresent(Archive::close);
    }

    @Test
    void keepsTheNewestDumpsByCount() throws Exception {
        Archive archive = open(new Retention(3, MONTH, 1 << 30, 0));
        for (int i = 1; i <= 5; i++) {
            archive.storeFound(DumpTexts.automatic(i, NOON.plusSeconds(i)));
        }

        archive.prune();

        assertEquals(List.of(5L, 4L, 3L), ids(archive));
        assertEquals(Optional.empty(), archive.raw(1));
        assertEquals(
                List.of(5L, 4L, 3L),
                archive.dumps(DumpQuery.of(DumpNames.ANY.withComm("vf"), 10)).items().stream()
                        .map(DumpSummary::id)
                        .toList());
    }

    @Test
    void neverGivesADumpTheNumberOfAPrunedOne() throws Exception {
        Archive archive = open(new Retention(1, Duration.ofHours(1), 1 << 30, 0));
        archive.storeFound(DumpTexts.automatic(1, NOON));
        clock.advance(Duration.ofHours(2));
        archive.prune();
        assertEquals(List.of(), ids(archive));

        assertEquals(
                2,
                archive.storeFound(DumpTexts.automatic(2, NOON)).orElseThrow().id());
    }

    @Test
    void deletesDumpsByAgeAndThenTheIncidentsWithoutDumps() throws Exception {
        Archive archive = open(new Retention(100, MONTH, Duration.ZERO, 1 << 30, 0, false));
        archive.takeIn(List.of(routed(firing(1, NOON))));
        archive.store(archive.beginNext().orElseThrow().dumpId(), DumpTexts.manual(1, NOON.plusSeconds(60)));
        archive.takeIn(List.of(routed(resolved(1, NOON, NOON.plusSeconds(40)))));
        clock.advance(MONTH.plusSeconds(30));
        archive.takeIn(List.of(routed(firing(2, clock.instant()))));
        archive.prune();
        assertEquals(List.of(2L, 1L), incidents(archive), "its dump is kept half a minute longer");

        clock.advance(Duration.ofSeconds(31));
        archive.prune();

        assertEquals(List.of(2L), incidents(archive));
        assertEquals(1, archive.totals().waiting(), "what waits is not touched");
    }

    @Test
    void keepsAnOldIncidentThatIsStillHeardOf() throws Exception {
        Archive archive = open(new Retention(100, MONTH, 1 << 30, 0));
        archive.takeIn(List.of(routed(firing(1, NOON))));
        archive.fail(archive.beginNext().orElseThrow().dumpId(), "no source");
        clock.advance(MONTH.minusSeconds(1));
        archive.takeIn(List.of(routed(firing(1, NOON))));
        clock.advance(Duration.ofDays(1));

        archive.prune();

        assertEquals(List.of(1L), incidents(archive));
    }

    @Test
    void keepsTheFileUnderItsBytesAndGivesSpaceBack() throws Exception {
        Archive archive = open(new Retention(1000, MONTH, 3 << 20, 0));
        for (int i = 1; i <= 30; i++) {
            archive.storeFound(large(i));
            if (i % 5 == 0) {
                archive.prune();
            }
        }

        assertTrue(archive.totals().bytes() <= 3 << 20, archive.totals().toString());
        assertTrue(archive.totals().dumps() >= 10, archive.totals().toString());
        assertEquals(30L, ids(archive).get(0));
        long before = Files.size(folder.resolve("a.db"));
        archive.close();
        archive = open(new Retention(1, MONTH, 3 << 20, 0));
        archive.prune();
        assertTrue(Files.size(folder.resolve("a.db")) < before / 4, "the file shrinks from " + before);
    }

    /** A runaway log of somebody else's is what fills a disk. */
    @Test
    void deletesNothingUnderTheFloorUnlessItIsToldTo() throws Exception {
        Archive archive = open(new Retention(1000, MONTH, 1 << 30, 1_000_000));
        for (int i = 1; i <= 30; i++) {
            archive.storeFound(large(i));
        }
        usable.set(999_999);

        archive.prune();
        assertThrows(ArchiveException.class, () -> archive.storeFound(large(31)));

        assertEquals(30, archive.totals().dumps());
        assertEquals(
                Map.of("max_age", 0L, "max_dumps", 0L, "max_size", 0L, "min_free_disk", 0L),
                archive.totals().pruned());
        archive.keep(new Retention(1000, MONTH, MONTH, 1 << 30, 1_000_000, true));
        assertEquals(10, archive.totals().dumps());
        assertEquals(20, archive.totals().pruned().get("min_free_disk"));
    }

    @Test
    void deletesNothingBecauseTheClockIsWrongForAMinute() throws Exception {
        Archive archive = open(new Retention(1000, MONTH, 1 << 30, 0));
        archive.storeFound(DumpTexts.automatic(1, NOON));
        clock.advance(Duration.ofHours(2));
        archive.prune();
        jumped = Duration.ofDays(40);
        clock.advance(jumped);
        archive.prune();
        clock.advance(Duration.ofMinutes(1));
        archive.prune();
        clock.advance(jumped.negated());
        jumped = Duration.ZERO;
        archive.prune();
        assertEquals(List.of(1L), ids(archive));

        clock.advance(MONTH);
        archive.prune();
        assertEquals(List.of(), ids(archive));
        assertEquals(1, archive.totals().pruned().get("max_age"));
    }

    /** A board without a clock of its own boots in 1970, dumps the storm of the boot, and is told the time. */
    @Test
    void keepsADumpFromBeforeTheClockWasSet() throws Exception {
        Archive archive = open(new Retention(1000, MONTH, 1 << 30, 0));
        archive.storeFound(DumpTexts.automatic(1, Instant.parse("1970-01-01T00:01:00Z")));
        clock.advance(MONTH.minusSeconds(1));
        archive.prune();
        assertEquals(List.of(1L), ids(archive));
        clock.advance(Duration.ofSeconds(2));
        archive.prune();
        assertEquals(List.of(), ids(archive));
    }

    @Test
    void makesRoomUnderTheFloorButKeepsTheNewestTen() throws Exception {
        Archive archive = open(new Retention(1000, MONTH, MONTH, 1 << 30, 1_000_000, true));
        for (int i = 1; i <= 60; i++) {
            archive.storeFound(large(i));
        }
        usable.set(999_999);

        archive.prune();

        assertEquals(List.of(60L, 59L, 58L, 57L, 56L, 55L, 54L, 53L, 52L, 51L), ids(archive));
        ArchiveException full =
                assertThrows(ArchiveException.class, () -> opened.orElseThrow().storeFound(large(61)));
        assertEquals(ArchiveException.Reason.FULL, full.reason());
        assertTrue(full.getMessage().contains("less than 1000000 bytes free"), full.getMessage());
        assertTrue(
                archive.takeIn(List.of(routed(firing(1, NOON)))).get(0).stored(), "alerts are small and still taken");
        usable.set(1_000_000);
        assertTrue(archive.storeFound(large(61)).isPresent());
    }

    /** The engine's own SQLITE_FULL, at the hard bound of twice the retention's bytes. */
    @Test
    void saysThatItIsFullAndLosesNothingThatItAccepted() throws Exception {
        Archive archive = open(new Retention(1000, MONTH, 1 << 20, 0));
        long accepted = 0;
        ArchiveException full;
        while (true) {
            try {
                archive.takeIn(List.of(routed(wordy(accepted), MONTH)));
                accepted++;
            } catch (ArchiveException e) {
                full = e;
                break;
            }
        }
        assertEquals(ArchiveException.Reason.FULL, full.reason());
        assertTrue(full.getMessage().contains("cannot grow, its disk or its own bound is full"), full.getMessage());
        assertTrue(accepted > 5, "accepted " + accepted);
        assertEquals(accepted, alerts(archive));
        archive.close();
        archive = open(new Retention(1000, MONTH, 1 << 20, 0));
        assertEquals(accepted, alerts(archive));

        archive.prune();

        assertTrue(
                archive.takeIn(List.of(routed(wordy(accepted), MONTH))).get(0).stored(), "pruning made room");
    }

    @Test
    void keepsTheTextWhenOnlyWhatItSaysFindsNoRoom() throws Exception {
        Archive archive = open(new Retention(1000, MONTH, 1 << 20, 0));
        int stored = 0;
        int unread = 0;
        while (unread == 0 && stored < 1000) {
            try {
                Optional<DumpSummary> summary = archive.storeFound(large(++stored));
                assertEquals(
                        Optional.of(large0(stored)),
                        archive.raw(summary.orElseThrow().id()));
                unread += summary.orElseThrow().headline().startsWith("The text is stored") ? 1 : 0;
            } catch (ArchiveException e) {
                assertEquals(ArchiveException.Reason.FULL, e.reason());
                break;
            }
        }
        assertFalse(stored >= 1000, "it never filled");
        assertEquals(ids(archive).size(), archive.totals().dumps());
    }

    @Test
    void appliesAnotherRetentionAtOnce() throws Exception {
        Archive archive = open(new Retention(1000, MONTH, 1 << 30, 0));
        for (int i = 1; i <= 30; i++) {
            archive.storeFound(large(i));
        }
        long before = archive.totals().bytes();
        assertTrue(before > 4 << 20, "" + before);

        archive.keep(new Retention(20, MONTH, 1 << 30, 0));
        assertEquals(20, archive.totals().dumps());
        archive.keep(new Retention(20, MONTH, 1 << 20, 0));
        assertTrue(archive.totals().bytes() <= 1 << 20, archive.totals().toString());
        usable.set(5);
        archive.keep(new Retention(20, MONTH, 1 << 20, 6));
        ArchiveException floor = assertThrows(ArchiveException.class, () -> archive.storeFound(large(31)));
        assertTrue(floor.getMessage().contains("less than 6 bytes free"), floor.getMessage());
    }

    @Test
    void movesTheHardBoundWithTheRetention() throws Exception {
        Archive archive = open(new Retention(1000, MONTH, 1 << 20, 0));
        long alerts = fill(archive, 0);
        assertTrue(Files.size(folder.resolve("a.db")) <= 2 << 20);

        archive.keep(new Retention(1000, MONTH, 4 << 20, 0));
        long more = fill(archive, alerts);
        assertTrue(more - alerts > 2 * alerts, alerts + " and then " + more);

        archive.keep(new Retention(1000, MONTH, 1 << 20, 0));
        assertTrue(Files.size(folder.resolve("a.db")) <= 1 << 20, "deleted what the smaller one does not keep");
        fill(archive, more);
        assertTrue(Files.size(folder.resolve("a.db")) <= 2 << 20, "and holds it");
    }

    /** Takes alerts in until the engine says that it is full. */
    private static long fill(Archive archive, long first) {
        for (long number = first; number < first + 10_000; number++) {
            try {
                archive.takeIn(List.of(routed(wordy(number), MONTH)));
            } catch (ArchiveException e) {
                assertEquals(ArchiveException.Reason.FULL, e.reason());
                return number;
            }
        }
        throw new AssertionError("it never filled");
    }

    /** They all fire at once, so they are of one incident. */
    private static long alerts(Archive archive) throws ArchiveException {
        return archive.incident(1).orElseThrow().incident().alerts().size();
    }

    private final Map<Integer, RawDump> texts = new HashMap<>();

    /** A dump that hardly compresses: some 200 kB. */
    private RawDump large(int id) {
        return texts.computeIfAbsent(id, number -> {
            byte[] noise = new byte[NOISE_BYTES];
            random.nextBytes(noise);
            String text = DumpTexts.of(number, "threshold", NOON.plusSeconds(number), "vf", "/", "f");
            return DumpTexts.raw(
                    text.replace("end id", "noise " + Base64.getEncoder().encodeToString(noise) + "\nend id"));
        });
    }

    private RawDump large0(int id) {
        return texts.get(id);
    }

    private static Alert wordy(long number) {
        Map<String, String> labels = new HashMap<>(Map.of("alertname", "LoadHigh"));
        for (int i = 0; i < 40; i++) {
            labels.put("l" + i, (number + "-").repeat(500));
        }
        return new Alert(
                String.format("%016x", number),
                Alert.Status.FIRING,
                labels,
                Map.of(),
                NOON,
                Optional.empty(),
                Optional.empty());
    }

    /** Goes on as the clock does, but for its jumps. */
    private LongSupplier nanos() {
        return () -> Duration.between(NOON, clock.instant().minus(jumped)).toNanos();
    }

    private Duration jumped = Duration.ZERO;

    private Archive open(Retention retention) throws ArchiveException {
        Archive archive = Archive.open(
                new ArchiveSettings(folder.resolve("a.db"), "vm", retention),
                clock,
                usable::get,
                DumpReading::of,
                nanos());
        opened = Optional.of(archive);
        return archive;
    }

    private static List<Long> ids(Archive archive) throws ArchiveException {
        return archive.dumps(DumpQuery.newest(500)).items().stream()
                .map(DumpSummary::id)
                .toList();
    }

    private static List<Long> incidents(Archive archive) throws ArchiveException {
        return archive.incidents(IncidentQuery.of(DumpNames.ANY, 500)).items().stream()
                .map(Incident::id)
                .toList();
    }
}
