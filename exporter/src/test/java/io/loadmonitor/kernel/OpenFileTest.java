package io.loadmonitor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OpenFileTest {
    /** Its poll follows the same protocol as sysfs: POLLPRI and POLLERR from a write until it is read. */
    private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");

    @TempDir
    private Path directory;

    @Test
    void saysWhichCallFailedOnWhatAndWhy() throws IOException {
        SystemCallException failed = assertThrows(SystemCallException.class, () -> OpenFile.toWrite(directory));
        assertEquals("open " + directory + ": error number 21", failed.getMessage(), "EISDIR");
        try (OpenFile full = OpenFile.toWrite(Path.of("/dev/full"))) {
            assertEquals(
                    "write /dev/full: No space left on device (ENOSPC)",
                    assertThrows(SystemCallException.class, () -> full.write(new byte[] {1}))
                            .getMessage());
        }
    }

    @Test
    void readsOnAndFromTheStart() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "0123456789");
        ByteBuffer buffer = ByteBuffer.allocateDirect(4);
        try (OpenFile file = OpenFile.toRead(path)) {
            assertEquals(4, file.read(buffer));
            assertEquals('0', buffer.get(0));
            assertEquals(4, file.read(buffer));
            assertEquals('4', buffer.get(0));
            assertEquals(4, file.readFromStart(buffer));
            assertEquals('0', buffer.get(0));
            assertEquals(2, file.read(buffer));
            assertEquals(0, file.read(buffer));
        }
    }

    @Test
    void leavesNoDescriptorOpen() throws IOException {
        long before = descriptors();
        for (int i = 0; i < 100; i++) {
            OpenFile file = OpenFile.toRead(directory);
            file.close();
            file.close();
        }
        assertTrue(descriptors() < before + 50);
    }

    @Test
    void pollGivesUpWhenTheTimeIsUp() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "17\n");
        try (OpenFile file = OpenFile.toRead(path)) {
            long start = System.nanoTime();
            assertFalse(file.poll((short) (LibC.POLLPRI | LibC.POLLERR), 150));
            assertTrue(System.nanoTime() - start >= 140_000_000L);
        }
    }

    @Test
    void pollWakesWhenTheKernelSaysThatAFileChanged() throws Exception {
        Assumptions.assumeTrue(Files.isWritable(HOSTNAME), "writing " + HOSTNAME + " needs root");
        String unchanged = Files.readString(HOSTNAME, StandardCharsets.US_ASCII);
        ByteBuffer buffer = ByteBuffer.allocateDirect(64);
        try (OpenFile file = OpenFile.toRead(HOSTNAME)) {
            file.readFromStart(buffer);
            assertFalse(file.poll((short) (LibC.POLLPRI | LibC.POLLERR), 50), "nothing changed yet");
            Thread writer = new Thread(() -> {
                try {
                    Thread.sleep(100);
                    Files.writeString(HOSTNAME, unchanged, StandardCharsets.US_ASCII);
                } catch (IOException | InterruptedException failed) {
                    throw new IllegalStateException(failed);
                }
            });
            long start = System.nanoTime();
            writer.start();
            assertTrue(file.poll((short) (LibC.POLLPRI | LibC.POLLERR), 20_000));
            assertTrue(System.nanoTime() - start < 10_000_000_000L);
            writer.join();
        }
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
