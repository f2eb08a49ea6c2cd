package io.loadmonitor.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.kernel.Errno;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KernelModuleSourceTest {
    private static final DumpOrder ORDER = DumpOrder.manual(new Reason("alert \"LoadHigh\""));

    @TempDir
    private Path root;

    private FakeModule fake;
    private KernelModuleSource source;

    @BeforeEach
    void load() throws IOException {
        fake = new FakeModule(root);
        fake.load();
        source = fake.source();
    }

    @Test
    void takesItsOwnDumpAmongOthers() throws Exception {
        fake.takeAutomatic();
        fake.takeManual("alert \"LoadHigh\"");
        fake.beforeCapture(fake::takeAutomatic);
        String dump = text(source.take(ORDER));
        assertTrue(dump.startsWith("load_monitor dump version=1 id=4 "), dump);
        assertTrue(dump.contains("reason=\"alert \\\"LoadHigh\\\"\""), dump);
    }

    @Test
    void findsTheDumpsOfOthersButNotItsOwn() throws Exception {
        String first = fake.takeAutomatic();
        source.take(ORDER);
        String third = fake.takeAutomatic();
        source.take(ORDER);
        KernelModuleSource.Found found = source.found(0);
        assertEquals(List.of(first, third), texts(found));
        assertEquals(4, found.newestId());
        assertEquals(0, found.lost());
        assertEquals(List.of(third), texts(source.found(1)), "own ones stay unknown however often it is asked");
    }

    @Test
    void saysWhichProcessItIsInDumpsOfItsOwnTime() throws Exception {
        String old = fake.takeAutomatic();
        // The module's clock of these tests goes on by a millisecond a dump.
        KernelModuleSource known = fake.source(new OwnProcess(OptionalLong.of(812), 2_000_000));
        String found = fake.takeAutomatic();
        assertTrue(text(known.take(ORDER)).endsWith("\nexporter pid=812\nend id=3 tasks=0\n"));
        assertEquals(
                List.of(old, found.replace("end id=2", "exporter pid=812\nend id=2")),
                texts(known.found(0)),
                "before it ran the number may have been another process'");
    }

    @Test
    void knowsItsOwnNumberOnlyInTheInitialPidNamespace(@TempDir Path mount) throws IOException {
        FakeProc proc = new FakeProc(mount);
        proc.self(812);
        assertEquals(OptionalLong.empty(), OwnProcess.of(proc.procFs()).pid());
        Path link = Files.createDirectories(mount.resolve("812/ns")).resolve("pid");
        Files.createSymbolicLink(link, Path.of("pid:[4026532841]"));
        assertEquals(OptionalLong.empty(), OwnProcess.of(proc.procFs()).pid(), "a container's");
        Files.delete(link);
        Files.createSymbolicLink(link, Path.of("pid:[4026531836]"));
        assertEquals(OptionalLong.of(812), OwnProcess.of(proc.procFs()).pid());
    }

    @Test
    void countsDumpsThatTheRingNoLongerHas() throws Exception {
        for (int i = 0; i < 6; i++) {
            fake.takeAutomatic();
        }
        fake.forget(4);
        assertEquals(0, source.found(0).lost(), "what was before it started is not its loss");
        assertEquals(2, source.found(2).lost());
        assertEquals(0, source.found(4).lost());
    }

    @ParameterizedTest
    @CsvSource({
        "EBUSY, BUSY",
        "EAGAIN, THROTTLED",
        "EINVAL, FAILED",
        "EIO, FAILED",
        "EACCES, UNAVAILABLE",
        "EPERM, UNAVAILABLE",
        "ENOENT, UNAVAILABLE",
        "ENODEV, UNAVAILABLE",
        "ENOMEM, FAILED"
    })
    void saysWhyThereIsNoDump(Errno errno, CaptureException.Reason reason) {
        fake.refuse(errno);
        CaptureException refused = assertThrows(CaptureException.class, () -> source.take(ORDER));
        assertEquals(reason, refused.reason(), refused.getMessage());
    }

    @Test
    void isUnavailableWhenTheModuleIsNotLoaded() throws IOException {
        fake.unload();
        CaptureException refused = assertThrows(CaptureException.class, () -> source.take(ORDER));
        assertEquals(CaptureException.Reason.UNAVAILABLE, refused.reason());
        assertTrue(refused.getMessage().startsWith("the kernel module is not loaded"), refused.getMessage());
    }

    @Test
    void failsWhenTheDeviceDoesNotHaveTheDump() {
        KernelModuleSource deaf = new KernelModuleSource(
                fake.module(), fake.deviceLook(), new OwnProcess(OptionalLong.empty(), 0), reason -> {});
        CaptureException failed = assertThrows(CaptureException.class, () -> deaf.take(ORDER));
        assertEquals(CaptureException.Reason.FAILED, failed.reason());
    }

    static String text(RawDump dump) {
        return new String(dump.toByteArray(), StandardCharsets.ISO_8859_1);
    }

    private static List<String> texts(KernelModuleSource.Found found) {
        return found.dumps().stream().map(dump -> text(dump.dump())).toList();
    }
}
