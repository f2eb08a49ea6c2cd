package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.capture.UninterruptibleTask;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The pages in a real browser, on an incident made here: an alert is posted while a task sleeps in D. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PagesIT {
    private static final List<String> PAGES = List.of("/", "/incidents", "/incidents/1", "/dumps", "/dumps/1");

    /** A label that would do something on a page that trusted it. */
    private static final String HOSTILE = "<script>document.title='forged'</script>\u202egnp.exe";

    private Exporter.OnHost host;
    private Browser browser;

    @BeforeAll
    void makesAnIncident(@TempDir Path folder) throws Exception {
        host = Exporter.OnHost.start(folder, List.of(), Tree.jar(), "--source=procfs");
        try (UninterruptibleTask sleeper = UninterruptibleTask.start()) {
            String alert = """
                    {"version":"4","groupKey":"{}:{}","status":"firing","receiver":"load-monitor","groupLabels":{},
                     "commonLabels":{},"commonAnnotations":{},"externalURL":"http://127.0.0.1:9093","truncatedAlerts":0,
                     "alerts":[{"status":"firing","fingerprint":"00000000000000aa",
                       "labels":{"alertname":"LoadHigh","hostile":"%s"},
                       "annotations":{"summary":"Load 5.00","runbook_url":"javascript:alert(1)"},
                       "startsAt":"2026-01-02T03:04:05.678Z","endsAt":"0001-01-01T00:00:00Z",
                       "generatorURL":"http://127.0.0.1:9090/graph"}]}"""
                    .formatted(HOSTILE);
            var answer = Http.post(host.exporter().address().resolve("/api/v1/alerts"), alert);
            assertEquals(202, answer.statusCode(), answer.body());
            Wait.until("the incident's dump", Duration.ofSeconds(60), () -> host.exporter().incident("LoadHigh")
                    .filter(incident -> Loop.completeDumps(incident, "alert").size() == 1), host.server()::tail);
            assertTrue(sleeper.isUninterruptible(), "the task slept until its dump was taken");
        }
        browser = Browser.start(folder);
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
    void leadsFromTheListToTheIncidentToItsDump() {
        open("/");
        browser.driver().findElement(By.cssSelector("a[href='/incidents']")).click();
        WebElement link = browser.driver().findElement(By.cssSelector("a[href='/incidents/1']"));
        assertTrue(link.getText().contains("Load "), link.getText());
        link.click();
        assertTrue(heading().contains("waiting for a vfork child"), heading());
        browser.driver().findElement(By.cssSelector("a[href='/dumps/1']")).click();
        assertTrue(heading().contains("waiting for a vfork child"), heading());
        assertTrue(text().contains("perl"), text());
    }

    @Test
    void showsAHostileLabelAsText() {
        open("/incidents/1");
        assertTrue(text().contains("<script>document.title='forged'</script>"), text());
        assertNotEquals("forged", browser.driver().getTitle());
        assertEquals(List.of(), browser.driver().findElements(By.cssSelector("a[href^='javascript']")));
    }

    @Test
    void fitsAPhone() {
        for (String page : PAGES) {
            browser.size(400, 800);
            open(page);
            long wide = (Long) browser.ask("document.documentElement.scrollWidth");
            long shown = (Long) browser.ask("document.documentElement.clientWidth");
            assertTrue(wide <= shown, page + " is " + wide + " px wide on a screen of " + shown);
        }
        browser.size(1200, 900);
    }

    @Test
    void isLightOrDarkAsTheReaderLikes() {
        for (String page : PAGES) {
            open(page);
            browser.theme("light");
            Object light = browser.ask("getComputedStyle(document.body).backgroundColor");
            browser.theme("dark");
            Object dark = browser.ask("getComputedStyle(document.body).backgroundColor");
            assertNotEquals(light, dark, page);
        }
        browser.theme("light");
    }

    @Test
    void canBeReachedByKeyboard() {
        open("/incidents");
        for (int presses = 0; presses < 40; presses++) {
            browser.driver().switchTo().activeElement().sendKeys(Keys.TAB);
            String target = browser.driver().switchTo().activeElement().getDomAttribute("href");
            if ("/incidents/1".equals(target)) {
                browser.driver().switchTo().activeElement().sendKeys(Keys.ENTER);
                assertTrue(browser.driver().getCurrentUrl().endsWith("/incidents/1"), browser.driver().getCurrentUrl());
                return;
            }
        }
        throw new AssertionError("40 presses of Tab do not reach the incident");
    }

    private void open(String path) {
        browser.open(host.exporter().address().resolve(path));
    }

    private String heading() {
        return browser.driver().findElement(By.tagName("h1")).getText();
    }

    private String text() {
        return browser.driver().findElement(By.tagName("body")).getText();
    }
}
