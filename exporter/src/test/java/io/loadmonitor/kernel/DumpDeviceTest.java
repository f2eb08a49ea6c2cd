package io.loadmonitor.kernel;

import static io.loadmonitor.kernel.DumpSplitterTest.FIRST;
import static io.loadmonitor.kernel.DumpSplitterTest.SECOND;
import static io.loadmonitor.kernel.DumpSplitterTest.raw;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DumpDeviceTest {
    @TempDir
    private Path directory;

    @Test
    void readsEveryDumpOfAFileAndThenNone() throws IOException {
        Path file = directory.resolve("device");
        String large = FIRST.replace("\nend id", "\n" + "  frame\n".repeat(100_000) + "end id");
        Files.writeString(file, FIRST + large + SECOND);
        try (DumpDevice device = DumpDevice.open(file)) {
            assertEquals(Optional.of(raw(FIRST)), device.next());
            assertEquals(Optional.of(raw(large)), device.next());
            assertEquals(Optional.of(raw(SECOND)), device.next());
            assertEquals(Optional.empty(), device.next());
            assertEquals(Optional.empty(), device.next());
        }
    }

    @Test
    void readsWhatComesAfterTheEnd() throws Exception {
        Path fifo = directory.resolve("device");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
        try (DumpDevice device = DumpDevice.open(fifo);
                OutputStream writer = Files.newOutputStream(fifo)) {
            assertEquals(Optional.empty(), device.next(), "EAGAIN is no error");
            writer.write(FIRST.getBytes(StandardCharsets.ISO_8859_1));
            assertEquals(Optional.of(raw(FIRST)), device.next());
            assertEquals(Optional.empty(), device.next());
            writer.write((SECOND + FIRST).getBytes(StandardCharsets.ISO_8859_1));
            assertEquals(Optional.of(raw(SECOND)), device.next());
            assertEquals(Optional.of(raw(FIRST)), device.next());
        }
    }

    @Test
    void passesOverWhatIsThereWhenTold() throws IOException {
        Path file = Files.writeString(directory.resolve("device"), FIRST);
        try (DumpDevice device = DumpDevice.open(file)) {
            device.skipToEnd();
            Files.writeString(file, SECOND, StandardOpenOption.APPEND);
            assertEquals(Optional.of(raw(SECOND)), device.next());
            assertEquals(Optional.empty(), device.next());
        }
    }

    @Test
    void givesOutADumpWithoutItsFooter() throws IOException {
        Path file = directory.resolve("device");
        String cut = FIRST.substring(0, FIRST.length() - 20);
        Files.writeString(file, SECOND + cut);
        try (DumpDevice device = DumpDevice.open(file)) {
            assertEquals(Optional.of(raw(SECOND)), device.next());
            assertEquals(Optional.of(raw(cut)), device.next());
            assertEquals(Optional.empty(), device.next());
        }
    }

    @Test
    void countsBeingOvertakenAndGoesOn() throws IOException {
        FakeStream stream = new FakeStream(FIRST, FIRST.substring(0, 60), Errno.EPIPE, SECOND);
        try (DumpDevice device = new DumpDevice(stream)) {
            assertEquals(Optional.of(raw(FIRST)), device.next());
            assertEquals(Optional.of(raw(FIRST.substring(0, 60))), device.next(), "what was read of it, cut off");
            assertEquals(Optional.of(raw(SECOND)), device.next());
            assertEquals(Optional.empty(), device.next());
            assertEquals(1, device.overtaken());
            assertEquals(0, device.strayBytes());
        }
    }

    @Test
    void passesOtherErrorsOn() {
        DumpDevice device = new DumpDevice(new FakeStream(FIRST.substring(0, 60), Errno.ENODEV));
        SystemCallException failed = assertThrows(SystemCallException.class, device::next);
        assertTrue(failed.isAbsence());
    }

    @Test
    void saysThatThereIsNoDevice() {
        Path missing = directory.resolve("missing");
        SystemCallException failed = assertThrows(SystemCallException.class, () -> DumpDevice.open(missing));
        assertEquals("open " + missing + ": No such file or directory (ENOENT)", failed.getMessage());
        assertTrue(failed.isAbsence());
    }

    /** Answers each read with the next piece of text or error, then with the end. */
    private static final class FakeStream implements DumpDevice.Stream {
        private final Queue<Object> answers;

        FakeStream(Object... answers) {
            this.answers = new ArrayDeque<>(List.of(answers));
        }

        @Override
        public int read(ByteBuffer direct) throws SystemCallException {
            Object answer = answers.poll();
            if (answer == null) {
                return 0;
            }
            if (answer instanceof Errno errno) {
                throw new SystemCallException("read", "fake", errno.number());
            }
            byte[] bytes = answer.toString().getBytes(StandardCharsets.ISO_8859_1);
            direct.clear().put(bytes);
            return bytes.length;
        }

        @Override
        public void seekToEnd() {
            answers.clear();
        }

        @Override
        public void close() {}
    }
}
