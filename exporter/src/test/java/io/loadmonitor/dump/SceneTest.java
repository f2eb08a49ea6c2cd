package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.Scene;
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

/**
 * Load of a known cause, made on real kernels by {@code kmod/tests/guest/causes.sh}: the report has to name that cause
 * first.
 */
final class SceneTest {
    /** In percent of the dump's tasks. */
    private static final int LEAST_SHARE = 40;

    /** In which a device was suspended, which no stack tells; see docs/causes.md. */
    private static final Set<String> SUSPENDING = Set.of("suspended-volume", "suspended-device");

    @TestFactory
    List<DynamicTest> namesTheCauseThatWasMade() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path kernel : Scene.kernels()) {
            for (Scene scene : Scene.ALL) {
                tests.add(DynamicTest.dynamicTest(
                        kernel.getParent().getFileName() + " " + scene.name(),
                        () -> check(scene, scene.dumpOf(kernel))));
            }
        }
        return tests;
    }

    private static void check(Scene scene, Path file) throws IOException {
        StackDump dump = DumpParser.parse(RawDump.of(Files.readAllBytes(file)));
        LoadBreakdown breakdown = LoadBreakdown.of(dump);
        String headline = breakdown.headline();
        assertTrue(dump.complete() && dump.unreadCount() == 0, headline);

        LoadPart first = breakdown.parts().get(0);
        assertTrue(scene.causes().contains(first.cause().id()), scene.causes() + ": " + headline);
        assertEquals(scene.detail(), first.detail(), headline);
        assertEquals(
                SUSPENDING.contains(scene.name()),
                first.title().endsWith(" while dm-0 (volume) is suspended"),
                headline);
        int made = breakdown.parts().stream()
                .filter(part -> scene.causes().contains(part.cause().id()))
                .mapToInt(LoadPart::tasks)
                .sum();
        assertTrue(made >= scene.made(), scene.made() + " tasks were made: " + headline);
        // The rest is what the scene brings with it, or what the guest's kernel did at that moment.
        assertTrue(100 * made >= LEAST_SHARE * dump.tasks().size(), headline);
        assertTrue(
                headline.matches("[0-9]+ active tasks? at [0-9:]+ \\(load [0-9.]+(, decaying)?\\) = " + first.tasks()
                        + " \\Q" + first.title() + "\\E \\(.*"),
                headline);

        int sum = breakdown.parts().stream().mapToInt(LoadPart::tasks).sum();
        assertEquals(dump.tasksMeant(), sum, headline);
        OptionalInt active = dump.load().orElseThrow().active();
        assertEquals(active, OptionalInt.of(sum + breakdown.remainder().orElseThrow()), headline);
    }

    @Test
    void hasEveryKernelThatTheModuleIsMadeFor() throws IOException {
        Set<String> versions = Scene.kernels().stream()
                .map(kernel -> kernel.getParent().getFileName().toString().split("\\.")[0] + "."
                        + kernel.getParent().getFileName().toString().split("\\.")[1])
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(versions.containsAll(Set.of("5.10", "6.1", "6.12")), versions.toString());
        assertTrue(versions.stream().anyMatch(version -> version.startsWith("7.")), versions.toString());
    }

    @Test
    void knowsEveryDumpOfAScene() throws IOException {
        Set<String> expected =
                Scene.ALL.stream().map(scene -> scene.name() + ".dump").collect(Collectors.toSet());
        for (Path kernel : Scene.kernels()) {
            try (Stream<Path> files = Files.list(kernel)) {
                assertEquals(
                        new TreeSet<>(expected),
                        files.map(file -> file.getFileName().toString())
                                .filter(file -> file.endsWith(".dump"))
                                .collect(Collectors.toCollection(TreeSet::new)),
                        kernel.toString());
            }
            assertTrue(
                    Files.readString(kernel.resolve("PROVENANCE.md")).contains("Kernel: `linux-image-"),
                    kernel.toString());
        }
    }
}
