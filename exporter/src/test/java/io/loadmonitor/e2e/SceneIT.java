package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.Scene;
import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.IntakeOutcome;
import io.loadmonitor.archive.RoutedAlert;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every scene on every kernel as an incident of its own: the first line of its page names the cause that was made. The
 * dumps are as they were captured, with their times; an archive for each kernel, as for each host.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SceneIT {
    /** For the front page: a kernel that many hosts have. */
    private static final String PICTURED = "6.1.0-56-cloud-amd64 journal";

    /** @param of the kernel and the scene */
    private record Shown(String of, Scene scene, LoadBreakdown breakdown, long incident) {}

    private Browser browser;

    @BeforeAll
    void startsABrowser(@TempDir Path folder) {
        browser = Browser.start(folder);
    }

    @AfterAll
    void ends() {
        if (browser != null) {
            browser.close();
        }
    }

    @TestFactory
    List<DynamicTest> namesTheCauseInTheFirstLine(@TempDir Path folder) throws IOException {
        return Scene.kernels().stream()
                .map(kernel -> DynamicTest.dynamicTest(
                        kernel.getParent().getFileName().toString(),
                        () -> check(
                                kernel,
                                Files.createDirectory(
                                        folder.resolve(kernel.getParent().getFileName())))))
                .toList();
    }

    private void check(Path kernel, Path folder) throws Exception {
        List<Shown> all = new ArrayList<>();
        BrowsedExporter.Filling filling = archive -> {
            for (Scene scene : Scene.ALL) {
                all.add(add(archive, kernel, scene));
            }
        };
        try (BrowsedExporter pages = BrowsedExporter.start(folder, filling, browser)) {
            for (Shown shown : all) {
                pages.open("/incidents/" + shown.incident());
                String first = pages.heading();
                LoadPart part = shown.breakdown().parts().get(0);
                assertEquals(shown.breakdown().headline(), first, shown.of());
                assertTrue(first.contains(" = " + part.text()), shown.of() + ": " + first);
                assertTrue(shown.scene().causes().contains(part.cause().id()), shown.of() + ": " + first);
                if (shown.of().equals(PICTURED)) {
                    pages.browser().theme("light");
                    pages.picture("/incidents/" + shown.incident(), "scene");
                }
            }
            pages.assertQuiet();
        }
    }

    private static Shown add(Archive archive, Path kernel, Scene scene) throws Exception {
        RawDump raw = RawDump.of(Files.readAllBytes(scene.dumpOf(kernel)));
        StackDump dump = DumpParser.parse(raw);
        Instant taken = dump.time().flatMap(StackDump.Time::wall).orElseThrow();
        // Scenes follow each other within seconds, and each is to be an incident of its own.
        String fingerprint = String.format("%016x", scene.name().hashCode());
        Map<String, String> labels = Map.of("alertname", "LoadHigh", "instance", "db-1.example.com:9817");
        RoutedAlert.Route route = new RoutedAlert.Route("load", Duration.ZERO);
        IntakeOutcome opened = archive.takeIn(List.of(new RoutedAlert(
                        new Alert(
                                fingerprint,
                                Alert.Status.FIRING,
                                labels,
                                Map.of("summary", "Load is high"),
                                taken,
                                Optional.empty(),
                                Optional.empty()),
                        Optional.of(route))))
                .get(0);
        archive.beginNext();
        archive.store(opened.dumpId().getAsLong(), raw);
        // Scenes come in no order of time: which incident it is, is known when the alert has ended.
        IntakeOutcome ended = archive.takeIn(List.of(new RoutedAlert(
                        new Alert(
                                fingerprint,
                                Alert.Status.RESOLVED,
                                labels,
                                Map.of(),
                                taken,
                                Optional.of(taken),
                                Optional.empty()),
                        Optional.of(route))))
                .get(0);
        return new Shown(
                kernel.getParent().getFileName() + " " + scene.name(),
                scene,
                LoadBreakdown.of(dump),
                ended.incidentId().getAsLong());
    }
}
