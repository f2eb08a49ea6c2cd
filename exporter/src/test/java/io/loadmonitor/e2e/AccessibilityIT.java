package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.DumpTexts;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** Every kind of page, in both themes, with a real browser and axe-core. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AccessibilityIT {
    private static final List<String> THEMES = List.of("light", "dark");

    private BrowsedExporter pages;
    private Story story;
    private Axe axe;
    private long locks;

    @BeforeAll
    void tellsTheStory(@TempDir Path folder) throws Exception {
        Program.requireScript("axe.min.js");
        AtomicReference<Story> told = new AtomicReference<>();
        AtomicLong withLocks = new AtomicLong();
        pages = BrowsedExporter.start(folder, archive -> {
            told.set(Story.tell(archive));
            withLocks.set(archive.storeFound(DumpTexts.withLocks(4711, Instant.now()))
                    .orElseThrow()
                    .id());
        });
        story = told.get();
        locks = withLocks.get();
        axe = new Axe(pages.browser());
    }

    @AfterAll
    void ends() {
        if (pages != null) {
            pages.close();
        }
    }

    @Test
    void findsNothingOnAnyPage() throws Exception {
        String incident = "/incidents/" + story.incident;
        String flame = "/api/v1/dumps/" + story.alert + "/flamegraph";
        List<URI> all = new ArrayList<>();
        for (String page : List.of(
                "/",
                "/incidents",
                "/incidents?cause=ext4-journal&comm=postgres&from=2026-01-01T00:00",
                "/incidents?comm=nobody",
                incident,
                incident + "?dump=" + story.rising + "&by=stack",
                incident + "?by=container",
                "/incidents/" + story.hostile + "?by=process",
                "/dumps",
                "/dumps?trigger=alert&limit=1",
                "/dumps/" + story.alert,
                "/dumps/" + locks,
                "/dumps/" + story.hostileDump + "?by=cgroup",
                "/dumps/" + story.rising + "/diff/" + story.falling,
                flame,
                flame + "#flame&first=innermost&entries=shown&search=%28",
                // Error pages.
                "/dumps?limit=0",
                "/incidents/4711",
                "/nowhere")) {
            all.add(pages.address(page));
        }
        // A name that is not the exporter's own is answered 403.
        all.add(URI.create("http://stranger.example:" + pages.address("/").getPort() + "/"));
        all.add(Files.writeString(
                        pages.folder().resolve("flame.html"), pages.exporter().text(flame))
                .toUri());
        List<String> found = new ArrayList<>();
        for (String theme : THEMES) {
            pages.browser().theme(theme);
            for (URI page : all) {
                pages.browser().open(page);
                axe.look().forEach(problem -> found.add(theme + ", " + page + ": " + problem));
                if (page.getPath().equals("/dumps/" + locks)) {
                    pages.browser().picture(BrowsedExporter.PICTURES.resolve("locks-" + theme + ".png"));
                }
            }
        }
        pages.browser().theme("light");
        assertEquals("", String.join("\n", found));
    }

    @Test
    void findsNothingOnAFlameGraphInUse() {
        for (String theme : THEMES) {
            pages.browser().theme(theme);
            pages.open("/dumps/" + story.alert);
            pages.tabTo(".frame");
            pages.press(Keys.ARROW_DOWN, Keys.ENTER, "e", "/", "jbd2");
            assertEquals(List.of(), axe.look(), theme);
        }
        pages.browser().theme("light");
    }

    @Test
    void findsWhatIsWrong() {
        pages.open("/incidents");
        pages.browser().ask("document.querySelectorAll('input').forEach(input => document.body.append(input)) || 1");
        assertTrue(
                axe.look().stream().anyMatch(problem -> problem.startsWith("label: ")), "fields without their labels");
    }
}
