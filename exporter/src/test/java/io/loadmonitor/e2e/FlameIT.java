package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/**
 * Flame graphs in a real browser: on a page, of two dumps, and as a file without a server. The dumps are written here.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FlameIT {
    private static final int CALM = 1;
    private static final int STUCK = 2;
    private static final int HOSTILE = 3;
    private static final int HUGE = 4;

    private BrowsedExporter pages;
    private Browser browser;

    @BeforeAll
    void archivesDumpsAndStarts(@TempDir Path folder) throws Exception {
        pages = BrowsedExporter.start(folder, archive -> {
            Story.manual(
                    archive,
                    dump(CALM)
                            .with(6, "java", "R on=cpu-user", "")
                            .with(2, "postgres", "D on=sleep", KernelStacks.JOURNAL)
                            .with(3, "df", "D on=sleep", KernelStacks.NFS)
                            .with(1, "rsync", "R on=queue", "")
                            .raw());
            Story.manual(
                    archive,
                    dump(STUCK)
                            .with(5, "java", "R on=cpu-user", "")
                            .with(4, "java", "R on=queue", "")
                            .with(18, "postgres", "D on=sleep", KernelStacks.JOURNAL)
                            .with(6, "postgres", "D on=sleep", KernelStacks.WRITE)
                            .with(3, "df", "D on=sleep", KernelStacks.NFS)
                            .with(1, "kworker/u8:2", "R on=cpu-kernel", KernelStacks.WRITE)
                            .raw());
            Story.manual(
                    archive,
                    dump(HOSTILE)
                            .with(3, "<script>document.title=1</script>", "R on=queue", "")
                            .with(
                                    2,
                                    "a;b\\n7 \\xe2\\x80\\xaegnp.exe",
                                    "D on=sleep",
                                    "  </text><script>alert(1)</script>\n  x;y\n")
                            .with(1, "]]>&lt;\\\" onload=x y=\\\"", "D on=sleep", KernelStacks.JOURNAL)
                            .raw());
            WrittenDump many = dump(HUGE);
            for (int i = 0; i < 400; i++) {
                many.with(25, "worker-" + i % 40, "D on=sleep", own(i) + KernelStacks.JOURNAL + KernelStacks.NFS);
            }
            Story.manual(archive, many.raw());
        });
        browser = pages.browser();
    }

    @AfterAll
    void ends() {
        if (pages != null) {
            pages.close();
        }
    }

    @AfterEach
    void noPageComplainsOrAsksOtherHosts() {
        pages.assertQuiet();
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
        assertEquals("jbd2_log_wait_commit [jbd2] — 18 tasks, 48.6 %", details());
        press(Keys.ARROW_UP);
        assertEquals("ext4_sync_file [ext4] — 18 tasks, 48.6 %", details(), "no share of what is below it");
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
        pages.tabTo(".frame");
        press(Keys.ARROW_DOWN, Keys.ARROW_RIGHT);
        assertTrue(details().startsWith("java — 9 tasks"), details());
        press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
        assertTrue(details().startsWith("postgres — 24 tasks"), details());
        press(Keys.ENTER);
        assertTrue(shown() < all);
        press(Keys.ARROW_DOWN);
        assertEquals("__x64_sys_fsync — 18 tasks, 48.6 %, 75.0 % of postgres", details(), "the way in is folded");
        press(Keys.ARROW_LEFT);
        assertTrue(details().startsWith("__x64_sys_fsync — 18 tasks"), "its neighbours are away: " + details());
        press(Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_UP);
        assertTrue(details().startsWith("all — 37 tasks"), details());
        press(Keys.ESCAPE);
        assertEquals(all, shown());
        press("/");
        assertTrue(pages.active().getDomAttribute("class").contains("flame-search"), "the slash leads to the search");
    }

    @Test
    void leadsToTheSearchFromAnywhere() {
        open("/dumps/" + STUCK);
        assertEquals("BODY", browser.ask("document.activeElement.tagName"));
        press("/");
        press("a/b");
        assertEquals(
                "a/b",
                browser.driver().findElement(By.className("flame-search")).getDomProperty("value"));
        pages.tabTo(".compare select[name=before]");
        press("/");
        assertEquals("SELECT", browser.ask("document.activeElement.tagName"), "a list is written to");
    }

    @Test
    void findsByRegularExpressionsWithinATime() {
        open("/dumps/" + STUCK);
        assertEquals("28 of 37 tasks, 75.7 %", search("^(ext4|nfs)_.*\\[(ext4|nfs)\\]$"));
        assertEquals("25 of 37 tasks, 67.6 %", anew("[jbd2]"), "what stands in a name is taken as it stands");
        assertEquals("not a regular expression: a ( without its )", anew("^(ext4"));
        WebElement search = browser.driver().findElement(By.className("flame-search"));
        assertEquals("true", search.getDomAttribute("aria-invalid"));
        assertEquals(
                0, browser.driver().findElements(By.cssSelector(".frame.found")).size());
        long started = System.nanoTime();
        assertEquals("nothing found", anew("(((\\w|_)*)*)*;$"), "the browser's own takes for ever with it");
        assertTrue(System.nanoTime() - started < 10_000_000_000L);
        assertEquals(null, search.getDomAttribute("aria-invalid"));
    }

    /** Of what it takes; the browser's own is the measure. */
    @Test
    void understandsRegularExpressionsAsTheBrowserDoes() {
        open("/dumps/" + STUCK);
        assertEquals(List.of(), browser.ask(PATTERNS_THAT_DIFFER));
        assertEquals(List.of(), browser.ask(PATTERNS_WRONGLY_TAKEN));
    }

    @Test
    void putsWhatTasksWaitInFirst() {
        open("/dumps/" + STUCK);
        pages.tabTo(".frame");
        press("i");
        assertEquals("37 tasks", label("all"));
        assertEquals("2", box("jbd2_log_wait_commit [jbd2] — 18 tasks").getDomAttribute("aria-level"));
        WebElement ordered = box("jbd2_journal_begin_ordered_truncate [jbd2] — 7 tasks");
        assertEquals("2", ordered.getDomAttribute("aria-level"), "of postgres and of the kworker");
        ordered.click();
        assertTrue(box("kworker/u8:2 — 1 task,").isDisplayed()
                && box("postgres — 6 tasks").isDisplayed());
        press(Keys.ESCAPE);
        assertEquals("25 of 37 tasks, 67.6 %", search("jbd2"), "as from the other end");
        button("Innermost first").click();
        assertEquals("25 of 37 tasks, 67.6 %", found());
        assertEquals("2", box("postgres — 24 tasks").getDomAttribute("aria-level"));
        open("/dumps/1/diff/2");
        button("Innermost first").click();
        assertEquals("+16 jbd2_log_wait_commit [jbd2]", label("jbd2_log_wait_commit [jbd2]"));
    }

    @Test
    void foldsTheWayIntoTheKernel() {
        open("/dumps/" + STUCK);
        long folded = shown();
        WebElement entry = box("entry_SYSCALL_64_after_hwframe — 24 tasks");
        assertFalse(entry.isDisplayed());
        assertEquals("28 of 37 tasks, 75.7 %, in entry functions", search("do_syscall_64"));
        double high = ((Number) browser.ask("document.querySelector('.flame-graph').clientHeight")).doubleValue();
        button("Entry functions").click();
        assertTrue(entry.isDisplayed());
        assertEquals("28 of 37 tasks, 75.7 %", found());
        assertTrue(shown() > folded);
        assertEquals(
                high + 36, ((Number) browser.ask("document.querySelector('.flame-graph').clientHeight")).doubleValue());
        entry.click();
        button("Entry functions").click();
        assertEquals(width(root()), width(box("postgres — 24 tasks")), 1, "what it was called by is looked at instead");
    }

    @Test
    void keepsWhatIsLookedAtInTheAddress() throws Exception {
        Path file = Files.writeString(
                pages.folder().resolve("kept.html"), pages.exporter().text("/api/v1/dumps/" + STUCK + "/flamegraph"));
        for (URI address : List.of(pages.address("/dumps/" + STUCK), file.toUri())) {
            browser.open(address);
            button("Innermost first").click();
            button("Entry functions").click();
            box("jbd2_log_wait_commit [jbd2] — 18 tasks").click();
            assertEquals("24 of 37 tasks, 64.9 %", search("^post"));
            Wait.until(
                    "the address",
                    Duration.ofSeconds(10),
                    () -> Optional.of(browser.driver().getCurrentUrl()).filter(url -> url.contains("search=")),
                    () -> browser.driver().getCurrentUrl());
            String link = browser.driver().getCurrentUrl();
            long boxes = shown();
            browser.open(URI.create("about:blank"));
            browser.open(URI.create(link));
            assertEquals("24 of 37 tasks, 64.9 %", found(), link);
            assertEquals(boxes, shown());
            assertEquals("true", button("Innermost first").getDomAttribute("aria-pressed"));
            assertTrue(box("entry_SYSCALL_64_after_hwframe — 18 tasks").isDisplayed());
            assertTrue(details().startsWith("jbd2_log_wait_commit [jbd2] — 18 tasks"), details());
            button("Show all").click();
            button("Entry functions").click();
            button("Innermost first").click();
            assertEquals(address, URI.create(browser.driver().getCurrentUrl()), "as it was");
        }
        browser.open(pages.address("/dumps/" + STUCK + "#flame&zoom=none&first=x&search=%28"));
        assertEquals("not a regular expression: a ( without its )", found(), "a broken link breaks nothing");
    }

    @Test
    void copiesAName() {
        open("/dumps/" + STUCK);
        pages.tabTo(".frame");
        press(Keys.ARROW_DOWN);
        press("c");
        assertEquals("df", browser.ask("getSelection().toString()"));
        assertFalse(browser.driver()
                .findElement(By.className("flame-said"))
                .getText()
                .isEmpty());
        box("jbd2_log_wait_commit [jbd2] — 18 tasks").click();
        button("Copy name").click();
        assertEquals("jbd2_log_wait_commit [jbd2]", browser.ask("getSelection().toString()"));
        WebElement search = browser.driver().findElement(By.className("flame-search"));
        search.sendKeys(Keys.chord(Keys.CONTROL, "v"));
        assertEquals("jbd2_log_wait_commit [jbd2]", search.getDomProperty("value"), "it was copied");
    }

    @Test
    void saysAtThePointerWhatABoxIs() {
        open("/dumps/" + STUCK);
        new Actions(browser.driver()).moveToElement(box("postgres — 24 tasks")).perform();
        WebElement tip = browser.driver().findElement(By.className("flame-tip"));
        assertEquals("visible", tip.getCssValue("visibility"));
        assertEquals(
                List.of("postgres", "24 tasks, 64.9 %"),
                tip.findElements(By.tagName("text")).stream()
                        .map(text -> text.getDomProperty("textContent"))
                        .toList());
        assertEquals(
                "postgres — 24 tasks, 64.9 %",
                browser.ask("[...document.querySelectorAll('.frame')].filter(frame =>"
                        + " frame.querySelector('title').textContent === '')"
                        + ".map(frame => frame.getAttribute('aria-label')).join()"),
                "the browser's own box would be a second one");
        new Actions(browser.driver())
                .moveToElement(browser.driver().findElement(By.tagName("h1")))
                .perform();
        assertEquals("hidden", tip.getCssValue("visibility"));
        assertEquals(
                0L,
                browser.ask("document.querySelectorAll('.frame[aria-label], .frame title:empty').length"),
                "all are as they were");
    }

    @Test
    void saysWhatTheColoursMean() {
        open("/dumps/" + STUCK);
        assertEquals(
                "program, function of the kernel, function of a module, no stack, and why",
                String.join(
                        ", ",
                        browser.driver().findElements(By.cssSelector(".flame-legend li")).stream()
                                .map(WebElement::getText)
                                .toList()));
    }

    @Test
    void findsFunctionsAndCountsEachTaskOnce() {
        open("/dumps/" + STUCK);
        WebElement search = browser.driver().findElement(By.className("flame-search"));
        search.sendKeys("JBD2");
        // 18 wait for the commit, 6 + 1 for room in the journal, where three functions in a row match.
        assertEquals("25 of 37 tasks, 67.6 %", found());
        assertEquals(
                "rgb(255, 216, 77)", browser.ask("getComputedStyle(document.querySelector('.frame.found rect')).fill"));
        search.sendKeys("xyz");
        assertEquals("nothing found", found());
        search.sendKeys(Keys.ESCAPE);
        assertEquals("", found());
        assertEquals(
                0, browser.driver().findElements(By.cssSelector(".frame.found")).size());
        search.sendKeys("<b>");
        assertEquals("nothing found", found());
        button("Show all").click();
        assertEquals("", search.getDomProperty("value"));
    }

    @Test
    void showsWhatChangedInBothThemes() {
        open("/dumps/" + STUCK);
        pages.find("select[name=before] option[value='1']").click();
        pages.follow(() -> pages.find(".compare button").click());
        Wait.until(
                "the comparison",
                Duration.ofSeconds(10),
                () -> Optional.of(true)
                        .filter(yes -> browser.driver().getCurrentUrl().contains("/diff/")),
                () -> browser.driver().getCurrentUrl());
        assertTrue(
                browser.driver().getCurrentUrl().endsWith("/dumps/1/diff/2"),
                browser.driver().getCurrentUrl());
        assertEquals("12 tasks before, 37 after: 27 arrived, 2 left", pages.heading());
        assertEquals("+22 postgres", label("postgres"));
        assertTrue(box("jbd2_log_wait_commit [jbd2] — 2 → 18 tasks (+16)")
                .getDomAttribute("class")
                .contains("flame-more-3"));
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
        assertTrue(pages.heading().startsWith("No difference"), pages.heading());
        assertEquals(
                0,
                browser.driver().findElements(By.cssSelector("[class*=flame-more], .frame[class*=flame-less]")).stream()
                        .filter(element -> element.getDomAttribute("class").startsWith("frame"))
                        .count());
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
                browser.picture(
                        BrowsedExporter.PICTURES.resolve("flame" + page.replace('/', '-') + "-" + theme + ".png"));
                browser.size(1200, 900);
            }
        }
        browser.theme("light");
    }

    @Test
    void isAFileThatNeedsNoServer() throws Exception {
        Path file = Files.writeString(
                pages.folder().resolve("flame.html"), pages.exporter().text("/api/v1/dumps/" + STUCK + "/flamegraph"));
        for (URI address : List.of(file.toUri(), pages.address("/api/v1/dumps/" + STUCK + "/flamegraph"))) {
            browser.open(address);
            long all = shown();
            box("postgres — 24 tasks").click();
            assertTrue(shown() < all, "zoom works at " + address);
            press(Keys.ESCAPE);
            browser.driver().findElement(By.className("flame-search")).sendKeys("jbd2");
            assertEquals("25 of 37 tasks, 67.6 %", found());
            browser.theme("dark");
            assertEquals("rgb(21, 24, 27)", browser.ask("getComputedStyle(document.body).backgroundColor"));
            browser.picture(BrowsedExporter.PICTURES.resolve("flame-file.png"));
            browser.size(1200, 900);
            browser.theme("light");
        }
    }

    @Test
    void showsHostileNamesAsText() throws Exception {
        String hostile = "/dumps/" + HOSTILE;
        Path file = Files.writeString(
                pages.folder().resolve("hostile.html"), pages.exporter().text("/api/v1" + hostile + "/flamegraph"));
        for (URI address : List.of(pages.address(hostile), file.toUri(), pages.address(hostile + "/diff/2"))) {
            browser.open(address);
            long scripts = browser.driver().findElements(By.tagName("script")).size();
            // The graph's own, and on a page that of all pages.
            int own = address.getScheme().equals("file") ? 1 : 2;
            assertEquals(own, scripts, "scripts at " + address);
            // Escape brings all of them back, so none is away when its turn comes that is not from the start.
            for (WebElement box : browser.driver().findElements(By.cssSelector(".frame:not(.away, .entry)"))) {
                box.click();
                press(Keys.ESCAPE);
            }
            browser.driver().findElement(By.className("flame-search")).sendKeys("<script>");
            assertFalse(found().equals("nothing found"), "it is found as text");
            assertFalse(browser.driver().getTitle().equals("1"), "nothing ran");
            assertEquals(
                    own, browser.driver().findElements(By.tagName("script")).size());
            assertEquals(
                    0L, browser.ask("document.querySelectorAll('.frame script, .frame [onload], [onload]').length"));
            assertFalse(
                    ((String) browser.ask("document.body.textContent")).contains("\u202e"),
                    "nothing turns the writing");
        }
    }

    @Test
    void drawsAHugeDumpWithinBounds() {
        open("/dumps/" + HUGE);
        assertEquals("10000 of 10000 tasks, 100.0 %", search("jbd2"));
        long boxes = (Long) browser.ask("document.querySelectorAll('.frame').length");
        assertEquals(2000, boxes);
        assertEquals("at least 250 of 10000 tasks, 2.5 %", anew("worker-1$"));
        button("Innermost first").click();
        assertEquals("nothing found in the boxes that are drawn", anew("jbd2"));
        assertEquals(2000L, browser.ask("document.querySelectorAll('.frame').length"));
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
            assertFalse(
                    browser.driver().findElement(By.className("flame-tools")).isDisplayed());
            assertTrue(width(box("postgres — 24 tasks")) > 300);
            assertEquals("postgres", label("postgres"));
        } finally {
            browser.driver().executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", false));
        }
    }

    @Test
    void fitsAPhone() {
        pages.assertFits(
                360,
                List.of(
                        "/dumps/" + STUCK,
                        "/dumps/1/diff/2",
                        "/dumps/" + HOSTILE,
                        "/api/v1/dumps/" + STUCK + "/flamegraph"));
    }

    private static WrittenDump dump(int number) {
        return WrittenDump.of(
                number, "kind=manual reason=\"test\"", Instant.now().minusSeconds(90 - 20L * number));
    }

    /** Ten functions that no other stack has. */
    private static String own(int stack) {
        StringBuilder frames = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            frames.append("  wait_").append(stack).append('_').append(i).append("+0x1/0x2 [driver]\n");
        }
        return frames.toString();
    }

    private static final String PATTERNS_THAT_DIFFER = """
            ['^do_|vfork', '[jbd2]', '\\\\[jbd2\\\\]', '(log|wait)_c', '^ext4_.*e$', '\\\\bcpu\\\\b', '[^a-z]', '',
                '\\\\D\\\\d', '[A-Z]{3}', 'a{3,5}', '(a+)+!', 'x?y', '^$', 'a||b', '(?:post)gres', '.', 'SYS',
                '^.{3}$', '[a-]', 'b{', '[\\\\d_]x', '\\\\Bgres', '[^\\\\W_]', '()', 'a??', '[A-z]{4}', 'o{2,}'
            ].filter(pattern =>
                ['postgres', 'jbd2_log_wait_commit [jbd2]', '[on CPU, user mode]', 'entry_SYSCALL_64', 'a;b', '',
                    'aaaa!', 'x_y', 'A-z', 'ext4_sync_file', 'f.constprop.0', 'b{2}'].some(name =>
                    LoadMonitorPattern(pattern)(name) !== new RegExp(pattern, 'i').test(name)))""";

    private static final String PATTERNS_WRONGLY_TAKEN = """
            ['(', ')', '[', 'a**', '*a', '{2}', '^*', '(?=a)', '(?<n>a)', '\\\\1', 'a{200}',
                '((a{50}){50})', '\\\\', 'a{3,2}', '[z-a]']
                .filter(pattern => {
                  try {
                    LoadMonitorPattern(pattern);
                    return true;
                  } catch (refused) {
                    return refused.message === '';
                  }
                })""";

    private static final String TIMES = """
            (() => {
              const page = performance.getEntriesByType('navigation')[0];
              return `${Math.round(page.responseEnd)} ms until it is sent, `
                  + `${Math.round(page.domInteractive)} until read, `
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
        browser.open(pages.address(path));
    }

    private WebElement root() {
        return browser.driver().findElement(By.cssSelector(".frame"));
    }

    private WebElement box(String title) {
        return pages.box(title);
    }

    private String label(String name) {
        return box(name + " — ").findElement(By.tagName("text")).getDomProperty("textContent");
    }

    private String search(String text) {
        browser.driver().findElement(By.className("flame-search")).sendKeys(text);
        return found();
    }

    private String anew(String text) {
        WebElement search = browser.driver().findElement(By.className("flame-search"));
        search.sendKeys(Keys.ESCAPE);
        return search(text);
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

    private void press(CharSequence... keys) {
        pages.press(keys);
    }
}
