package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ArchivePlaceTest {
    private static final Path NOT_THERE = Path.of("/proc/self/nothing");

    @Test
    void flagComesFirst(@TempDir Path folder) {
        Path flag = folder.resolve("a.db");
        assertEquals(
                flag,
                ArchivePlace.choose(flag, Map.of("STATE_DIRECTORY", "/x"), folder)
                        .file());
    }

    @Test
    void takesTheFirstFolderThatSystemdGives(@TempDir Path folder) {
        ArchivePlace place = ArchivePlace.choose(null, Map.of("STATE_DIRECTORY", "/var/lib/a:/var/lib/b"), folder);
        assertEquals(Path.of("/var/lib/a/archive.db"), place.file());
    }

    @Test
    void takesTheSystemsFolderWhereItMayBeWritten(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("load-monitor/archive.db");
        assertEquals(
                file,
                ArchivePlace.choose(null, Map.of("XDG_STATE_HOME", "/x"), folder)
                        .file());
        Files.createDirectory(folder.resolve("load-monitor"));
        assertEquals(file, ArchivePlace.choose(null, Map.of(), folder).file());
    }

    @Test
    void fallsBackToTheUsersOwnFolders() {
        assertEquals(
                Path.of("/x/load-monitor/archive.db"),
                ArchivePlace.choose(null, Map.of("XDG_STATE_HOME", "/x", "HOME", "/h"), NOT_THERE)
                        .file());
        assertEquals(
                Path.of("/h/.local/state/load-monitor/archive.db"),
                ArchivePlace.choose(null, Map.of("HOME", "/h"), NOT_THERE).file());
    }
}
