package io.loadmonitor.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive that an older version wrote, with real dumps; {@code version-1.md} tells where it comes from. */
final class UpgradeTest {
    private static final Path CAPTURES = Path.of("../kmod/tests/captures/6.1.0-56-cloud-amd64");
    private static final List<String> IN_ORDER = List.of(
            "threshold-busy-vfork",
            "manual-busy-vfork",
            "active-busy-vfork",
            "hostile-names",
            "frozen-filesystem",
            "truncated");

    private final TestClock clock = new TestClock();
    private Path file;
    private Archive archive;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        file = folder.resolve("archive.db");
        try (InputStream old = UpgradeTest.class.getResourceAsStream("version-1.db")) {
            Files.copy(old, file);
        }
        assertEquals(1, version());
        clock.set(Instant.parse("2026-11-22T15:10:00Z"));
        archive = Archive.open(new ArchiveSettings(file, "guest", Retention.DEFAULT), clock);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void keepsEveryTextByteForByte() throws Exception {
        assertTrue(version() > 1);
        for (int i = 0; i < IN_ORDER.size(); i++) {
            assertArrayEquals(
                    Files.readAllBytes(CAPTURES.resolve(IN_ORDER.get(i) + ".dump")),
                    archive.raw(i + 1).orElseThrow().toByteArray(),
                    IN_ORDER.get(i));
        }
        assertEquals(DumpState.FAILED, archive.dump(7).orElseThrow().summary().state());
        assertEquals(
                Optional.of("the source did not answer within 30 s"),
                archive.dump(7).orElseThrow().summary().failure());
    }

    @Test
    void explainsTheOldDumpsAndShowsThemInTheirIncident() throws Exception {
        IncidentDetail incident = archive.incident(1).orElseThrow();

        assertEquals(IncidentKind.ALERT, incident.incident().kind());
        assertEquals(
                List.of(1L, 2L, 3L),
                incident.dumps().stream().map(DumpSummary::id).limit(3).toList());
        for (long id = 1; id <= IN_ORDER.size(); id++) {
            ArchivedDump dump = archive.dump(id).orElseThrow();
            assertEquals(
                    dump.summary().tasks().getAsInt(),
                    dump.breakdown().orElseThrow().tasks());
            assertTrue(
                    dump.summary().headline().contains("(load 4."),
                    dump.summary().headline());
        }
    }

    @Test
    void findsTheOldDumpsByWhatTheyHold() throws Exception {
        // The exporter's housekeeping, every minute: a large archive is read anew little by little.
        archive.prune();

        assertEquals(
                List.of(1L),
                archive.incidents(IncidentQuery.of(DumpNames.ANY.withCause("vfork"), 10)).items().stream()
                        .map(Incident::id)
                        .toList());
        assertEquals(List.of(5L), dumps(DumpNames.ANY.withCause("frozen-filesystem")));
        assertEquals(List.of(3L, 2L, 1L), dumps(DumpNames.ANY.withFunction("kernel_clone")));
    }

    @Test
    void knowsWhatTheOldDumpsHadSeen() throws Exception {
        List<SeenSignature> vfork = archive.signatures(3).stream()
                .filter(seen -> seen.signature().frames().contains("kernel_clone"))
                .toList();

        assertEquals(1, vfork.size());
        SeenSignature.Earlier before = vfork.get(0).before().orElseThrow();
        assertEquals(2, before.dumps());
        assertEquals(Instant.parse("2026-11-22T14:49:57.643756Z"), before.first());
    }

    @Test
    void takesNewOnesIn() throws Exception {
        DumpSummary added = archive.storeFound(DumpTexts.automatic(900, Instant.parse("2026-11-22T15:09:00Z")))
                .orElseThrow();

        assertEquals(8, added.id());
        assertEquals(DumpState.COMPLETE, added.state());
    }

    private List<Long> dumps(DumpNames names) throws ArchiveException {
        return archive
                .dumps(new DumpQuery(Optional.empty(), Optional.empty(), Optional.empty(), names, Optional.empty(), 10))
                .items()
                .stream()
                .map(DumpSummary::id)
                .toList();
    }

    private int version() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                ResultSet row = connection.createStatement().executeQuery("SELECT version FROM schema_version")) {
            return row.getInt(1);
        }
    }
}
