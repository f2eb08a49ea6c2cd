package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.CauseCatalogue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An archive that a server starts with: it always comes up, and says what is wrong. */
@Timeout(60)
final class ArchiveOpenerTest {
    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private Optional<Archive> started = Optional.empty();

    @AfterEach
    void close() {
        started.ifPresent(Archive::close);
    }

    @Test
    void isOpenAtOnceWhereNothingIsWrong() throws Exception {
        Archive archive = start(file());
        assertTrue(takeIn(archive, 1));
        assertEquals(Optional.empty(), archive.obstacle());
        assertEquals(new Archive.Condition(Optional.empty(), List.of(), 0), archive.condition());
    }

    @Test
    void movesADamagedFileAsideAndBeginsANewOne() throws Exception {
        byte[] torn = "torn".repeat(5000).getBytes(StandardCharsets.US_ASCII);
        Files.write(file(), torn);
        Files.write(folder.resolve("a.db-wal"), torn);

        Archive archive = start(file());

        assertTrue(takeIn(archive, 1));
        Archive.Condition condition = archive.condition();
        assertEquals(1, condition.begunAnew());
        assertTrue(condition.notes().get(0).startsWith("The archive was damaged on "), condition.toString());
        List<String> names = names();
        assertTrue(names.contains("a.db.damaged-20261122T120410Z"), names.toString());
        assertTrue(names.contains("a.db.damaged-20261122T120410Z-wal"), names.toString());
        assertEquals(torn.length, Files.size(folder.resolve("a.db.damaged-20261122T120410Z")));
        archive.close();

        Archive again = start(file());
        assertEquals(0, again.condition().begunAnew());
        assertTrue(
                again.condition().notes().get(0).contains("lies a.db.damaged-20261122T120410Z, which was moved"),
                again.condition().toString());
        assertEquals(
                1, again.incidents(IncidentQuery.of(DumpNames.ANY, 5)).items().size());
    }

    @Test
    void goesOnWithoutAnArchiveThatIsInUseAndOpensItWhenItIsFree() throws Exception {
        Archive first = Archive.open(new ArchiveSettings(file(), "vm", Retention.DEFAULT), clock);
        Archive second = start(file());

        ArchiveException refused = assertThrows(ArchiveException.class, () -> takeIn(second, 1));
        assertEquals(ArchiveException.Reason.UNAVAILABLE, refused.reason());
        assertTrue(second.obstacle().orElseThrow().contains("is in use by another process"), refused.toString());
        assertTrue(second.condition().trouble().isPresent());
        first.close();

        while (!second.condition().trouble().isEmpty()) {
            Thread.sleep(50);
        }
        assertTrue(takeIn(second, 1));
    }

    @Test
    void meetsTheLockByAnotherNameOfTheFile() throws Exception {
        try (Archive first = Archive.open(new ArchiveSettings(file(), "vm", Retention.DEFAULT), clock)) {
            Path link = Files.createSymbolicLink(folder.resolve("link.db"), file());
            ArchiveException refused = assertThrows(
                    ArchiveException.class,
                    () -> Archive.open(new ArchiveSettings(link, "vm", Retention.DEFAULT), clock));
            assertTrue(refused.getMessage().contains("is in use by another process"), refused.getMessage());
            assertTrue(takeIn(first, 1));
        }
    }

    @Test
    void leavesAnArchiveOfANewerVersionAndSaysSo() throws Exception {
        Archive.open(new ArchiveSettings(file(), "vm", Retention.DEFAULT), clock)
                .close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE schema_version SET version = 99");
        }

        Archive archive = start(file());

        assertTrue(archive.obstacle().orElseThrow().contains("has schema version 99"));
        assertEquals(0, archive.condition().begunAnew());
    }

    @Test
    void noticesARemovedFileBeforeItTakesAnythingAndWritesItAnew() throws Exception {
        Path file = folder.resolve("run").resolve("a.db");
        Archive archive = start(file);
        assertTrue(takeIn(archive, 1));
        delete(folder.resolve("run"));

        ArchiveException refused = assertThrows(ArchiveException.class, () -> takeIn(archive, 2));

        assertEquals(ArchiveException.Reason.UNAVAILABLE, refused.reason());
        assertTrue(refused.getMessage().contains("was removed or replaced"), refused.getMessage());
        while (archive.condition().begunAnew() == 0
                || archive.condition().trouble().isPresent()) {
            Thread.sleep(20);
        }
        assertTrue(takeIn(archive, 2));
        archive.close();
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
                "stacks are for the owner's eyes alone");
        Archive again = start(file);
        assertEquals(
                2,
                again.incident(1).orElseThrow().incident().alerts().size(),
                "what was in the removed file is in the new one");
    }

    @Test
    void leavesAFileAloneThatWasPutInItsPlace() throws Exception {
        Archive archive = start(file());
        assertTrue(takeIn(archive, 1));
        Files.delete(file());
        Files.deleteIfExists(folder.resolve("a.db-wal"));
        Files.deleteIfExists(folder.resolve("a.db-shm"));
        Archive.open(new ArchiveSettings(folder.resolve("other.db"), "vm", Retention.DEFAULT), clock)
                .close();
        Files.move(folder.resolve("other.db"), file());

        assertThrows(ArchiveException.class, () -> takeIn(archive, 2));

        while (archive.condition().begunAnew() == 0
                || archive.condition().trouble().isPresent()) {
            Thread.sleep(20);
        }
        assertTrue(takeIn(archive, 3));
        assertTrue(names().stream().anyMatch(name -> name.startsWith("a.db.removed-")), names().toString());
        assertEquals(
                1, archive.incidents(IncidentQuery.of(DumpNames.ANY, 5)).items().size(), "of the new file");
    }

    /** What a crash leaves is a log that was not taken into the file; here pages of it are torn. */
    @Test
    void saysWhatWasDroppedOfADamagedLog() throws Exception {
        Path crashed = folder.resolve("crashed.db");
        Path log = folder.resolve("crashed.db-wal");
        try (Archive first = Archive.open(new ArchiveSettings(file(), "vm", Retention.DEFAULT), clock)) {
            for (int i = 1; i <= 5; i++) {
                assertTrue(takeIn(first, i));
            }
            Files.copy(file(), crashed);
            Files.copy(folder.resolve("a.db-wal"), log);
        }
        byte[] whole = Files.readAllBytes(log);
        assertEquals(List.of(), notes(crashed), "of a log that is whole nothing is said");

        byte[] torn = whole.clone();
        torn[torn.length / 2] ^= 1;
        Files.copy(file(), crashed, StandardCopyOption.REPLACE_EXISTING);
        Files.write(log, torn);
        String dropped = notes(crashed).get(0);
        assertTrue(dropped.matches(".*its log was damaged: SQLite took [0-9]+ of [0-9]+ pages from it.*"), dropped);
        assertTrue(
                names().stream().anyMatch(name -> name.matches("crashed\\.db\\.damaged-[0-9TZ]+-wal")),
                names().toString());
        assertEquals(
                -1, Files.mismatch(folder.resolve("crashed.db.damaged-20261122T120410Z-wal"), torn(torn)), dropped);

        torn[0] ^= 1;
        Files.write(log, torn);
        clock.advance(Duration.ofSeconds(1));
        List<String> last = notes(crashed);
        assertTrue(last.get(last.size() - 1).contains("damaged at its beginning"), last.toString());
    }

    private Path torn(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("torn"), bytes);
    }

    private List<String> notes(Path file) throws Exception {
        Archive archive = start(file);
        try {
            assertTrue(archive.obstacle().isEmpty(), archive.condition().toString());
            return archive.condition().notes();
        } finally {
            archive.close();
        }
    }

    private Path file() {
        return folder.resolve("a.db");
    }

    private Archive start(Path file) {
        Archive archive = Archive.start(
                new ArchiveSettings(file, "vm", Retention.DEFAULT),
                clock,
                CauseCatalogue::standard,
                new Uptime(Uptime.unknownBoot(), System::nanoTime));
        started = Optional.of(archive);
        return archive;
    }

    private static boolean takeIn(Archive archive, long number) throws ArchiveException {
        return archive.takeIn(List.of(routed(firing(number, NOON)))).get(0).stored();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
