package io.loadmonitor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KernelModuleTest {
    @TempDir
    private Path root;

    private Path knobs;
    private Path device;
    private KernelModule module;

    @BeforeEach
    void lay() {
        knobs = root.resolve("sys/kernel/load_monitor");
        device = root.resolve("dev");
        module = new KernelModule(root.resolve("sys"), device);
    }

    private void load() throws IOException {
        Files.createDirectories(knobs);
        Files.writeString(knobs.resolve("trigger"), "");
        Files.writeString(knobs.resolve("last_id"), "17\n");
        Files.writeString(knobs.resolve("tasks"), "running 8\nuninterruptible 2\niowait 0\ntotal 67\n");
        Files.createDirectories(root.resolve("sys/module/load_monitor"));
        Files.writeString(root.resolve("sys/module/load_monitor/version"), "0.1.0\n");
        Files.writeString(device, DumpSplitterTest.FIRST);
    }

    @Test
    void tellsAtWhatItTakesDumpsByItself() throws IOException {
        assertEquals(OptionalDouble.empty(), module.threshold(), "it is not loaded");
        Files.createDirectories(knobs);
        Files.writeString(knobs.resolve("threshold"), "4.00\n");
        Files.writeString(knobs.resolve("active_threshold"), "0\n");
        assertEquals(OptionalDouble.of(4), module.threshold());
        assertEquals(OptionalInt.empty(), module.activeThreshold());
        Files.writeString(knobs.resolve("threshold"), "0.00\n");
        Files.writeString(knobs.resolve("active_threshold"), "10000000\n");
        assertEquals(OptionalDouble.empty(), module.threshold());
        assertEquals(OptionalInt.of(10_000_000), module.activeThreshold());
        Files.writeString(knobs.resolve("threshold"), "x\n");
        assertEquals(
                "threshold: not a number of 0 or more: \"x\"",
                assertThrows(IOException.class, module::threshold).getMessage());
        assertFalse(module.dumpsReadable());
        Files.writeString(device, "");
        assertTrue(module.dumpsReadable());
    }

    @Test
    void isAbsentUntilItIsLoaded() throws IOException {
        assertFalse(module.present());
        assertEquals(Optional.empty(), module.version());
        assertEquals(Optional.of("the kernel module is not loaded (there is no " + knobs + ")"), module.obstacle());
        assertThrows(NoSuchFileException.class, module::lastId);
        assertTrue(assertThrows(SystemCallException.class, () -> module.trigger("why"))
                .isAbsence());
        load();
        assertTrue(module.present());
        assertEquals(Optional.empty(), module.obstacle());
    }

    @Test
    void saysThatTheDeviceIsMissing() throws IOException {
        load();
        Files.delete(device);
        assertEquals(Optional.of("the kernel module is loaded, but there is no " + device), module.obstacle());
    }

    @Test
    void readsItsKnobs() throws IOException {
        load();
        assertEquals(17, module.lastId());
        assertEquals(new KernelTasks(8, 2, 0, 67, true), module.tasks());
        assertEquals(Optional.of("0.1.0"), module.version());
        try (DumpDevice opened = module.openDevice()) {
            assertEquals(Optional.of(DumpSplitterTest.raw(DumpSplitterTest.FIRST)), opened.next());
        }
    }

    @Test
    void writesTheReasonWithoutANewline() throws IOException {
        load();
        module.trigger("alert LoadHigh");
        assertEquals("alert LoadHigh", Files.readString(knobs.resolve("trigger")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "line\nbreak",
                "caf\u00e9",
                "0123456789012345678901234567890123456789012345678901234567890123"
            })
    void refusesAReasonThatTheModuleWouldRefuse(String reason) throws IOException {
        load();
        assertThrows(IllegalArgumentException.class, () -> module.trigger(reason));
        assertEquals("", Files.readString(knobs.resolve("trigger")));
    }
}
