package io.loadmonitor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class NotifySocketTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    @Test
    void sendsToASocketThatIsAFile() throws Exception {
        Path path = folder.resolve("notify");
        try (NotifyListener listener = NotifyListener.on(path)) {
            NotifySocket socket = NotifySocket.named(path.toString());
            socket.send("READY=1\nSTATUS=läuft");
            socket.send("STOPPING=1");
            assertEquals(Optional.of("READY=1\nSTATUS=läuft"), listener.next(PATIENCE));
            assertEquals(Optional.of("STOPPING=1"), listener.next(PATIENCE));
        }
    }

    @Test
    void sendsToAnAbstractAddress() throws Exception {
        String name = "load-monitor-test-" + ProcessHandle.current().pid();
        try (NotifyListener listener = NotifyListener.onAbstract(name)) {
            NotifySocket.named("@" + name).send("WATCHDOG=1");
            assertEquals(Optional.of("WATCHDOG=1"), listener.next(PATIENCE));
        }
    }

    @Test
    void waitsForNobodyWhenTheReceiverIsFull() throws Exception {
        Path path = folder.resolve("notify");
        try (NotifyListener listener = NotifyListener.on(path)) {
            NotifySocket socket = NotifySocket.named(path.toString());
            SystemCallException full = assertThrows(SystemCallException.class, () -> {
                for (int message = 0; message < 100_000; message++) {
                    socket.send("STATUS=" + message);
                }
            });
            assertTrue(full.is(Errno.EAGAIN), full.getMessage());
            assertEquals(Optional.of("STATUS=0"), listener.next(PATIENCE));
        }
    }

    @Test
    void saysWhenNobodyListens() throws Exception {
        Path gone = folder.resolve("gone");
        assertEquals(
                "sendto " + gone + ": No such file or directory (ENOENT)",
                assertThrows(
                                SystemCallException.class,
                                () -> NotifySocket.named(gone.toString()).send("READY=1"))
                        .getMessage());
        NotifyListener.on(gone).close();
        assertEquals(
                "sendto " + gone + ": Connection refused (ECONNREFUSED)",
                assertThrows(
                                SystemCallException.class,
                                () -> NotifySocket.named(gone.toString()).send("READY=1"))
                        .getMessage());
    }

    @Test
    void leavesNoDescriptorOpen() throws Exception {
        NotifySocket nobody = NotifySocket.named(folder.resolve("nobody").toString());
        assertThrows(SystemCallException.class, () -> nobody.send("READY=1"));
        long before = descriptors();
        for (int message = 0; message < 100; message++) {
            assertThrows(SystemCallException.class, () -> nobody.send("READY=1"));
        }
        // Others of this JVM open and close theirs meanwhile.
        assertTrue(descriptors() < before + 50, before + " descriptors before, then " + descriptors());
    }

    private static long descriptors() throws Exception {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "@", "notify", "vsock:2:9999", "/a\0b"})
    void refusesWhatIsNoAddress(String name) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> NotifySocket.named(name));
        assertTrue(String.valueOf(refused.getMessage()).endsWith(": \"" + name + '"'), refused.getMessage());
    }

    @Test
    void takesANameOf108Bytes() {
        assertThrows(IllegalArgumentException.class, () -> NotifySocket.named("/" + "n".repeat(108)));
        NotifySocket.named("/" + "n".repeat(107));
    }
}
