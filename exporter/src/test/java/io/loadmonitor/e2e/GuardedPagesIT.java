package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/**
 * What a real browser does for other sites, and for whom it gets pages: names that lead to the exporter, forms and
 * scripts of other sites, passwords, and a reverse proxy with a path.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class GuardedPagesIT {
    /** Of the password "correct horse". */
    private static final String HASH = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";

    private static final String PASSWORD = "correct horse";

    /** Names that an attacker and an administrator have lead to this host. */
    private static final List<String> NAMES =
            List.of("--host-resolver-rules=MAP evil.example 127.0.0.1, MAP ops.example 127.0.0.1");

    private Browser browser;

    @BeforeAll
    void starts(@TempDir Path folder) {
        browser = Browser.start(folder, NAMES);
    }

    @AfterAll
    void ends() {
        if (browser != null) {
            browser.close();
        }
    }

    /** DNS rebinding: the browser takes the exporter for a part of the attacker's site, and would let it read all. */
    @Test
    void aNameOfAnotherSiteReadsNothing(@TempDir Path folder) throws Exception {
        AtomicReference<Story> story = new AtomicReference<>();
        try (BrowsedExporter pages =
                BrowsedExporter.start(folder, archive -> story.set(Story.tell(archive)), browser)) {
            int port = pages.address("/").getPort();
            String dump = "/dumps/" + story.get().alert;
            for (String path : List.of("/incidents", dump, "/api/v1/dumps", "/api/v1" + dump + "/raw")) {
                browser.open(URI.create("http://evil.example:" + port + path));
                assertTrue(pages.text().contains("The Host header is"), path + ": " + pages.text());
                assertTrue(pages.text().contains("evil.example:" + port), path + ": " + pages.text());
                assertFalse(pages.text().contains("postgres"), path + ": " + pages.text());
            }
            for (String name : List.of("127.0.0.1", "localhost")) {
                browser.open(URI.create("http://" + name + ":" + port + dump));
                assertTrue(pages.text().contains("postgres"), name + ": " + pages.text());
            }
            assertEquals(4, refusals(pages, "foreign_host"));
        }
    }

    @Test
    void withAnExternalUrlItsNameIsTakenFromAnywhereAndOthersAreNot(@TempDir Path folder) throws Exception {
        AtomicReference<Story> story = new AtomicReference<>();
        try (BrowsedExporter pages = BrowsedExporter.start(
                folder,
                archive -> story.set(Story.tell(archive)),
                browser,
                "--web.allow-remote-api",
                "--web.external-url=http://ops.example/")) {
            int port = pages.address("/").getPort();
            String dump = "/dumps/" + story.get().alert;
            browser.open(URI.create("http://ops.example:" + port + dump));
            assertTrue(pages.text().contains("postgres"), pages.text());
            browser.open(URI.create("http://evil.example:" + port + dump));
            assertTrue(pages.text().contains("The Host header is"), pages.text());
            assertFalse(pages.text().contains("postgres"), pages.text());
        }
    }

    @Test
    void asksForThePasswordAndShowsNothingThatAReaderMayNotDo(@TempDir Path folder) throws Exception {
        AtomicReference<Story> told = new AtomicReference<>();
        try (Browser asked = Browser.start(folder);
                BrowsedExporter pages = BrowsedExporter.start(
                        folder, archive -> told.set(Story.tell(archive)), asked, byPassword(folder))) {
            Story story = told.get();
            try (PasswordDialog dialog = PasswordDialog.at(asked.driver(), "oncall", PASSWORD)) {
                for (String path :
                        List.of("/", "/incidents", "/incidents/" + story.incident, "/dumps/" + story.alert)) {
                    pages.open(path);
                    pages.awaitPage(path);
                    assertTrue((Long) asked.ask("document.styleSheets[0].cssRules.length") > 10, "styles of " + path);
                    assertEquals(List.of(), pages.all("form[method='post' i]"), path);
                    assertFalse(
                            pages.all("button").stream()
                                    .map(WebElement::getText)
                                    .anyMatch(text -> text.matches("(?i).*(take|trigger|dump|reload).*")),
                            path);
                }
                assertTrue(pages.text().contains("postgres"), pages.text());
                assertEquals(1, dialog.asked(), "once, then the browser remembers");
            }
            HttpResponse<String> refused = post(pages, "/api/v1/dumps", "oncall");
            assertEquals(403, refused.statusCode(), refused.body());
            assertTrue(refused.body().contains("This needs the role trigger"), refused.body());
            assertEquals(403, post(pages, "/-/reload", "oncall").statusCode());
            assertTrue(
                    pages.log().contains("msg=refused action=trigger who=user:oncall address=127.0.0.1"), pages.log());
            assertFalse(pages.log().contains(PASSWORD), pages.log());
        }
    }

    private static String[] byPassword(Path folder) throws IOException {
        Path web = Files.writeString(folder.resolve("web.yml"), """
                basic_auth_users:
                  oncall: HASH
                  admin: HASH
                """.replace("HASH", HASH));
        Path access = Files.writeString(folder.resolve("access.yml"), """
                access:
                  - who: {user: oncall}
                    may: [read]
                  - who: {user: admin}
                    may: [scrape, read, trigger, administer]
                  - who: anybody
                    may: [health]
                """);
        return new String[] {"--web.config.file=" + web, "--web.access.file=" + access};
    }

    /** Also with the password that the browser remembers and sends for whatever page asks. */
    @Test
    void aFormOfAnotherSiteChangesNothing(@TempDir Path folder) throws Exception {
        try (BrowsedExporter pages = BrowsedExporter.start(folder, Story::tell, browser, byPassword(folder))) {
            anotherSiteTriggersNothing(pages);
        }
    }

    private void anotherSiteTriggersNothing(BrowsedExporter pages) throws Exception {
        URI dumps = pages.address("/api/v1/dumps");
        // Whoever may trigger: the browser has this password from now on, too, and sends it.
        browser.open(URI.create("http://admin:correct%20horse@127.0.0.1:" + dumps.getPort() + "/dumps"));
        assertTrue(pages.text().contains("Dump"), pages.text());
        try (OtherSite evil = OtherSite.showing("""
                <!doctype html><title>evil</title>
                <form method="post" enctype="text/plain" action="DUMPS">
                <input name='{"reason":"evil","x":"' value='"}'><button>Win a prize</button></form>
                <form method="post" action="RELOAD"><button>Another</button></form>
                """.replace("DUMPS", dumps.toString())
                .replace("RELOAD", pages.address("/-/reload").toString()))) {
            URI page = URI.create("http://evil.example:" + evil.port() + "/");
            for (int form = 0; form < 2; form++) {
                browser.open(page);
                int one = form;
                pages.follow(() -> browser.driver()
                        .findElements(By.tagName("button"))
                        .get(one)
                        .click());
                assertTrue(pages.text().contains("A page of another site is not allowed to do this"), pages.text());
            }
            browser.open(page);
            browser.driver()
                    .executeAsyncScript(
                            "const done = arguments[1];"
                                    + "fetch(arguments[0], {method: 'POST', mode: 'no-cors', credentials: 'include',"
                                    + " body: '{\"reason\":\"evil\"}'}).then(done, error => done(String(error)))",
                            dumps.toString());
        }
        assertTrue(refusals(pages, "cross_site") >= 2, "refused");
        assertFalse(pages.log().contains("msg=taken"), pages.log());
        // It was for the page that asked: nothing else is in the way.
        HttpResponse<String> taken = post(pages, "/api/v1/dumps", "admin");
        assertEquals(202, taken.statusCode(), taken.body());
        assertEquals(200, post(pages, "/-/reload", "admin").statusCode());
        assertTrue(pages.log().contains("msg=taken action=reload who=user:admin address=127.0.0.1"), pages.log());
    }

    @Test
    void worksBehindAProxyWithAPathAndItsPolicyHolds(@TempDir Path folder) throws Exception {
        AtomicReference<Story> told = new AtomicReference<>();
        String base = "/ops/web-1";
        int port = Server.freePort();
        try (BrowsedExporter pages = BrowsedExporter.start(
                        folder,
                        archive -> told.set(Story.tell(archive)),
                        browser,
                        "--web.external-url=http://127.0.0.1:" + port + base + "/");
                OtherSite proxy = OtherSite.passingOn(port, base, pages.address("/"))) {
            Story story = told.get();
            // The proxy takes the path off; then the exporter itself, which is asked with it.
            for (int at : List.of(proxy.port(), pages.address("/").getPort())) {
                browser.complaints();
                browser.requests();
                browser.open(URI.create("http://127.0.0.1:" + at + base + "/"));
                pages.follow(() -> pages.link("Incidents").click());
                pages.follow(() -> pages.find("a[href='" + base + "/incidents/" + story.incident + "']")
                        .click());
                pages.awaitPage(base + "/incidents/" + story.incident);
                // Script and style have come and may do what they do.
                long boxes = shownBoxes();
                pages.box("postgres — 18 tasks").click();
                assertTrue(shownBoxes() < boxes, "zoom leaves less");
                pages.assertInertBelow(base);
                pages.follow(() -> pages.find(".compare button").click());
                browser.open(URI.create("http://127.0.0.1:" + at + base + "/incidents/" + story.hostile));
                assertTrue(pages.text().contains(Story.SCRIPT), pages.text());
                pages.assertInertBelow(base);
                assertEquals(List.of(), browser.complaints());
                for (URI request : browser.requests()) {
                    assertTrue(request.getRawPath().startsWith(base + "/"), "outside of the path: " + request);
                }
                // What a page cannot do: run what stands in it, load or send anything elsewhere.
                assertEquals(
                        true,
                        browser.ask("(() => { const script = document.createElement('script');"
                                + " script.textContent = 'window.ran = true'; document.body.append(script);"
                                + " return window.ran === undefined; })()"));
                assertTrue(
                        browser.complaints().toString().contains("Content Security Policy"), "the policy is in force");
            }
        }
    }

    private long shownBoxes() {
        return (Long) browser.ask("[...document.querySelectorAll('.frame')]"
                + ".filter(frame => getComputedStyle(frame).display !== 'none').length");
    }

    private static HttpResponse<String> post(BrowsedExporter pages, String path, String user) throws Exception {
        return Http.send(HttpRequest.newBuilder(pages.address(path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", basic(user))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
    }

    /** From the metrics; with the password of one who may scrape, which another exporter does not look at. */
    private static int refusals(BrowsedExporter pages, String reason) throws Exception {
        String metrics = Http.send(HttpRequest.newBuilder(pages.address("/metrics"))
                        .timeout(Duration.ofSeconds(20))
                        .header("Authorization", basic("admin"))
                        .build())
                .body();
        String sample = "load_monitor_web_refusals_total{reason=\"" + reason + "\",} ";
        return metrics.lines()
                .filter(line -> line.startsWith(sample))
                .map(line -> (int) Double.parseDouble(line.substring(sample.length())))
                .findFirst()
                .orElseThrow(() -> new AssertionError(metrics));
    }

    private static String basic(String user) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    }
}
