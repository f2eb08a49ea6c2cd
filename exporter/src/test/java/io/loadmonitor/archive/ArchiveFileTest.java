package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ArchiveFileTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("var").resolve("a.db");
    }

    @Test
    void isForItsOwnerAlone() throws Exception {
        try (Archive archive = open()) {
            archive.storeFound(DumpTexts.automatic(1, NOON));

            assertEquals("rwx------", permissions(file.getParent()));
            assertEquals("rw-------", permissions(file));
            assertEquals("rw-------", permissions(Path.of(file + "-wal")));
            assertEquals("rw-------", permissions(Path.of(file + "-shm")));
            assertEquals("rw-------", permissions(Path.of(file + ".lock")));
        }
    }

    @Test
    void takesReadingFromOthersWhereItWasAllowed() throws Exception {
        open().close();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        open().close();

        assertEquals("rw-------", permissions(file));
    }

    @Test
    void writesInWalModeFlushesEveryCommitAndCanShrink() throws Exception {
        open().close();
        try (Database database = Database.open(file)) {
            assertEquals(
                    "wal",
                    database.<String>write(sql -> sql.one(row -> row.getString(1), "PRAGMA journal_mode")
                            .orElseThrow()));
            assertEquals(2L, database.<Long>write(sql -> sql.number("PRAGMA synchronous")));
            assertEquals(2L, database.<Long>write(sql -> sql.number("PRAGMA auto_vacuum")));
            assertEquals(5000L, database.<Long>write(sql -> sql.number("PRAGMA busy_timeout")));
        }
    }

    @Test
    void isUsedByOneExporterAtATime() throws Exception {
        try (Archive first = open()) {
            ArchiveException refused = assertThrows(ArchiveException.class, this::open);

            assertEquals(
                    "the archive " + file + " is in use by another process, which holds " + file + ".lock",
                    refused.getMessage());
            first.totals();
        }
        open().close();
    }

    @Test
    void leavesAFileAloneThatIsNoDatabase() throws Exception {
        Files.createDirectories(file.getParent());
        byte[] content = "This is somebody's diary.\n".repeat(500).getBytes(StandardCharsets.UTF_8);
        Files.write(file, content);

        ArchiveException refused = assertThrows(ArchiveException.class, this::open);

        assertEquals(ArchiveException.Reason.DAMAGED, refused.reason());
        assertEquals("the file " + file + " is no SQLite database; it was left as it is", refused.getMessage());
        assertArrayEquals(content, Files.readAllBytes(file));
    }

    @Test
    void leavesAnotherProgramsDatabaseAlone() throws Exception {
        Files.createDirectories(file.getParent());
        sql("CREATE TABLE diary (text TEXT)");
        byte[] content = Files.readAllBytes(file);

        ArchiveException refused = assertThrows(ArchiveException.class, this::open);

        assertEquals(ArchiveException.Reason.CORRUPT, refused.reason());
        assertTrue(refused.getMessage().contains("no archive of load-monitor"), refused.getMessage());
        assertArrayEquals(content, Files.readAllBytes(file));
    }

    @Test
    void leavesADamagedArchiveAlone() throws Exception {
        fill();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int page = 3; page < 12; page++) {
                channel.write(ByteBuffer.wrap("torn".repeat(64).getBytes(StandardCharsets.US_ASCII)), page * 4096L);
            }
        }
        byte[] content = Files.readAllBytes(file);

        ArchiveException refused = assertThrows(ArchiveException.class, this::open);

        assertEquals(ArchiveException.Reason.DAMAGED, refused.reason());
        assertTrue(refused.getMessage().startsWith("the archive " + file + " is damaged ("), refused.getMessage());
        assertArrayEquals(content, Files.readAllBytes(file));
    }

    @Test
    void leavesAnArchiveAloneThatWasCutOff() throws Exception {
        fill();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2 + 100);
        }
        byte[] content = Files.readAllBytes(file);

        ArchiveException refused = assertThrows(ArchiveException.class, this::open);

        assertEquals(ArchiveException.Reason.DAMAGED, refused.reason());
        assertArrayEquals(content, Files.readAllBytes(file));
    }

    @Test
    void leavesAnArchiveOfANewerVersionAlone() throws Exception {
        open().close();
        sql("UPDATE schema_version SET version = 99");

        ArchiveException refused = assertThrows(ArchiveException.class, this::open);

        assertEquals(ArchiveException.Reason.CORRUPT, refused.reason());
        assertTrue(
                refused.getMessage().matches(".*has schema version 99, but this program knows only up to [0-9]+: .*"),
                refused.getMessage());
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT version FROM schema_version")) {
            assertEquals(99, row.getInt(1));
        }
    }

    @Test
    void opensAgainAfterARefusal() throws Exception {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "x".repeat(5000));
        assertThrows(ArchiveException.class, this::open);
        Files.delete(file);

        open().close();
    }

    @Test
    void saysThatTheFolderCannotBeMade() throws IOException {
        Files.writeString(folder.resolve("var"), "a file where the folder should be");

        ArchiveException refused = assertThrows(ArchiveException.class, this::open);

        assertEquals(
                "cannot open the archive " + file + ": " + folder.resolve("var") + " is no folder",
                refused.getMessage());
    }

    private void fill() throws ArchiveException {
        try (Archive archive = open()) {
            for (int i = 0; i < 40; i++) {
                archive.takeIn(List.of(routed(firing(i, NOON))));
                archive.storeFound(DumpTexts.automatic(i, NOON.plusSeconds(i)));
            }
        }
    }

    private Archive open() throws ArchiveException {
        return Archive.open(new ArchiveSettings(file, "vm", Retention.DEFAULT), new TestClock());
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file);
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = connect();
                Statement run = connection.createStatement()) {
            run.executeUpdate(statement);
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
