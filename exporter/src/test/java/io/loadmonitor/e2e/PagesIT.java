package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.Retention;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NoAlertPresentException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** The pages in a real browser, with the story of a slow disk: as a reader goes through them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PagesIT {
    private BrowsedExporter pages;
    private Story story;
    private String incident;
    private String diff;

    /** The incident of the names that attack lasts: its page would show a newer dump. */
    private String hostile;

    /** Every kind of page, with harmless and with hostile names. */
    private List<String> all;

    @BeforeAll
    void tellsTheStory(@TempDir Path folder) throws Exception {
        AtomicReference<Story> told = new AtomicReference<>();
        pages = BrowsedExporter.start(folder, archive -> told.set(Story.tell(archive)));
        story = told.get();
        incident = "/incidents/" + story.incident;
        diff = "/dumps/" + story.crossing + "/diff/" + story.alert;
        hostile = "/incidents/" + story.hostile + "?dump=" + story.hostileDump;
        all = List.of(
                "/",
                "/incidents",
                "/incidents?cause=ext4-journal&comm=postgres&from=2026-01-01T00:00",
                "/incidents?comm=nobody",
                incident,
                incident + "?dump=" + story.rising + "&by=stack",
                incident + "?by=container",
                hostile,
                hostile + "&by=cgroup",
                hostile + "&by=process",
                "/dumps",
                "/dumps?limit=2",
                "/dumps/" + story.alert,
                "/dumps/" + story.hostileDump,
                "/dumps/" + story.hostileDump + "?by=stack",
                diff,
                "/dumps/" + story.alert + "/diff/" + story.hostileDump);
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
    void leadsFromTheListThroughTheIncidentToTheDifference() {
        pages.open("/");
        pages.follow(() -> pages.link("Incidents").click());
        pages.follow(() -> pages.find("a[href='" + incident + "']").click());
        assertTrue(
                pages.heading()
                        .matches("[0-9]+ active tasks at 12:05:30 \\(load [0-9.]+\\) = 18 waiting for the ext4"
                                + " journal .*"),
                pages.heading());
        assertEquals(4, pages.all(".mark").size());
        assertEquals(
                "3: Dump " + story.alert + ", 30 s into the alert",
                pages.find(".mark[aria-current] title").getDomProperty("textContent"));
        pages.follow(
                () -> pages.all(".mark").get(0).findElement(By.tagName("text")).click());
        pages.awaitPage(incident + "?dump=" + story.rising);
        assertTrue(pages.find("#dump-title").getText().startsWith("Dump " + story.rising), pages.text());
        assertEquals(
                "1: Dump " + story.rising + ", 1 min 19 s before the alert",
                pages.find(".mark[aria-current] title").getDomProperty("textContent"));

        pages.open(incident);
        long boxes = shownBoxes();
        pages.box("postgres — 18 tasks").click();
        assertTrue(shownBoxes() < boxes, "zoom leaves less");
        pages.find(".flame-reset").click();
        assertEquals(boxes, shownBoxes());
        pages.find(".flame-search").sendKeys("nfs_getattr");
        assertTrue(
                pages.find(".flame-found").getText().startsWith("9 of 38 tasks"),
                pages.find(".flame-found").getText());

        choose(".compare select[name=before]", Long.toString(story.rising));
        choose(".compare select[name=after]", Long.toString(story.falling));
        pages.follow(() -> pages.find(".compare button").click());
        pages.awaitPage("/dumps/" + story.rising + "/diff/" + story.falling);
        assertTrue(pages.heading().startsWith("14 tasks before, 7 after"), pages.heading());
        assertTrue(pages.box("postgres — 5 → 0 tasks (−5)").isDisplayed());
        pages.follow(() -> pages.find(".eyebrow a[href^='/incidents/']").click());
        pages.awaitPage(incident + "?dump=" + story.falling);
    }

    @Test
    void findsAnIncidentByWhatItsDumpsHold() {
        pages.open("/incidents");
        long before = pages.all(".row").size();
        assertFalse(pages.find("select[name=cause]").isDisplayed(), "the search is folded away");
        pages.find(".search summary").click();
        choose("select[name=cause]", "nfs");
        pages.find("input[name=function]").sendKeys("nfs_getattr+0x1c9/0x4a0 [nfs]");
        pages.find("input[name=cgroup]").sendKeys("/user.slice");
        pages.follow(() -> pages.find(".search button").click());
        assertEquals(1, pages.all(".row").size());
        assertTrue(before > 5);
        assertEquals(
                "1 incident with cause waiting for NFS function \"nfs_getattr\" cgroup /user.slice",
                pages.find(".found").getText().replaceAll("\\s+", " "));
        pages.find(".search .rare summary").click();
        pages.follow(() -> pages.find("input[name=container]").sendKeys(Story.CONTAINER.substring(0, 12), Keys.ENTER));
        assertEquals(1, pages.all(".row").size(), "the tasks of the container are in the same dump");
        pages.follow(() -> pages.find("input[name=comm]").sendKeys("stgr", Keys.ENTER));
        assertEquals(1, pages.all(".row").size(), "a part of a name");
        pages.follow(() -> {
            pages.find("input[name=comm]").clear();
            pages.find("input[name=comm]").sendKeys("\"postgre\"", Keys.ENTER);
        });
        assertEquals(0, pages.all(".row").size(), "a whole name");
        assertTrue(pages.find(".found").getText().startsWith("No incident found"), pages.text());
        assertTrue(pages.find("input[name=container]").isDisplayed(), "the field that is used is not folded away");
        pages.follow(() -> pages.link("Show all").click());
        assertEquals(before, pages.all(".row").size());
    }

    @Test
    void goesTheWholeWayByKeyboard() {
        pages.open("/incidents");
        pages.tabTo(".search summary");
        pages.press(Keys.ENTER);
        pages.tabTo("select[name=cause]");
        pages.press("waiting for the ext4");
        assertEquals("ext4-journal", pages.active().getDomProperty("value"));
        pages.tabTo("input[name=comm]");
        pages.follow(() -> pages.press("df", Keys.ENTER));
        assertEquals(1, pages.all(".row").size());
        pages.tabTo("a[href='" + incident + "']");
        pages.follow(() -> pages.press(Keys.ENTER));
        pages.awaitPage(incident);
        pages.tabTo(".mark[href*='dump=" + story.falling + "']");
        assertFocusIsSeen();
        pages.follow(() -> pages.press(Keys.ENTER));
        pages.awaitPage(incident + "?dump=" + story.falling);
        pages.tabTo(".groups a[href*='by=process']");
        pages.follow(() -> pages.press(Keys.ENTER));
        pages.awaitPage(incident + "?dump=" + story.falling + "&by=process");
        pages.tabTo(".groups summary");
        pages.press(Keys.ENTER);
        assertTrue(pages.find(".groups details[open]").getText().contains("Check:"), pages.text());
        pages.tabTo(".frame");
        long boxes = shownBoxes();
        pages.press(Keys.ARROW_DOWN, Keys.ENTER);
        assertTrue(shownBoxes() < boxes);
        pages.press(Keys.ESCAPE, "/", "nfs");
        assertTrue(
                pages.find(".flame-found").getText().startsWith("1 of 7 tasks"),
                pages.find(".flame-found").getText());
        pages.tabTo(".compare select[name=before]");
        pages.press(Long.toString(story.alert) + ":");
        pages.tabTo(".compare button");
        pages.follow(() -> pages.press(Keys.ENTER));
        pages.awaitPage("/dumps/" + story.alert + "/diff/" + story.falling);
    }

    @Test
    void hasPartsThatSumToTheLoad() {
        pages.open(incident);
        assertEquals(40, sum("#dump .legend b"));
        assertTrue(pages.find(".legend").getText().contains("2 active, but not in the dump"), pages.text());
        assertEquals(100, widths(".bar rect"), 0.2);
        for (String by : List.of("cause", "stack", "process", "cgroup", "container")) {
            pages.open(incident + "?by=" + by);
            assertEquals(38, sum(".groups .size b"), by);
            assertEquals("true", pages.find(".groups a[href*='by=" + by + "']").getDomAttribute("aria-current"));
        }
    }

    @Test
    void tellsOfEachGroupWhatIsNew() {
        pages.open(incident);
        WebElement journal = pages.all(".groups tbody tr").get(0);
        assertTrue(
                journal.getText().startsWith("18 47 % waiting for the ext4 journal postgres × 18".replace(' ', '\n'))
                        || journal.getText()
                                .replaceAll("\\s+", " ")
                                .startsWith("18 47 % waiting for the ext4 journal postgres × 18"),
                journal.getText());
        assertTrue(journal.getText().contains("1 min 53 s"), journal.getText());
        assertEquals(
                "5 new 5 stayed 8 ran on",
                journal.findElement(By.className("changes")).getText().replaceAll("\\s+", " "));
        pages.open(incident + "?dump=" + story.falling);
        assertTrue(pages.find("p.gone").getText().contains("18 waiting for the ext4 journal"), pages.text());
    }

    @Test
    void drawsTheLoadWithItsThresholdsAndAsATable() {
        pages.open(incident);
        assertEquals(
                List.of("load threshold 8.00", "threshold of active tasks 12"),
                pages.all(".level-name").stream()
                        .map(WebElement::getText)
                        .sorted()
                        .toList());
        assertTrue(
                ((Number) pages.browser().ask("document.querySelector('.load-chart .active-line').getBBox().height"))
                                .doubleValue()
                        > 100,
                "the active tasks fill the chart");
        assertTrue(pages.find("#chart-words").getDomProperty("textContent").contains("41 active tasks at most"));
        pages.find(".chart summary").click();
        assertTrue(pages.all(".ticks tbody tr").size() > 20);
        assertTrue(
                pages.find(".ticks").getText().contains("12:0"),
                pages.find(".ticks").getText());
    }

    /** On a laptop and on a phone. */
    @Test
    void saysWhatTheLoadWasAboveTheFold() {
        for (int[] screen : new int[][] {{1280, 720}, {390, 844}}) {
            pages.browser().size(screen[0], screen[1]);
            try {
                pages.open(incident);
                for (String part : List.of("h1", ".bar", "#dump .legend li", ".groups tbody tr:first-child .title")) {
                    double bottom = ((Number) pages.browser()
                                    .ask("document.querySelector('" + part + "').getBoundingClientRect().bottom"))
                            .doubleValue();
                    assertTrue(
                            bottom <= screen[1],
                            part + " ends at " + bottom + " on a screen of " + screen[0] + " x " + screen[1]);
                }
            } finally {
                pages.browser().size(1200, 900);
            }
        }
    }

    /** With what each one was in full at the pointer. */
    @Test
    void listsBeginWithHeadlinesOfTwoLinesAtMost() {
        for (int[] screen : new int[][] {{1280, 720}, {390, 844}}) {
            pages.browser().size(screen[0], screen[1]);
            try {
                for (String list : List.of("/incidents", "/dumps")) {
                    pages.open(list);
                    double bottom = ((Number) pages.browser()
                                    .ask("document.querySelector('.row').getBoundingClientRect().bottom"))
                            .doubleValue();
                    assertTrue(bottom <= screen[1] * 0.5, list + " begins at " + bottom + " of " + screen[1]);
                    assertEquals(
                            List.of(),
                            pages.browser()
                                    .ask("[...document.querySelectorAll('.row h2')].filter(headline =>"
                                            + " headline.getBoundingClientRect().height > 46"
                                            + " || headline.title !== headline.textContent.trim())"
                                            + ".map(headline => headline.textContent)"),
                            list + " at a width of " + screen[0]);
                }
            } finally {
                pages.browser().size(1200, 900);
            }
        }
        pages.open("/incidents?from=1795349050123&to=1795349051000");
        assertTrue(pages.find(".found").getText().contains("2026-11-22 12:04:10 UTC"), "as Grafana writes its times");
    }

    @Test
    void drawsWhatTheLoadConsistedOfAndTellsItByPointerAndByKeyboard() {
        pages.open(incident);
        assertEquals(
                List.of("waiting for the ext4 journal", "on CPU in user mode", "waiting for NFS"),
                pages.all(".chart .legend bdi").stream()
                        .map(WebElement::getText)
                        .limit(3)
                        .toList());
        assertTrue(
                pages.text().contains("Highest at 12:07:00 UTC: load 36.80 = 17.30 waiting for the ext4 journal"),
                pages.text());
        List<WebElement> moments = pages.all(".moment");
        new Actions(pages.browser().driver()).moveToElement(moments.get(60)).perform();
        String pointed = pages.find(".reading").getText();
        assertTrue(
                pointed.matches("12:05:[0-9]{2} UTC: load [0-9.]+ = [0-9.]+ waiting .*; [0-9]+ active tasks"), pointed);
        pages.tabTo(".moments");
        pages.press(Keys.HOME);
        String first = pages.find(".reading").getText();
        assertTrue(first.startsWith("12:00:00 UTC: load 2.4"), first);
        pages.press(Keys.ARROW_RIGHT);
        assertTrue(
                pages.find(".reading").getText().startsWith("12:00:05 UTC: load "),
                pages.find(".reading").getText());
        assertEquals(pages.find(".reading").getText(), pages.find(".moments").getDomAttribute("aria-valuetext"));
        pages.open("/");
        assertTrue(pages.find(".sentence").getText().startsWith("Load "), pages.text());
    }

    @Test
    void tellsTimesInTheReadersZoneWithUtcBeside() {
        pages.browser().zone("Asia/Kolkata");
        try {
            pages.open(incident);
            assertTrue(
                    pages.find(".times time")
                            .getText()
                            .matches("[0-9]+ [A-Z][a-z]+ [0-9]{4}, 17:33:41 \\S+"
                                    + " \\([0-9]+ [A-Z][a-z]+ [0-9]{4}, 12:03:41 UTC\\)"),
                    pages.find(".times time").getText());
            List<String> labels = pages.all(".load-chart .times text").stream()
                    .map(WebElement::getText)
                    .toList();
            assertTrue(
                    labels.contains("12:00") && labels.contains("17:30") && labels.contains("UTC"), labels.toString());
            assertTrue(
                    pages.find(".reading").getText().matches("17:39:[0-9]{2} \\S+ \\(12:09:[0-9]{2} UTC\\): load .*"),
                    pages.find(".reading").getText());
        } finally {
            pages.browser().zone("");
        }
    }

    @Test
    void refreshesAnIncidentThatLastsWithoutLosingThePlace(@TempDir Path folder) throws Exception {
        AtomicReference<Story> told = new AtomicReference<>();
        try (BrowsedExporter live =
                        BrowsedExporter.start(folder, archive -> told.set(Story.tell(archive)), pages.browser());
                Spinner load = Spinner.start()) {
            String page = "/incidents/" + told.get().hostile;
            live.open(page);
            assertTrue(live.browser().driver().getTitle().startsWith("Incident " + told.get().hostile + ", open: "));
            live.browser().ask("(window.kept = true)");
            live.find(".chart details summary").click();
            live.browser().ask("window.scrollBy(0, document.querySelector('#time').getBoundingClientRect().top - 40)");
            long place = top(live);
            long taken = take(live);
            Wait.until(
                    "dump " + taken + " on the page",
                    Duration.ofSeconds(90),
                    () -> Optional.of(live.find("#dump-title").getText())
                            .filter(title -> title.startsWith("Dump " + taken + " ")),
                    live::log);
            assertEquals(true, live.browser().ask("window.kept"), "the page was not loaded anew");
            assertTrue(live.find(".chart details").getDomAttribute("open") != null, "the table is still unfolded");
            assertEquals(place, top(live), 3, "what was looked at is where it was");
            assertTrue(load.spins(), "there is load to be seen");
            assertTrue(live.find(".flame-tools").isDisplayed(), "the new dump's flame graph can be searched");

            // Who has a dump's details under the hand keeps them.
            live.find("#dump summary").click();
            long next = take(live);
            Wait.until(
                    "that there is a newer dump",
                    Duration.ofSeconds(90),
                    () -> Optional.of(live.find(".refresh").getText()).filter(words -> words.contains("newer dump")),
                    live::log);
            assertTrue(live.find("#dump-title").getText().startsWith("Dump " + taken + " "), live.text());
            assertTrue(live.find(".refresh").getText().contains(", " + next + ":"), live.text());
            live.assertInert();
            live.open("/incidents");
            live.assertQuiet();
        }
    }

    @Test
    void refreshesTheStartWithoutLosingThePlace() {
        pages.open("/");
        pages.browser().ask("(window.kept = true)");
        String first = Wait.until(
                "the load over time",
                Duration.ofSeconds(60),
                () -> pages.all(".moment").stream().findFirst().map(moment -> moment.getDomAttribute("data-at")),
                pages::text);
        pages.tabTo("[data-live=load] summary");
        pages.press(Keys.ENTER);
        pages.browser().ask("document.querySelector('[data-live=state] h2').scrollIntoView()");
        long place = stateTop();
        long moments = pages.all(".moment").size();
        Wait.until(
                "another load tick after " + first,
                Duration.ofSeconds(60),
                () -> Optional.of(pages.all(".moment").size()).filter(now -> now > moments),
                pages::text);
        assertEquals(true, pages.browser().ask("window.kept"), "the page was not loaded anew");
        assertEquals("SUMMARY", pages.browser().ask("document.activeElement.tagName"), "the focus is where it was");
        assertTrue(pages.find("[data-live=load] details").getDomAttribute("open") != null, "the table is unfolded");
        assertEquals(place, stateTop(), 3, "what was looked at is where it was");
        assertEquals(5, pages.all("[data-live=ended] .row").size());
        assertTrue(pages.find("[data-live=open] .badge").getText().equals("open"), pages.text());
    }

    private long stateTop() {
        return ((Number) pages.browser()
                        .ask("Math.round(document.querySelector('[data-live=state] h2').getBoundingClientRect().top)"))
                .longValue();
    }

    @Test
    void takesADumpByTheButtonWithAndWithoutAScript() {
        for (boolean off : List.of(false, true)) {
            pages.browser().driver().executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", off));
            try {
                Wait.until(
                        "a dump",
                        Duration.ofSeconds(90),
                        () -> {
                            pages.open("/");
                            pages.find(".take button").click();
                            return Optional.of(pages.shown()).filter(page -> page.matches("/dumps/[0-9]+"));
                        },
                        pages::text);
                Wait.until(
                        "what it says",
                        Duration.ofSeconds(60),
                        // Until then it is loaded anew each second, so nothing of it can be held.
                        () -> Optional.of(
                                        (String) pages.browser().ask("document.querySelector('h1')?.textContent ?? ''"))
                                .filter(words -> words.contains("active task")),
                        pages::shown);
            } finally {
                pages.browser()
                        .driver()
                        .executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", false));
            }
        }
    }

    /** A dump now, as soon as people may have one again. */
    private static long take(BrowsedExporter live) {
        return Wait.until(
                "a dump",
                Duration.ofSeconds(90),
                () -> {
                    try {
                        HttpResponse<String> answer = Http.post(live.address("/api/v1/dumps"), "");
                        return answer.statusCode() == 202
                                ? answer.headers()
                                        .firstValue("Location")
                                        .map(address -> Long.parseLong(address.replaceFirst(".*/", "")))
                                : Optional.empty();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                live::log);
    }

    private static long top(BrowsedExporter live) {
        return ((Number) live.browser().ask("Math.round(document.querySelector('#time').getBoundingClientRect().top)"))
                .longValue();
    }

    @Test
    void offersToCompareWithTheDumpBefore() {
        for (long[] shown : new long[][] {
            {story.rising, story.rising, story.crossing},
            {story.crossing, story.rising, story.crossing},
            {story.falling, story.alert, story.falling}
        }) {
            pages.open(incident + "?dump=" + shown[0]);
            assertEquals(
                    List.of("" + shown[1], "" + shown[2]),
                    pages.all(".compare select").stream()
                            .map(select -> select.getDomProperty("value"))
                            .toList(),
                    "of dump " + shown[0]);
        }
    }

    @Test
    void linksToEveryFile() {
        pages.open(incident);
        for (String file : List.of(
                "Markdown",
                "Everything as one file",
                "Raw text",
                "Folded stacks",
                "speedscope",
                "pprof",
                "Flame graph file")) {
            String address = pages.link(file).getDomProperty("href");
            assertTrue(Http.get(URI.create(address)).isPresent(), file + " at " + address);
        }
        pages.find(".raw summary").click();
        assertTrue(pages.find(".raw pre").getText().startsWith("load_monitor dump version=1"));
    }

    @Test
    void tellsTheStoryWithoutTheTextsOfItsDumps(@TempDir Path folder) throws Exception {
        pages.open(incident);
        String heading = pages.heading();
        pages.assertQuiet();
        AtomicReference<Story> told = new AtomicReference<>();
        try (BrowsedExporter later = BrowsedExporter.start(
                folder,
                archive -> {
                    told.set(Story.tell(archive));
                    archive.keep(new Retention(1, Duration.ofDays(3_650), 8L << 30, 0));
                },
                pages.browser())) {
            String page = "/incidents/" + told.get().incident;
            later.open(page);
            assertEquals(heading, later.heading());
            assertTrue(
                    later.find(".warnings").getText().matches("Its 4 dumps were deleted on [0-9-]{10} .*"),
                    later.find(".warnings").getText());
            assertEquals(
                    40,
                    later.all("#dump .legend b").stream()
                            .mapToInt(number -> Integer.parseInt(number.getText()))
                            .sum());
            assertEquals(4, later.all(".mark").size());
            assertTrue(later.text().contains("postgres ("), later.text());
            assertEquals(0, later.all("a[href^='/dumps/']").size(), "no link leads to what is gone");
            later.assertFits(360, List.of(page));
            assertReadable(page);
            later.picture(page, "incident-without-dumps");
            later.assertQuiet();
        }
    }

    @Test
    void showsNamesThatAttackAsTextAndApart() {
        for (String page : all) {
            pages.open(page);
            pages.assertInert();
            assertThrows(
                    NoAlertPresentException.class,
                    () -> pages.browser().driver().switchTo().alert(),
                    page);
        }
        for (String page : List.of(
                "/incidents",
                hostile,
                "/dumps/" + story.hostileDump,
                "/dumps/" + story.alert + "/diff/" + story.hostileDump)) {
            pages.open(page);
            assertTrue(pages.text().contains(Story.SCRIPT), page);
            assertTrue(pages.text().contains("\\xe2\\x80\\xaegnp.exe"), page);
            assertEquals(List.of(), pages.browser().ask(NOT_ISOLATED), page);
        }
        pages.open(hostile);
        assertTrue(pages.text().contains("\\u202egnp.exe"), "of a label, too");
        assertEquals(0, pages.all("a[href^='javascript']").size());
    }

    /** Contrast of 4.5 : 1, as the guidelines for accessible pages ask of text (WCAG 2.2, 1.4.3). */
    @Test
    void isLightOrDarkAsTheReaderLikes() throws Exception {
        for (String page : all) {
            pages.open(page);
            pages.browser().theme("light");
            Object light = pages.browser().ask("getComputedStyle(document.body).backgroundColor");
            assertReadable(page);
            pages.browser().theme("dark");
            assertNotEquals(light, pages.browser().ask("getComputedStyle(document.body).backgroundColor"), page);
            assertReadable(page);
        }
        pages.browser().theme("light");
        pages.picture(incident, "incident");
        pages.picture("/incidents?cause=ext4-journal", "incidents");
        pages.browser().theme("dark");
        pages.picture(incident + "?by=stack", "incident-dark");
        pages.picture("/dumps/" + story.rising + "/diff/" + story.falling, "diff-dark");
        pages.browser().theme("light");
    }

    @Test
    void fitsAPhone() {
        pages.assertFits(360, all);
    }

    @Test
    void canBeReadWithoutAScript() {
        pages.browser().driver().executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", true));
        try {
            pages.open(incident);
            assertFalse(pages.find(".flame-tools").isDisplayed());
            assertTrue(pages.find(".load-chart .band").isDisplayed());
            pages.follow(() ->
                    pages.find(".stations a[href*='dump=" + story.rising + "']").click());
            pages.awaitPage(incident + "?dump=" + story.rising);
            pages.follow(() -> pages.find(".groups a[href*='by=stack']").click());
            pages.awaitPage(incident + "?dump=" + story.rising + "&by=stack");
            pages.find(".groups summary").click();
            assertTrue(pages.find(".groups details[open]").getText().contains("Check:"), pages.text());
        } finally {
            pages.browser().driver().executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", false));
        }
    }

    private void assertReadable(String page) {
        Map<?, ?> worst = (Map<?, ?>) pages.browser().ask(WORST_CONTRAST);
        assertTrue(((Number) worst.get("ratio")).doubleValue() >= 4.5, page + ": " + worst);
    }

    private void assertFocusIsSeen() {
        assertNotEquals(
                "none",
                pages.browser()
                        .ask("(() => { const style = getComputedStyle(document.activeElement.querySelector("
                                + "'rect') || document.activeElement); return style.outlineStyle !== 'none' ?"
                                + " 'outline' : parseFloat(style.strokeWidth) > 3 ? 'stroke' : 'none'; })()"));
    }

    private void choose(String select, String value) {
        pages.find(select + " option[value='" + value + "']").click();
        assertEquals(value, pages.find(select).getDomProperty("value"));
    }

    private long shownBoxes() {
        return (Long) pages.browser()
                .ask("[...document.querySelectorAll('.frame')]"
                        + ".filter(frame => getComputedStyle(frame).display !== 'none').length");
    }

    private int sum(String selector) {
        return pages.all(selector).stream()
                .mapToInt(element -> Integer.parseInt(element.getText()))
                .sum();
    }

    private double widths(String selector) {
        return pages.all(selector).stream()
                .mapToDouble(element -> Double.parseDouble(element.getDomAttribute("width")))
                .sum();
    }

    /** Elements whose own text has a name of the story's attackers, outside of what keeps its direction to itself. */
    private static final String NOT_ISOLATED = """
            (() => {
              const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              const loose = [];
              while (texts.nextNode()) {
                const element = texts.currentNode.parentElement;
                if (/alert\\(1\\)|gnp\\.exe/.test(texts.currentNode.data)
                    && !element.closest('bdi, svg, option, textarea, title, code')) {
                  loose.push(element.outerHTML.slice(0, 200));
                }
              }
              return loose;
            })()""";

    private static final String WORST_CONTRAST = """
            (() => {
              const parts = colour => colour.match(/[0-9.]+/g).map(Number);
              const light = colour => parts(colour).slice(0, 3).map(c => c / 255)
                  .map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
                  .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
              const back = element => {
                for (let e = element; e; e = e.parentElement) {
                  const colour = getComputedStyle(e).backgroundColor;
                  if ((parts(colour)[3] ?? 1) > 0) {
                    return colour;
                  }
                }
                return 'rgb(255, 255, 255)';
              };
              let worst = {ratio: 21};
              const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (texts.nextNode()) {
                const element = texts.currentNode.parentElement;
                if (!texts.currentNode.data.trim() || element.closest('svg, button:disabled, option')
                    || !element.checkVisibility()) {
                  continue;
                }
                const [low, high] = [light(back(element)), light(getComputedStyle(element).color)]
                    .sort((a, b) => a - b);
                const ratio = (high + .05) / (low + .05);
                if (ratio < worst.ratio) {
                  worst = {ratio, text: texts.currentNode.data.trim().slice(0, 40),
                      element: element.outerHTML.slice(0, 120)};
                }
              }
              return worst;
            })()""";
}
