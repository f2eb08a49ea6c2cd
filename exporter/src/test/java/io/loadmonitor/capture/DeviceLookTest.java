package io.loadmonitor.capture;

import static io.loadmonitor.capture.KernelModuleSourceTest.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.kernel.FakeDevices;
import io.loadmonitor.procfs.ActiveTasks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What both sources, and both ways of the module's dumps, say of suspended devices. */
final class DeviceLookTest {
    private static final DumpOrder ORDER = DumpOrder.manual(new Reason("alert LoadHigh"));
    private static final String RECORDS =
            "devices age_ms=12 mapped=1 suspended=1\ndevice dev=\"dm-0\" name=\"data\" suspended=1\n";

    @TempDir
    private Path root;

    private FakeModule fake;
    private KernelModuleSource source;
    private FakeDevices devices;

    @BeforeEach
    void lay() throws IOException {
        fake = new FakeModule(root);
        fake.load();
        fake.age(Duration.ofMillis(12));
        source = fake.source();
        devices = new FakeDevices(root);
        devices.suspended("dm-0", "data");
    }

    @Test
    void standsBeforeTheFooterOfADumpThatWasAskedFor() throws Exception {
        String dump = text(source.take(ORDER));
        assertTrue(dump.endsWith("\n" + RECORDS + "end id=1 tasks=0\n"), dump);
        assertEquals(
                List.of(),
                DumpParser.parse(RawDump.of(dump.getBytes(StandardCharsets.US_ASCII)))
                        .unreadLines());
    }

    @Test
    void leavesTheRestOfTheModulesTextAsItWas() throws Exception {
        String dump = fake.takeAutomatic();
        assertEquals(dump, text(source.found(0).dumps().get(0).dump()).replace(RECORDS, ""));
    }

    @Test
    void standsInADumpThatWasFound() throws Exception {
        fake.takeAutomatic();
        String dump = text(source.found(0).dumps().get(0).dump());
        assertTrue(dump.endsWith("\n" + RECORDS + "end id=1 tasks=0\n"), dump);
    }

    @Test
    void saysWhenNoDeviceIsSuspendedOrThereIsNone() throws Exception {
        devices.device("dm-0", "0\n");
        assertTrue(text(source.take(ORDER)).endsWith("\ndevices age_ms=12 mapped=1 suspended=0\nend id=1 tasks=0\n"));
        Files.delete(devices.blocks().resolve("dm-0/dm/suspended"));
        assertTrue(text(source.take(ORDER)).endsWith("\ndevices age_ms=12 mapped=0 suspended=0\nend id=2 tasks=0\n"));
    }

    @Test
    void isLeftOutWhereTheDevicesCannotBeRead() throws Exception {
        devices.device("dm-0", "?\n");
        String dump = fake.takeAutomatic();
        assertEquals(dump, text(source.found(0).dumps().get(0).dump()));
        assertTrue(!text(source.take(ORDER)).contains("devices"));
    }

    /** What the ring had when the exporter began. */
    @Test
    void isNotToldToADumpOfMoreThanFiveSeconds() throws Exception {
        String dump = fake.takeAutomatic();
        fake.age(Duration.ofMillis(5001));
        assertEquals(dump, text(source.found(0).dumps().get(0).dump()));
        fake.age(Duration.ofMillis(5000));
        assertTrue(text(source.found(0).dumps().get(0).dump()).contains("\ndevices age_ms=5000 "));
    }

    @Test
    void isNotToldToADumpOfAnotherClockOrOfNone() throws Exception {
        String dump = fake.takeAutomatic();
        fake.age(Duration.ofMillis(-1));
        assertEquals(dump, text(source.found(0).dumps().get(0).dump()));
        RawDump timeless =
                RawDump.of(dump.replaceFirst(" monotonic_ns=[0-9]+", "").getBytes(StandardCharsets.US_ASCII));
        fake.age(Duration.ZERO);
        assertEquals(timeless, fake.deviceLook().beside(timeless));
    }

    @Test
    void leavesADumpAloneThatWasCutOff() {
        String dump = fake.takeAutomatic();
        for (int length = 0; length < dump.length(); length++) {
            RawDump cut = RawDump.of(dump.substring(0, length).getBytes(StandardCharsets.US_ASCII));
            assertEquals(cut, fake.deviceLook().beside(cut), "cut after " + length + " bytes");
        }
    }

    @Test
    void staysUnknownToWhatTellsItsOwnDumpsFromOthers() throws Exception {
        source.take(ORDER);
        assertEquals(List.of(), source.found(0).dumps());
        assertEquals(List.of(), source.found(0).dumps());
    }

    @Test
    void standsInADumpFromProc() throws Exception {
        FakeProc proc = new FakeProc(Files.createDirectory(root.resolve("proc")));
        DeviceLook look = new DeviceLook(devices.mapper());
        RawDump raw = new ProcfsSource(
                        proc.procFs(),
                        new CpuSampling(proc.procFs(), root),
                        look,
                        new ActiveTasks(),
                        Clock.systemUTC(),
                        ProcfsLimits.DEFAULT)
                .take(ORDER);
        StackDump dump = DumpParser.parse(raw);
        assertTrue(dump.complete() && dump.unreadCount() == 0, text(raw));
        MappedDevices seen = dump.devices().orElseThrow();
        assertEquals(OptionalInt.of(1), seen.suspended());
        assertEquals(Optional.of(EscapedText.of("data")), seen.listed().get(0).name());
        assertTrue(seen.ageMillis().orElseThrow() < 5000, seen.toString());
    }
}
