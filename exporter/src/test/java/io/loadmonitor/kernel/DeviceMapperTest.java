package io.loadmonitor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.MappedDevices;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class DeviceMapperTest {
    @TempDir
    private Path root;

    private FakeDevices devices;

    @BeforeEach
    void lay() throws IOException {
        devices = new FakeDevices(root);
    }

    private MappedDevices seen() {
        return devices.mapper().look().orElseThrow();
    }

    private static List<String> listed(MappedDevices seen) {
        return seen.listed().stream()
                .map(device ->
                        device.dev() + device.name().map(name -> "=" + name).orElse(""))
                .toList();
    }

    @Test
    void listsTheSuspendedOnesByNumberWithTheNamesThatUdevLinks() throws IOException {
        devices.suspended("dm-10", "vg0-data");
        devices.suspended("dm-2", "crypt home");
        devices.device("dm-1", "0\n");
        devices.device("sda", "1\n");
        Files.createDirectories(devices.blocks().resolve("loop0"));
        Files.writeString(devices.links().resolve("control"), "");
        assertEquals(OptionalInt.of(3), seen().mapped());
        assertEquals(OptionalInt.of(2), seen().suspended());
        assertEquals(List.of("dm-2=crypt home", "dm-10=vg0-data"), listed(seen()));
    }

    @Test
    void tellsThatThereAreNone() {
        assertEquals(OptionalInt.of(0), seen().mapped());
        assertEquals(OptionalInt.of(0), seen().suspended());
        assertEquals(List.of(), seen().listed());
    }

    @Test
    void isNotKnownWithoutSysfs() throws IOException {
        Files.delete(devices.blocks());
        assertEquals(Optional.empty(), devices.mapper().look());
        Files.writeString(devices.blocks(), "a file");
        assertEquals(Optional.empty(), devices.mapper().look());
    }

    @Test
    void passesOverADeviceThatIsGone() throws IOException {
        devices.device("dm-0", "1\n");
        Files.createDirectories(devices.blocks().resolve("dm-1"));
        Files.createSymbolicLink(devices.blocks().resolve("dm-2"), Path.of("../devices/virtual/block/dm-2"));
        assertEquals(OptionalInt.of(1), seen().mapped());
        assertEquals(List.of("dm-0"), listed(seen()));
    }

    @Test
    void neverReadsTheFileWhoseLockAStuckTaskMayHold() throws Exception {
        devices.device("dm-0", "1\n");
        // Opening a pipe without a writer waits for ever.
        String name = devices.blocks().resolve("dm-0/dm/name").toString();
        assertEquals(0, new ProcessBuilder("mkfifo", name).start().waitFor());
        assertEquals(List.of("dm-0"), assertTimeoutPreemptively(Duration.ofSeconds(10), () -> listed(seen())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "2\n", "11\n", "-1\n", "yes\n", "1\n1\n", "\0\n", "0 \n"})
    void isNotKnownWhenAStateIsNoState(String state) throws IOException {
        devices.device("dm-0", "1\n");
        devices.device("dm-1", state);
        assertEquals(Optional.empty(), devices.mapper().look());
    }

    @Test
    void isNotKnownWhenAStateCannotBeRead() throws IOException {
        devices.device("dm-0", "1\n");
        Path loop = Files.createDirectories(devices.blocks().resolve("dm-1/dm")).resolve("suspended");
        Files.createSymbolicLink(loop, Path.of("suspended"));
        assertEquals(Optional.empty(), devices.mapper().look());
        Files.delete(loop);
        Files.createDirectory(loop);
        assertEquals(Optional.empty(), devices.mapper().look());
    }

    @Test
    void readsNoMoreThanAStateOfAHugeFile() throws IOException {
        Path file = Files.createDirectories(devices.blocks().resolve("dm-0/dm")).resolve("suspended");
        try (FileChannel huge = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            huge.write(ByteBuffer.wrap(new byte[] {1}), 1L << 40);
        }
        long start = System.nanoTime();
        assertEquals(Optional.empty(), devices.mapper().look());
        assertTrue(System.nanoTime() - start < Duration.ofSeconds(2).toNanos(), "as good as at once");
    }

    @Test
    void takesNoNameFromAnythingButUdevsLinks() throws IOException {
        for (int number = 0; number < 6; number++) {
            devices.device("dm-" + number, "1\n");
        }
        Files.writeString(devices.links().resolve("node"), "as without udev");
        Files.createSymbolicLink(devices.links().resolve("elsewhere"), Path.of("/dev/dm-1"));
        Files.createSymbolicLink(devices.links().resolve("deeper"), Path.of("../../dm-2"));
        Files.createSymbolicLink(devices.links().resolve("loop"), Path.of("loop"));
        Files.createSymbolicLink(devices.links().resolve("z"), Path.of("../dm-5"));
        Files.createSymbolicLink(devices.links().resolve("a"), Path.of("../dm-5"));
        Files.createSymbolicLink(devices.links().resolve("b\n\" suspended=0"), Path.of("../dm-4"));
        MappedDevices seen = seen();
        assertEquals(List.of("dm-0", "dm-1", "dm-2", "dm-3", "dm-4=b\\n\\\" suspended=0", "dm-5=a"), listed(seen));
        assertEquals(
                Optional.of(EscapedText.of("b\n\" suspended=0")),
                seen.listed().get(4).name());
    }

    @Test
    void hasNoNamesWithoutTheFolderOfLinks() throws IOException {
        devices.device("dm-0", "1\n");
        Files.delete(devices.links());
        assertEquals(List.of("dm-0"), listed(seen()));
    }

    @Test
    void countsAllAndListsTheFirst64() throws IOException {
        for (int number = 0; number < 100; number++) {
            devices.device("dm-" + number, "1\n");
        }
        // Hundreds of files of an ordinary file system, on a machine that runs other tests, take their time.
        MappedDevices seen = patient().look().orElseThrow();
        assertEquals(OptionalInt.of(100), seen.suspended());
        assertEquals(64, seen.listed().size());
        assertEquals("dm-63", seen.listed().get(63).dev().escaped());
    }

    @Test
    void isNotKnownWithMoreBlockDevicesThanItReads() throws IOException {
        for (int number = 0; number < DeviceMapper.MOST_ENTRIES; number++) {
            Files.createFile(devices.blocks().resolve("sd" + number));
        }
        assertEquals(OptionalInt.of(0), patient().look().orElseThrow().mapped());
        Files.createFile(devices.blocks().resolve("one-more"));
        assertEquals(Optional.empty(), patient().look());
    }

    @Test
    void isNotKnownWhenTheTimeIsUp() throws IOException {
        devices.device("dm-0", "1\n");
        DeviceMapper hasty = new DeviceMapper(root.resolve("sys"), devices.links(), Duration.ZERO);
        assertEquals(Optional.empty(), hasty.look());
    }

    @Test
    void waitsForNoFileThatHangsAndLooksAgainWhenItIsOver() throws Exception {
        Path file = Files.createDirectories(devices.blocks().resolve("dm-0/dm")).resolve("suspended");
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        DeviceMapper mapper = devices.mapper();
        long start = System.nanoTime();
        assertEquals(Optional.empty(), mapper.look());
        assertTrue(System.nanoTime() - start < Duration.ofSeconds(5).toNanos(), "waits no longer than its time");

        long again = System.nanoTime();
        assertEquals(Optional.empty(), mapper.look());
        assertTrue(System.nanoTime() - again < Duration.ofMillis(500).toNanos(), "no second thread that hangs");

        Files.writeString(file, "1\n");
        Files.delete(file);
        devices.device("dm-0", "1\n");
        Optional<MappedDevices> seen = mapper.look();
        for (int i = 0; i < 100 && seen.isEmpty(); i++) {
            Thread.sleep(20);
            seen = mapper.look();
        }
        assertEquals(List.of("dm-0"), listed(seen.orElseThrow()));
    }

    private DeviceMapper patient() {
        return new DeviceMapper(root.resolve("sys"), devices.links(), Duration.ofSeconds(30));
    }
}
