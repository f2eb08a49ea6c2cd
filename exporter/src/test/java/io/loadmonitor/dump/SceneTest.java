package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Load of a known cause, made on real kernels by {@code kmod/tests/guest/causes.sh}: the report has to name that cause first. */
final class SceneTest {
    private static final Path CAPTURES = Path.of("../kmod/tests/captures");

    /**
     * @param name of the scene and its dump
     * @param cause that was made
     * @param detail the function that the part has to name; empty for none
     * @param tasks that the scene made, all of which make up load for as long as it lasts
     * @param share of the dump's tasks, in percent, that the cause has at least; the rest is what the scene brings with it
     *     or what the guest's kernel did at that moment
     */
    private record Scene(String name, String cause, String detail, int tasks, int share) {}

    private static final List<Scene> SCENES = List.of(
            new Scene("user-mode", "on-cpu-user", "", 3, 50),
            new Scene("system-calls", "on-cpu-kernel-syscall", "getrandom", 3, 50),
            new Scene("file-calls", "on-cpu-kernel-file", "", 3, 50),
            new Scene("more-than-cpus", "waiting-for-cpu", "", 14, 50),
            new Scene("vfork", "vfork", "", 5, 80),
            new Scene("held-mutex", "mutex", "held_ask_device", 31, 90),
            new Scene("frozen-filesystem", "frozen-filesystem", "", 6, 80),
            new Scene("suspended-volume", "frozen-filesystem", "", 6, 80),
            // What waits for a bio that a suspended device put aside looks like any wait for I/O; see docs/causes.md.
            new Scene("suspended-device", "block-io", "", 5, 80),
            new Scene("journal", "ext4-journal", "", 8, 80),
            new Scene("slow-disk", "page-in", "", 6, 70),
            new Scene("queue-full", "block-tag", "", 10, 70),
            new Scene("memory-high", "memory-cgroup", "", 6, 70),
            new Scene("memory-thrash", "memory-cgroup", "", 6, 50),
            new Scene("fuse-hangs", "fuse", "", 8, 60),
            new Scene("nfs-server-gone", "nfs", "", 7, 80));

    @TestFactory
    List<DynamicTest> namesTheCauseThatWasMade() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path kernel : kernels()) {
            for (Scene scene : SCENES) {
                tests.add(DynamicTest.dynamicTest(
                        kernel.getParent().getFileName() + " " + scene.name(),
                        () -> check(scene, kernel.resolve(scene.name() + ".dump"))));
            }
        }
        return tests;
    }

    private static void check(Scene scene, Path file) throws IOException {
        StackDump dump = DumpParser.parse(RawDump.of(Files.readAllBytes(file)));
        LoadBreakdown breakdown = LoadBreakdown.of(dump);
        String headline = breakdown.headline();
        assertTrue(dump.complete() && dump.unreadCount() == 0, headline);
        assertTrue(dump.tasks().size() >= scene.tasks(), headline);

        LoadPart first = breakdown.parts().get(0);
        assertEquals(scene.cause(), first.cause().id(), headline);
        assertEquals(scene.detail(), first.detail(), headline);
        assertTrue(100 * first.tasks() >= scene.share() * dump.tasks().size(), headline);
        assertTrue(headline.matches("Load [0-9.]+ at [0-9:]+(, decaying,)? = " + first.tasks() + " \\Q" + first.title() + "\\E \\(.*"), headline);

        int sum = breakdown.parts().stream().mapToInt(LoadPart::tasks).sum();
        assertEquals(dump.tasks().size(), sum, headline);
        OptionalInt active = dump.load().orElseThrow().active();
        assertEquals(active, OptionalInt.of(sum + breakdown.remainder().orElseThrow()), headline);
    }

    @Test
    void hasEveryKernelThatTheModuleIsMadeFor() throws IOException {
        Set<String> versions = kernels().stream()
                .map(kernel -> kernel.getParent().getFileName().toString().split("\\.")[0] + "."
                        + kernel.getParent().getFileName().toString().split("\\.")[1])
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(versions.containsAll(Set.of("5.10", "6.1", "6.12")), versions.toString());
        assertTrue(versions.stream().anyMatch(version -> version.startsWith("7.")), versions.toString());
    }

    @Test
    void knowsEveryDumpOfAScene() throws IOException {
        Set<String> expected = SCENES.stream().map(scene -> scene.name() + ".dump").collect(Collectors.toSet());
        for (Path kernel : kernels()) {
            try (Stream<Path> files = Files.list(kernel)) {
                assertEquals(
                        new TreeSet<>(expected),
                        files.map(file -> file.getFileName().toString())
                                .filter(file -> file.endsWith(".dump"))
                                .collect(Collectors.toCollection(TreeSet::new)),
                        kernel.toString());
            }
            assertTrue(Files.readString(kernel.resolve("PROVENANCE.md")).contains("Kernel: `linux-image-"), kernel.toString());
        }
    }

    private static List<Path> kernels() throws IOException {
        try (Stream<Path> releases = Files.list(CAPTURES)) {
            return releases.map(release -> release.resolve("causes")).filter(Files::isDirectory).sorted().toList();
        }
    }
}
