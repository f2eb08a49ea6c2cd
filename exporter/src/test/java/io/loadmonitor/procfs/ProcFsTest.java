package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcFsTest {
    @TempDir
    private Path root;

    @Test
    void knowsItsOwnPid() {
        assertEquals(
                OptionalLong.of(ProcessHandle.current().pid()),
                ProcFs.ofThisHost().ownPid());
    }

    @Test
    void hasNoOwnPidWhereTheMountDoesNotShowIt() {
        assertEquals(OptionalLong.empty(), new ProcFs(root).ownPid());
    }

    @Test
    void readsBootIdAndReleaseOfThisHost() {
        UUID.fromString(ProcFs.ofThisHost().bootId().orElseThrow());
        assertEquals(
                System.getProperty("os.version"), ProcFs.ofThisHost().release().orElseThrow());
    }

    @Test
    void hasNoBootIdWhereThereIsNone() {
        assertTrue(new ProcFs(root).bootId().isEmpty());
    }

    @Test
    void readsFilesLongerThanItsFirstBufferWhole() throws IOException {
        String text = "0123456789".repeat(1000) + '\u00ff';
        Files.write(root.resolve("long"), text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        assertEquals(text, new ProcFs(root).read("long"));
    }

    @Test
    void refusesAFileWithoutEnd() {
        IOException refused = assertThrows(IOException.class, () -> new ProcFs(Path.of("/dev")).read("zero"));
        assertEquals("/dev/zero is larger than 4194304 bytes", refused.getMessage());
    }

    @Test
    void namesTheFileThatIsMissing() {
        NoSuchFileException missing = assertThrows(NoSuchFileException.class, () -> new ProcFs(root).read("loadavg"));
        assertEquals(root.resolve("loadavg").toString(), missing.getMessage());
    }

    /** A folder in the place of a file cannot be read by anybody, not even by root. */
    @Test
    void mayReadStacksOnlyWhereItsOwnAndAKernelThreadsCanBeRead(@TempDir Path mount) throws IOException {
        ProcFs procFs = new ProcFs(mount);
        Path own = Files.createDirectories(mount.resolve("812"));
        Files.createSymbolicLink(mount.resolve("self"), Path.of("812"));
        assertFalse(procFs.mayReadStacks(), "a kernel without the file");
        Files.createDirectory(own.resolve("stack"));
        assertFalse(procFs.mayReadStacks());
        Files.delete(own.resolve("stack"));
        Files.writeString(own.resolve("stack"), "");
        assertTrue(procFs.mayReadStacks());

        Path second = Files.createDirectories(mount.resolve("2"));
        Files.createDirectory(second.resolve("stack"));
        Files.writeString(second.resolve("stat"), "2 (sh) S 1" + " 0".repeat(48) + "\n");
        assertTrue(procFs.mayReadStacks(), "an ordinary task of a pid namespace");
        Files.writeString(second.resolve("stat"), "2 (kthreadd) S 0" + " 0".repeat(48) + "\n");
        assertFalse(procFs.mayReadStacks());
        Files.delete(second.resolve("stack"));
        Files.writeString(second.resolve("stack"), "[<0>] kthreadd+0x1/0x2\n");
        assertTrue(procFs.mayReadStacks());
    }
}
