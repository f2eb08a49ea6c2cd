package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.CaptureLimits;
import io.loadmonitor.archive.Retention;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** The packaged exporter on an archive that a test has filled, and a real browser that looks at it. */
final class BrowsedExporter implements AutoCloseable {
    static final Path PICTURES = Tree.root().resolve("exporter/target/pictures");

    private static final List<String> PUBLISHED = List.of("incident", "diff-dark", "scene");

    private static final Retention ALL = new Retention(100_000, Duration.ofDays(3_650), 8L << 30, 1);

    private final Path folder;
    private final Exporter.OnHost host;
    private final Browser browser;
    private final boolean ownsBrowser;

    private BrowsedExporter(Path folder, Exporter.OnHost host, Browser browser, boolean ownsBrowser) {
        this.folder = folder;
        this.host = host;
        this.browser = browser;
        this.ownsBrowser = ownsBrowser;
    }

    /** Puts into the archive what there is to see. */
    @FunctionalInterface
    interface Filling {
        void fill(Archive archive) throws Exception;
    }

    /** @param folder for the archive, its files and logs */
    static BrowsedExporter start(Path folder, Filling filling) throws Exception {
        Exporter.OnHost host = exporter(folder, filling);
        try {
            Browser browser = Browser.start(folder);
            browser.size(1200, 900);
            return new BrowsedExporter(folder, host, browser, true);
        } catch (RuntimeException | Error e) {
            host.close();
            throw e;
        }
    }

    /** In a browser that looks at other exporters before and after, and that is not closed with this one. */
    static BrowsedExporter start(Path folder, Filling filling, Browser browser, String... arguments) throws Exception {
        Exporter.OnHost host = exporter(folder, filling, arguments);
        browser.size(1200, 900);
        return new BrowsedExporter(folder, host, browser, false);
    }

    /** The exporter alone. */
    static Exporter.OnHost exporter(Path folder, Filling filling, String... arguments) throws Exception {
        ArchiveSettings settings = new ArchiveSettings(
                folder.resolve("archive.db"),
                InetAddress.getLocalHost().getHostName(),
                ALL,
                // A filling takes the dumps of months in a moment.
                CaptureLimits.DEFAULT.withDumps(Optional.empty()));
        try (Archive archive = Archive.open(settings, Clock.systemUTC())) {
            filling.fill(archive);
        }
        Path config = Files.writeString(
                folder.resolve("config.yml"),
                Exporter.QUIET
                        + "retention:\n  max_dumps: 100000\n  max_age: 3650d\n  max_size: 8GB\n  min_free_disk: 1MB\n");
        List<String> all = new ArrayList<>(List.of("--source=procfs", "--config.file=" + config));
        all.addAll(List.of(arguments));
        return Exporter.OnHost.start(folder, List.of(), Tree.jar(), all.toArray(String[]::new));
    }

    Browser browser() {
        return browser;
    }

    Exporter exporter() {
        return host.exporter();
    }

    String log() {
        return host.server().log();
    }

    Path folder() {
        return folder;
    }

    void open(String path) {
        browser.open(address(path));
    }

    URI address(String path) {
        return host.exporter().address().resolve(path);
    }

    /** Path and query of the page that is shown. */
    String shown() {
        URI address = URI.create(browser.driver().getCurrentUrl());
        return address.getRawPath() + (address.getRawQuery() == null ? "" : "?" + address.getRawQuery());
    }

    void awaitPage(String path) {
        Wait.until(
                "the page " + path,
                Duration.ofSeconds(20),
                () -> Optional.of(true).filter(yes -> shown().equals(path)),
                this::shown);
    }

    /**
     * Does what leads away from this page, and waits for the next one. A click or a key returns as soon as the browser
     * has it, so what is looked for at once may still be found on the old page.
     */
    void follow(Runnable step) {
        browser.ask("(window.left = true)");
        step.run();
        Wait.until(
                "a page after " + shown(),
                Duration.ofSeconds(20),
                () -> Optional.of((Boolean) browser.ask("!window.left && document.readyState === 'complete'"))
                        .filter(there -> there),
                this::shown);
    }

    WebElement find(String selector) {
        return browser.driver().findElement(By.cssSelector(selector));
    }

    List<WebElement> all(String selector) {
        return browser.driver().findElements(By.cssSelector(selector));
    }

    WebElement link(String text) {
        return browser.driver().findElement(By.linkText(text));
    }

    String heading() {
        return browser.driver().findElement(By.tagName("h1")).getText();
    }

    String text() {
        return browser.driver().findElement(By.tagName("body")).getText();
    }

    WebElement active() {
        return browser.driver().switchTo().activeElement();
    }

    /** The box of a flame graph whose title begins so. Asked of the page at once: a question a box takes seconds. */
    WebElement box(String title) {
        Object box = browser.driver()
                .executeScript(
                        "return [...document.querySelectorAll('.frame')]"
                                + ".find(box => (box.getAttribute('aria-label')"
                                + " ?? box.querySelector('title').textContent).startsWith(arguments[0]))",
                        title);
        if (box == null) {
            throw new AssertionError("no box is titled " + title);
        }
        return (WebElement) box;
    }

    /** Keys as from a keyboard: they go to what has the focus. */
    void press(CharSequence... keys) {
        new Actions(browser.driver()).sendKeys(keys).perform();
    }

    /** Presses Tab until what matches the selector has the focus. */
    void tabTo(String selector) {
        for (int presses = 0; presses < 200; presses++) {
            press(Keys.TAB);
            if ((Boolean) browser.ask("document.activeElement.matches(\"" + selector.replace("\"", "\\\"") + "\")")) {
                return;
            }
        }
        throw new AssertionError("200 presses of Tab do not reach " + selector + " on " + shown());
    }

    /** What the body would need to be scrolled for at this width. */
    void assertFits(int width, List<String> pages) {
        browser.size(width, 800);
        try {
            for (String page : pages) {
                open(page);
                long shown = (Long) browser.ask("document.documentElement.clientWidth");
                assertEquals(width, shown, "the window has the width that is asked for");
                long wide = (Long) browser.ask("document.documentElement.scrollWidth");
                assertTrue(
                        wide <= shown,
                        page + " is " + wide + " px wide on a screen of " + shown + ": " + browser.ask(WIDEST));
                browser.picture(PICTURES.resolve("phone" + page.replaceAll("[^a-z0-9]+", "-") + ".png"));
                browser.size(width, 800);
            }
        } finally {
            browser.size(1200, 900);
        }
    }

    /** A picture for people; one of those that the documents show is written there when they are to be written anew. */
    void picture(String page, String name) throws IOException {
        browser.size(1100, 900);
        open(page);
        Path file = PICTURES.resolve(name + ".png");
        browser.picture(file);
        browser.size(1200, 900);
        Path published = Tree.root().resolve("exporter/docs/images/" + name + ".png");
        if (Boolean.getBoolean("pictures.rewrite") && PUBLISHED.contains(name)) {
            Files.write(published, Files.readAllBytes(file));
        }
    }

    /** Everything above its bound is a person's word: nothing may run, nothing may turn the writing. */
    void assertInert() {
        assertInertBelow("");
    }

    /** @param base the path of the exporter; empty for none */
    void assertInertBelow(String base) {
        String shown = (String) browser.ask("document.documentElement.outerHTML");
        assertFalse(
                shown.codePoints().anyMatch(c -> Character.getType(c) == Character.FORMAT), "marks that draw nothing");
        assertEquals(
                0L,
                browser.ask("[...document.querySelectorAll('*')].filter(element => [...element.attributes]"
                        + ".some(attribute => attribute.name.startsWith('on') || attribute.name === 'style' ||"
                        + " /^\\\\s*(javascript|data):/i.test(attribute.value) && attribute.name === 'href')).length"));
        assertTrue(
                (Boolean) browser.ask("[...document.scripts].every(script => script.src.startsWith(location.origin"
                        + " + '" + base + "/assets/') && script.textContent === '')"),
                "no script but the own files");
    }

    /** To be called after each test: no complaint in the console, no request to anywhere else. */
    void assertQuiet() {
        assertEquals(List.of(), browser.complaints());
        for (URI request : browser.requests()) {
            assertEquals(host.exporter().hostAndPort(), request.getAuthority(), "a request left this host: " + request);
        }
    }

    private static final String WIDEST = """
            [...document.body.querySelectorAll('*')]
                .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
                .slice(0, 5).map(element => element.outerHTML.slice(0, 120)).join(' | ')""";

    @Override
    public void close() {
        if (ownsBrowser) {
            browser.close();
        }
        host.close();
    }
}
