package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Flame graphs in a real browser: on a page, of two dumps, and as a file without a server. The dumps are written here. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FlameIT {
    private static final int CALM = 1;
    private static final int STUCK = 2;
    private static final int HOSTILE = 3;
    private static final int HUGE = 4;

    private static final Path PICTURES = Tree.root().resolve("exporter/target/pictures");

    /** Innermost first, as a 6.1 kernel has them (ext4, jbd2, the block layer, NFS). */
    private static final String JOURNAL = """
              jbd2_log_wait_commit+0x10c/0x140 [jbd2]
              ext4_sync_file+0xf7/0x340 [ext4]
              __x64_sys_fsync+0x33/0x60
              do_syscall_64+0x55/0xb0
              entry_SYSCALL_64_after_hwframe+0x6e/0xd8
            """;
    private static final String WRITE = """
              jbd2_journal_begin_ordered_truncate+0x10/0xd0 [jbd2]
              add_transaction_credits+0xd1/0x2c0 [jbd2]
              start_this_handle+0x1b3/0x540 [jbd2]
              ext4_dirty_inode+0x3b/0x80 [ext4]
              __mark_inode_dirty+0x51/0x390
              ext4_buffered_write_iter+0x5e/0x110 [ext4]
              vfs_write+0x24d/0x410
              ksys_write+0x6b/0xf0
              do_syscall_64+0x55/0xb0
              entry_SYSCALL_64_after_hwframe+0x6e/0xd8
            """;
    private static final String NFS = """
              rpc_wait_bit_killable+0x1a/0x90 [sunrpc]
              __rpc_execute+0x12a/0x380 [sunrpc]
              nfs4_proc_getattr+0x76/0x100 [nfsv4]
              nfs_getattr+0x1c9/0x4a0 [nfs]
              vfs_statx+0xa6/0x150
              __do_sys_newfstatat+0x3c/0x80
              do_syscall_64+0x55/0xb0
              entry_SYSCALL_64_after_hwframe+0x6e/0xd8
            """;

    private Exporter.OnHost host;
    private Browser browser;
    private Path folder;

    @BeforeAll
    void archivesDumpsAndStarts(@TempDir Path temporary) throws Exception {
        folder = temporary;
        ArchiveSettings settings = new ArchiveSettings(
                folder.resolve("archive.db"), InetAddress.getLocalHost().getHostName(), Retention.DEFAULT);
        try (Archive archive = Archive.open(settings, Clock.systemUTC())) {
            store(archive, dump(60, List.of(
                    new Group(6, "java", "R on=cpu-user", ""), new Group(2, "postgres", "D on=sleep", JOURNAL),
                    new Group(3, "df", "D on=sleep", NFS), new Group(1, "rsync", "R on=queue", ""))));
            store(archive, dump(30, List.of(
                    new Group(5, "java", "R on=cpu-user", ""), new Group(4, "java", "R on=queue", ""),
                    new Group(18, "postgres", "D on=sleep", JOURNAL), new Group(6, "postgres", "D on=sleep", WRITE),
                    new Group(3, "df", "D on=sleep", NFS), new Group(1, "kworker/u8:2", "R on=cpu-kernel", WRITE))));
            store(archive, dump(20, List.of(
                    new Group(3, "<script>document.title=1</script>", "R on=queue", ""),
                    new Group(2, "a;b\\n7 \\xe2\\x80\\xaegnp.exe", "D on=sleep", "  </text><script>alert(1)</script>\n  x;y\n"),
                    new Group(1, "]]>&lt;\\\" onload=x y=\\\"", "D on=sleep", JOURNAL))));
            List<Group> many = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                many.add(new Group(25, "worker-" + i % 40, "D on=sleep",
                        own(i) + JOURNAL + NFS));
            }
            store(archive, dump(10, many));
        }
        host = Exporter.OnHost.start(folder, List.of(), Tree.jar(), "--source=procfs");
        browser = Browser.start(folder);
        browser.size(1200, 900);
    }

    @AfterAll
    void ends() {
        if (browser != null) {
            browser.close();
        }
        if (host != null) {
            host.close();
        }
    }

    @AfterEach
    void noPageComplainsOrAsksOtherHosts() {
        assertEquals(List.of(), browser.complaints());
        for (URI request : browser.requests()) {
            assertEquals(host.exporter().hostAndPort(), request.getAuthority(), "a request left this host: " + request);
        }
    }

    @Test
    void zoomsByClickAndBack() {
        open("/dumps/" + STUCK);
        long all = shown();
        assertEquals("37 tasks", label("all"));
        WebElement postgres = box("postgres — 24 tasks");
        double before = width(postgres);
        postgres.click();
        assertEquals(width(root()), width(postgres), 1, "it is as wide as the graph");
        assertTrue(width(postgres) > before * 1.4, "it was narrower");
        assertTrue(shown() < all, "others are away");
        assertTrue(box("java — 9 tasks").getDomAttribute("class").contains("away"));
        assertTrue(details().startsWith("postgres — 24 tasks, 64.9 %"), details());
        box("jbd2_log_wait_commit [jbd2] — 18 tasks").click();
        assertTrue(details().endsWith("100.0 % of jbd2_log_wait_commit [jbd2]"), details());
        root().click();
        assertEquals(all, shown(), "the box of all tasks leads back");
        box("df — 3 tasks").click();
        assertTrue(shown() < all);
        button("Show all").click();
        assertEquals(all, shown());
        assertFalse(button("Show all").isEnabled(), "there is nothing to show");
    }

    @Test
    void zoomsByKeyboard() {
        open("/dumps/" + STUCK);
        long all = shown();
        tabTo("frame");
        press(Keys.ARROW_DOWN, Keys.ARROW_RIGHT);
        assertTrue(details().startsWith("java — 9 tasks"), details());
        press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
        assertTrue(details().startsWith("postgres — 24 tasks"), details());
        press(Keys.ENTER);
        assertTrue(shown() < all);
        press(Keys.ARROW_DOWN);
        assertTrue(details().startsWith("entry_SYSCALL_64_after_hwframe — 24 tasks"), details());
        press(Keys.ARROW_LEFT);
        assertTrue(details().startsWith("entry_SYSCALL_64_after_hwframe — 24 tasks"), "its neighbours are away: " + details());
        press(Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_UP);
        assertTrue(details().startsWith("all — 37 tasks"), details());
        press(Keys.ESCAPE);
        assertEquals(all, shown());
        press("/");
        assertTrue(active().getDomAttribute("class").contains("flame-search"), "the slash leads to the search");
    }

    @Test
    void findsFunctionsAndCountsEachTaskOnce() {
        open("/dumps/" + STUCK);
        WebElement search = browser.driver().findElement(By.className("flame-search"));
        search.sendKeys("JBD2");
        // 18 wait for the commit, 6 + 1 for room in the journal, where three functions in a row match.
        assertEquals("25 of 37 tasks, 67.6 %", found());
        assertEquals("rgb(255, 216, 77)", browser.ask("getComputedStyle(document.querySelector('.frame.found rect')).fill"));
        search.sendKeys("xyz");
        assertEquals("nothing found", found());
        search.sendKeys(Keys.ESCAPE);
        assertEquals("", found());
        assertEquals(0, browser.driver().findElements(By.cssSelector(".frame.found")).size());
        search.sendKeys("<b>");
        assertEquals("nothing found", found());
        button("Show all").click();
        assertEquals("", search.getDomProperty("value"));
    }

    @Test
    void showsWhatChangedInBothThemes() {
        open("/dumps/" + STUCK);
        browser.driver().findElement(By.name("compare")).sendKeys("1", Keys.ENTER);
        Wait.until("the comparison", Duration.ofSeconds(10),
                () -> Optional.of(true).filter(yes -> browser.driver().getCurrentUrl().contains("/diff/")),
                () -> browser.driver().getCurrentUrl());
        assertTrue(browser.driver().getCurrentUrl().endsWith("/dumps/1/diff/2"), browser.driver().getCurrentUrl());
        assertEquals("12 tasks before, 37 after: 27 arrived, 2 left", heading());
        assertEquals("+22 postgres", label("postgres"));
        assertTrue(box("jbd2_log_wait_commit [jbd2] — 2 → 18 tasks (+16)").getDomAttribute("class").contains("flame-more-3"));
        assertTrue(box("rsync — 1 → 0 tasks (\u22121)").getDomAttribute("class").contains("flame-less-1"));
        assertTrue(box("df — 3 → 3 tasks (=)").getDomAttribute("class").contains("flame-same"));
        WebElement search = browser.driver().findElement(By.className("flame-search"));
        search.sendKeys("jbd2");
        assertEquals("2 → 25 tasks", found());
        search.sendKeys(Keys.ESCAPE);
        box("java — 6 → 9 tasks (+3)").click();
        assertTrue(box("df — 3 → 3 tasks (=)").getDomAttribute("class").contains("away"));
        press(Keys.ESCAPE);
        open("/dumps/2/diff/2");
        assertTrue(heading().startsWith("No difference"), heading());
        assertEquals(0, browser.driver().findElements(By.cssSelector("[class*=flame-more], .frame[class*=flame-less]")).stream()
                .filter(element -> element.getDomAttribute("class").startsWith("frame")).count());
    }

    /** Contrast of 4.5 : 1, as the guidelines for accessible pages ask of text (WCAG 2.2, 1.4.3). */
    @Test
    void canBeReadInBothThemes() {
        for (String theme : List.of("light", "dark")) {
            browser.theme(theme);
            for (String page : List.of("/dumps/" + STUCK, "/dumps/1/diff/2", "/dumps/2/diff/1")) {
                open(page);
                Map<?, ?> worst = (Map<?, ?>) browser.ask(WORST_CONTRAST);
                assertTrue(((Number) worst.get("ratio")).doubleValue() >= 4.5, theme + " " + page + ": " + worst);
                browser.picture(PICTURES.resolve("flame" + page.replace('/', '-') + "-" + theme + ".png"));
                browser.size(1200, 900);
            }
        }
        browser.theme("light");
    }

    @Test
    void isAFileThatNeedsNoServer() throws Exception {
        Path file = Files.writeString(folder.resolve("flame.html"),
                host.exporter().text("/api/v1/dumps/" + STUCK + "/flamegraph"));
        for (URI address : List.of(
                file.toUri(), host.exporter().address().resolve("/api/v1/dumps/" + STUCK + "/flamegraph"))) {
            browser.open(address);
            long all = shown();
            box("postgres — 24 tasks").click();
            assertTrue(shown() < all, "zoom works at " + address);
            press(Keys.ESCAPE);
            browser.driver().findElement(By.className("flame-search")).sendKeys("jbd2");
            assertEquals("25 of 37 tasks, 67.6 %", found());
            browser.theme("dark");
            assertEquals("rgb(21, 24, 27)", browser.ask("getComputedStyle(document.body).backgroundColor"));
            browser.picture(PICTURES.resolve("flame-file.png"));
            browser.size(1200, 900);
            browser.theme("light");
        }
    }

    @Test
    void showsHostileNamesAsText() throws Exception {
        String hostile = "/dumps/" + HOSTILE;
        Path file = Files.writeString(folder.resolve("hostile.html"),
                host.exporter().text("/api/v1" + hostile + "/flamegraph"));
        for (URI address : List.of(host.exporter().address().resolve(hostile), file.toUri(),
                host.exporter().address().resolve(hostile + "/diff/2"))) {
            browser.open(address);
            long scripts = browser.driver().findElements(By.tagName("script")).size();
            assertEquals(1, scripts, "scripts at " + address);
            for (WebElement box : browser.driver().findElements(By.cssSelector(".frame"))) {
                if (!box.getDomAttribute("class").contains("away")) {
                    box.click();
                    press(Keys.ESCAPE);
                }
            }
            browser.driver().findElement(By.className("flame-search")).sendKeys("<script>");
            assertFalse(found().equals("nothing found"), "it is found as text");
            assertFalse(browser.driver().getTitle().equals("1"), "nothing ran");
            assertEquals(1, browser.driver().findElements(By.tagName("script")).size());
            assertEquals(0L, browser.ask("document.querySelectorAll('.frame script, .frame [onload], [onload]').length"));
            assertFalse(((String) browser.ask("document.body.textContent")).contains("\u202e"), "nothing turns the writing");
        }
    }

    @Test
    void drawsAHugeDumpWithinBounds() {
        open("/dumps/" + HUGE);
        assertEquals("10000 of 10000 tasks, 100.0 %", search("jbd2"));
        long boxes = (Long) browser.ask("document.querySelectorAll('.frame').length");
        assertEquals(2000, boxes);
        assertTrue(browser.driver().findElement(By.className("flame")).getText().contains("are not drawn: too narrow"));
        // Once cold, as anybody meets it first, and once more.
        System.out.println("10,000 tasks, 2,000 boxes: " + browser.ask(TIMES));
        open("/dumps/" + HUGE);
        System.out.println("... once more: " + browser.ask(TIMES));
    }

    @Test
    void canBeReadWithoutAScript() {
        browser.driver().executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", true));
        try {
            open("/dumps/" + STUCK);
            assertFalse(browser.driver().findElement(By.className("flame-tools")).isDisplayed());
            assertTrue(width(box("postgres — 24 tasks")) > 300);
            assertEquals("postgres", label("postgres"));
        } finally {
            browser.driver().executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", false));
        }
    }

    @Test
    void fitsAPhone() {
        for (String page : List.of("/dumps/" + STUCK, "/dumps/1/diff/2", "/dumps/" + HOSTILE,
                "/api/v1/dumps/" + STUCK + "/flamegraph")) {
            browser.size(400, 800);
            open(page);
            long wide = (Long) browser.ask("document.documentElement.scrollWidth");
            long screen = (Long) browser.ask("document.documentElement.clientWidth");
            assertTrue(wide <= screen, page + " is " + wide + " px wide on a screen of " + screen);
            browser.picture(PICTURES.resolve("flame-phone" + page.replace('/', '-') + ".png"));
        }
        browser.size(1200, 900);
    }

    /** A task's name, its state and place, its stack or empty text. */
    private record Group(int tasks, String comm, String place, String frames) {}

    private static void store(Archive archive, String text) throws Exception {
        long id = archive.reserveDump(DumpTrigger.MANUAL, Optional.of(new EscapedText("test")), OptionalLong.empty());
        archive.store(id, RawDump.of(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Ten functions that no other stack has. */
    private static String own(int stack) {
        StringBuilder frames = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            frames.append("  wait_").append(stack).append('_').append(i).append("+0x1/0x2 [driver]\n");
        }
        return frames.toString();
    }

    private static String dump(int secondsAgo, List<Group> groups) {
        int tasks = groups.stream().mapToInt(Group::tasks).sum();
        StringBuilder text = new StringBuilder("""
                load_monitor dump version=1 id=%d source=kmod boot_id=6f1c0a52-5c6c-4d0e-9a53-2f8f54f0c1aa release=6.1.0-56-cloud-amd64
                trigger kind=manual reason="test" cause=present
                time wall=%s monotonic_ns=%d
                load avg1=%d.42 avg5=1.10 avg15=0.37 active=%d cpus=4
                """.formatted(100 - secondsAgo, Instant.now().minusSeconds(secondsAgo), (1000 - secondsAgo) * 1_000_000_000L,
                tasks, tasks));
        StringBuilder rows = new StringBuilder();
        int pid = 100;
        for (int i = 0; i < groups.size(); i++) {
            Group group = groups.get(i);
            boolean stacked = !group.frames().isEmpty();
            if (stacked) {
                text.append("stack id=" + (i + 1) + " tasks=" + group.tasks() + "\n" + group.frames());
            }
            for (int task = 0; task < group.tasks(); task++, pid++) {
                rows.append("task pid=" + pid + " tgid=" + pid + " ppid=1 cpu=0 state=" + group.place() + " stack="
                        + (stacked ? i + 1 : 0) + " cgroup=\"/\" comm=\"" + group.comm() + "\"\n");
            }
        }
        return text.append(rows).append("end id=" + (100 - secondsAgo) + " tasks=" + tasks + "\n").toString();
    }

    private static final String TIMES = """
            (() => {
              const page = performance.getEntriesByType('navigation')[0];
              return `${Math.round(page.responseEnd)} ms until it is sent, ${Math.round(page.domInteractive)} until read, `
                  + `${Math.round(page.loadEventEnd)} until the script is through, `
                  + `${Math.round(page.encodedBodySize / 1000)} of ${Math.round(page.decodedBodySize / 1000)} kB`;
            })()""";

    private static final String WORST_CONTRAST = """
            (() => {
              const parts = colour => colour.match(/[0-9.]+/g).slice(0, 3).map(Number);
              const light = colour => parts(colour).map(c => c / 255)
                  .map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
                  .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
              let worst = {ratio: 21};
              for (const frame of document.querySelectorAll('.frame')) {
                const back = getComputedStyle(frame.querySelector('rect')).fill;
                const ink = getComputedStyle(frame.querySelector('text')).fill;
                const [low, high] = [light(back), light(ink)].sort((a, b) => a - b);
                const ratio = (high + .05) / (low + .05);
                if (ratio < worst.ratio) {
                  worst = {ratio, back, ink, frame: frame.getAttribute('class')};
                }
              }
              return worst;
            })()""";

    private void open(String path) {
        browser.open(host.exporter().address().resolve(path));
    }

    private WebElement root() {
        return browser.driver().findElement(By.cssSelector(".frame"));
    }

    private WebElement box(String title) {
        return browser.driver().findElements(By.cssSelector(".frame")).stream()
                .filter(box -> box.findElement(By.tagName("title")).getDomProperty("textContent").startsWith(title))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no box is titled " + title));
    }

    private String label(String name) {
        return box(name + " — ").findElement(By.tagName("text")).getDomProperty("textContent");
    }

    private String search(String text) {
        browser.driver().findElement(By.className("flame-search")).sendKeys(text);
        return found();
    }

    private long shown() {
        return (Long) browser.ask("[...document.querySelectorAll('.frame')]"
                + ".filter(frame => getComputedStyle(frame).display !== 'none').length");
    }

    private static double width(WebElement box) {
        return box.findElement(By.tagName("rect")).getRect().getWidth();
    }

    private String details() {
        return browser.driver().findElement(By.className("flame-details")).getText();
    }

    private String found() {
        return browser.driver().findElement(By.className("flame-found")).getText();
    }

    private WebElement button(String text) {
        return browser.driver().findElement(By.xpath("//button[text()='" + text + "']"));
    }

    private String heading() {
        return browser.driver().findElement(By.tagName("h1")).getText();
    }

    private WebElement active() {
        return browser.driver().switchTo().activeElement();
    }

    private void press(CharSequence... keys) {
        for (CharSequence key : keys) {
            active().sendKeys(key);
        }
    }

    private void tabTo(String className) {
        for (int presses = 0; presses < 60; presses++) {
            active().sendKeys(Keys.TAB);
            String classes = active().getDomAttribute("class");
            if (classes != null && classes.startsWith(className)) {
                return;
            }
        }
        throw new AssertionError("60 presses of Tab do not reach " + className);
    }
}
