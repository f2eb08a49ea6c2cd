package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.archive.DumpTexts;
import io.loadmonitor.dump.RawDump;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class PagesTest {
    private static final Pattern ADDRESS = Pattern.compile("(?:href|src|action|srcset|content)=\"([^\"]*)\"");

    private static final Pattern OWN_SCRIPT =
            Pattern.compile("<script src=\"/assets/(flame|page)\\.js\\?v=[0-9a-f]+\" defer></script>");

    private RunningServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        server = RunningServer.start(folder);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void showsAnIncidentWithWhatTheLoadConsistedOf() throws Exception {
        String page = incident(Samples.firing("a1b2c3d4e5f60718"));
        assertTrue(page.contains("kernel_clone"), page);
        assertTrue(page.contains("fill-sleep-1"), page);
        assertTrue(page.contains("load is high"), page);
        assertTrue(
                page.contains("<a rel=\"noopener noreferrer nofollow\" href=\"https://runbooks.example/LoadHigh\">"),
                page);
        assertTrue(page.contains("<code><bdi>vf × 2</bdi></code>"), page);
        assertTrue(page.contains("vf (94)"), page);
        assertTrue(server.page("/incidents/1?by=cgroup").body().contains("<bdi>/system.slice/db.service</bdi>"));
        assertTrue(server.page("/dumps/1").body().contains("<td class=\"number\">94</td>"));
        String list = server.page("/incidents").body();
        assertTrue(list.contains("LoadHigh") && list.contains("1 dump"), list);
    }

    @Test
    void saysThatNoTaskWasActiveInPlaceOfAnEmptyTable() throws Exception {
        Path atRest = Path.of("../kmod/tests/captures/6.1.0-56-cloud-amd64/at-rest.dump");
        long id = server.archive
                .storeFound(RawDump.of(Files.readAllBytes(atRest)))
                .orElseThrow()
                .id();
        String page = server.page("/dumps/" + id).body();
        assertTrue(page.contains("No task was active."), page);
        assertFalse(page.contains("class=\"legend\"") || page.contains("<table"), page);
    }

    @Test
    void startsWithWhatLastsAndHowToMakeAnIncident() throws Exception {
        String before = server.page("/").body();
        assertTrue(before.contains("<h2>No incident yet</h2>") && before.contains("timeout 120 sh -c"), before);
        assertTrue(before.contains("none has come yet"), before);
        assertTrue(before.contains("active tasks at the last load tick, "), before);
        assertTrue(before.contains("data-refresh=\"5\""), before);
        assertHarmless(before);
        incident(Samples.firing("a1b2c3d4e5f60718"));
        String after = server.page("/").body();
        assertFalse(after.contains("No incident yet"), after);
        assertTrue(after.contains("<span class=\"badge open\">open</span>"), after);
        assertTrue(after.contains("the newest came on <time"), after);
        assertTrue(after.contains("1 dump since 22 Nov 2026, "), after);
    }

    @Test
    void takesADumpByAButtonAndLeadsToIt() throws Exception {
        assertTrue(server.page("/").body().contains("<form class=\"take\" method=\"post\" action=\"/dumps\">"));
        HttpResponse<String> answer = button("same-origin");
        assertEquals(303, answer.statusCode(), answer.body());
        String page = answer.headers().firstValue("Location").orElseThrow();
        assertTrue(page.matches("/dumps/[0-9]+"), page);
        assertEquals(200, server.page(page).statusCode());
        HttpResponse<String> again = button("same-origin");
        assertTrue(
                again.statusCode() == 303
                        || again.statusCode() == 429 && again.body().contains("<h1>"),
                again.body());
        assertEquals(403, button("cross-site").statusCode());
    }

    private HttpResponse<String> button(String site) throws Exception {
        return form("/dumps", "", site);
    }

    /** As a browser sends one. */
    private HttpResponse<String> form(String path, String body, String site) throws Exception {
        return server.send(server.request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "text/html")
                .header("Sec-Fetch-Site", site)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void showsWhoHoldsWhatAsATree() throws Exception {
        long dump = server.archive
                .storeFound(DumpTexts.withLocks(9, DumpTexts.NOON))
                .orElseThrow()
                .id();
        String page = server.page("/dumps/" + dump).body();
        String tree = page.substring(page.indexOf("<h2 id=\"locks\">"), page.indexOf("class=\"groups\""));
        String words = tree.replaceAll("<[^>]*>", "").replaceAll("\\s+", " ");
        String told = "tar (11), waiting for a free request of a block device holds the mutex cgroup_mutex:"
                + " 4 tasks wait for it (2 runc, 1 &lt;b&gt;odd&lt;/b&gt;)"
                + " systemd (12) holds the reader-writer lock kernfs_rwsem: 2 tasks wait for it (1 ps, 1 top)";
        assertTrue(words.contains(told), words);
        assertTrue(words.contains("left (21) deadlock holds a mutex: 1 task waits for it right (22)"), words);
        assertHarmless(page);
        long other = server.archive
                .storeFound(DumpTexts.automatic(10, DumpTexts.NOON))
                .orElseThrow()
                .id();
        assertFalse(server.page("/dumps/" + other).body().contains("id=\"locks\""), "nothing where no lock is known");
    }

    @Test
    void keepsWhatPeopleSayOfAnIncident() throws Exception {
        String page = incident(Samples.firing("a1b2c3d4e5f60718"));
        assertTrue(page.contains("action=\"/incidents/1/remarks\"") && page.contains("<h2 id=\"remarks\">"), page);
        String path = "/incidents/1/remarks";
        HttpResponse<String> kept = form(path, "note=%3Cscript%3Edisk%3C%2Fscript%3E%0D%0Aagain", "same-origin");
        assertEquals(303, kept.statusCode(), kept.body());
        assertEquals(
                "/incidents/1#remarks", kept.headers().firstValue("Location").orElseThrow());
        assertEquals(303, form(path, "tags=Disk+db1%2C+disk", "none").statusCode());
        page = server.page("/incidents/1").body();
        assertTrue(page.contains("<bdi>&lt;script&gt;disk&lt;/script&gt;\nagain</bdi>"), page);
        assertTrue(
                page.contains(
                        "<bdi>db1</bdi></a></li> <li class=\"badge\"><a href=\"/incidents?tag=disk\"><bdi>disk</bdi>"),
                page);
        assertTrue(server.page("/incidents?tag=disk").body().contains("href=\"/incidents/1\""));
        assertFalse(server.page("/incidents?tag=dis").body().contains("href=\"/incidents/1\""));
        assertHarmless(page);
        JsonNode json = RunningServer.json(server.get("/api/v1/incidents/1"));
        assertEquals(
                "<script>disk</script>\nagain",
                json.path("notes").path(0).path("text").asText());
        assertEquals("anybody", json.path("notes").path(0).path("author").asText());
        assertEquals("[\"db1\",\"disk\"]", json.path("tags").toString());
        String markdown = server.get("/api/v1/incidents/1.md").body();
        assertTrue(markdown.contains("\nTags: `db1` `disk`\n\n## Notes\n"), markdown);
        assertTrue(markdown.contains("```\n\\x3cscript>disk\\x3c/script>\nagain\n```\n"), markdown);
        assertEquals(303, form(path, "remove=1", "same-origin").statusCode());
        assertEquals(303, form(path, "tags=", "same-origin").statusCode());
        assertFalse(RunningServer.json(server.get("/api/v1/incidents/1")).has("tags"));
        assertFalse(server.get("/api/v1/incidents/1.md").body().contains("Notes"));
    }

    @Test
    void refusesRemarksThatAreNone() throws Exception {
        incident(Samples.firing("a1b2c3d4e5f60718"));
        String path = "/incidents/1/remarks";
        for (String body : List.of(
                "",
                "note=",
                "note=+%0A",
                "note=" + "x".repeat(2_001),
                "tags=" + "x".repeat(41),
                "tags=%3Cb%3E",
                "tags=a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t+u",
                "remove=x",
                "other=1",
                "note=%zz")) {
            assertEquals(400, form(path, body, "same-origin").statusCode(), body);
        }
        assertEquals(404, form(path, "remove=4711", "same-origin").statusCode());
        assertEquals(
                404, form("/incidents/4711/remarks", "note=x", "same-origin").statusCode());
        assertEquals(403, form(path, "note=x", "cross-site").statusCode());
        assertFalse(RunningServer.json(server.get("/api/v1/incidents/1")).has("notes"));
    }

    @Test
    void saysWhereverItScalesASampleUp() throws Exception {
        long id = server.archived(Samples.sampled(1));
        String page = server.page("/dumps/" + id).body();
        String estimate = "estimated from a fair sample of 4 of 40 tasks";
        assertTrue(page.contains("<bdi>40 active tasks at 12:04:10 (load 40.42) = 10 "), page);
        assertTrue(page.contains("(" + estimate + ")</bdi></h1>"), page);
        assertTrue(page.contains("There was no room for all tasks. Numbers of tasks are " + estimate), page);
        assertTrue(page.contains("<p class=\"quiet\">The numbers are " + estimate + ".</p>"), "the parts: " + page);
        assertTrue(
                page.contains("<p class=\"quiet\">Numbers of tasks are " + estimate + ".</p>"), "the groups: " + page);
        assertTrue(
                page.contains("The numbers are those of the dump, a fair sample of 4 of 40 tasks."),
                "the flame graph: " + page);
        assertTrue(
                page.contains(
                        "The tasks are a fair sample of 4 of 40 tasks; here the numbers are those of the sample."),
                page);
        assertFalse(page.contains("did not fit"), page);
        long whole = server.archived(Samples.dump(2));
        String diff = server.page("/dumps/" + whole + "/diff/" + id).body();
        assertTrue(diff.contains("<li>The numbers of dump " + id + " are " + estimate + ".</li>"), diff);
        assertTrue(diff.contains("10 tasks before, 40 after"), diff);
        assertFalse(server.page("/dumps/" + whole).body().contains("estimated"));
    }

    @Test
    void showsThreadsBesideTheirProgramAndHowLongTheyWaitedForCpus() throws Exception {
        String page = server.page("/dumps/" + server.archived(Samples.sampled(1)) + "?by=process")
                .body();
        assertTrue(
                page.contains("<td><code><bdi>java</bdi></code> <span class=\"quiet\">thread <code><bdi>GC"
                        + " Thread#0</bdi></code></span></td>"),
                page);
        assertTrue(page.contains("<th scope=\"col\">Queued for</th>"), page);
        assertTrue(page.contains("<td>40 ms</td>") && page.contains("<td>9 s</td>"), page);
        assertTrue(page.contains("<bdi>java (800)</bdi>") && page.contains("<code><bdi>java × 20</bdi></code>"), page);
        assertTrue(page.contains("1 task asleep, but still counted as running"), page);
        assertTrue(page.contains("<dt>Of these asleep, still counted</dt><dd><bdi>10</bdi></dd>"), page);
        String found = server.page("/dumps?comm=java").body();
        assertTrue(found.contains("/dumps/1"), found);
        assertFalse(server.page("/dumps?comm=GC%20Thread%230").body().contains("href=\"/dumps/1\""));
        String other = server.page("/dumps/" + server.archived(Samples.dump(2))).body();
        assertFalse(other.contains("Queued for") || other.contains("thread <code>"), "no empty columns: " + other);
    }

    @Test
    void saysThatNoTaskWasActiveAtThatMoment() throws Exception {
        long id = server.archived(RawDump.of(("load_monitor dump version=1 id=1 source=kmod\n"
                        + "trigger kind=manual reason=\"synthetic\" cause=none\nload avg1=4.00 avg5=1.00 avg15=1.00"
                        + " active=0 cpus=2\n"
                        + "end id=1 tasks=0\n")
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        String page = server.page("/dumps/" + id).body();
        assertTrue(
                page.contains("no active task (load 4.00)")
                        && page.contains("<li>No task was active at that moment.</li>"),
                page);
        assertEquals(
                "none",
                RunningServer.json(server.get("/api/v1/dumps/" + id))
                        .path("cause")
                        .asText());
    }

    @Test
    void linksToEveryAddressItNames() throws Exception {
        incident(Samples.firing("a1b2c3d4e5f60718"));
        for (String path : List.of("/", "/incidents", "/incidents/1", "/dumps", "/dumps/1")) {
            Matcher address = ADDRESS.matcher(server.page(path).body());
            while (address.find()) {
                String target = address.group(1).replace("&amp;", "&");
                // Those of the forms for remarks take POST alone.
                if (target.startsWith("/") && !target.endsWith("/remarks")) {
                    assertEquals(200, server.page(target).statusCode(), path + " links to " + target);
                }
            }
        }
    }

    @Test
    void asksForNothingFromElsewhereAndRunsNothing() throws Exception {
        incident(Samples.firing("a1b2c3d4e5f60718"));
        for (String path : List.of(
                "/",
                "/incidents",
                "/incidents/1",
                "/dumps",
                "/dumps?comm=busy",
                "/dumps/1",
                "/dumps/1/diff/1",
                "/nothing")) {
            assertHarmless(server.page(path).body());
        }
    }

    @Test
    void showsNamesOfTasksAsTheyAreAndHarmlessly() throws Exception {
        String page = server.page(
                        "/dumps/" + server.archived(Samples.dump(1, "<script>x</script>\\n\\\"' &amp;\\xe2\\x80\\xae")))
                .body();
        assertHarmless(page);
        assertTrue(
                page.contains("&lt;script>x&lt;/script>\\n\\&#34;' &amp;amp;\\xe2\\x80\\xae")
                        || page.contains("&lt;script&gt;x&lt;/script&gt;\\n\\\"' &amp;amp;\\xe2\\x80\\xae"),
                page);
        assertHarmless(
                server.page("/dumps/1/diff/" + server.archived(Samples.dump(2))).body());
    }

    @Test
    void showsLabelsAndAnnotationsHarmlessly() throws Exception {
        String page = incident(Samples.firing(
                "a1b2c3d4e5f60718",
                "LoadHigh<script>alert(1)</script>",
                "\\u202egpj.exe <img src=x onerror=alert(1)>",
                "javascript:alert(1)//https://example.org"));
        assertHarmless(page);
        assertFalse(page.contains("href=\"javascript:"), page);
        assertTrue(page.contains("javascript:alert(1)"), "the address is shown as text");
        assertTrue(page.contains("\\u202egpj.exe"), page);
        assertTrue(page.contains("LoadHigh&lt;script"), page);
        assertHarmless(server.page("/incidents").body());
    }

    @Test
    void leadsToTheGraphToAlertmanagerAndToASilenceThatIsFilledIn() throws Exception {
        String page = incident(Samples.firing("a1b2c3d4e5f60718", "Load\\\"High\\\" & more", "load is high", "none"));
        assertTrue(page.contains("href=\"http://prometheus.example/graph\""), page);
        assertTrue(page.contains("href=\"http://alertmanager.example:9093\""), page);
        assertTrue(
                page.contains("href=\"http://alertmanager.example:9093/#/silences/new?filter=%7Balertname%3D%22Load%5C"
                        + "%22High%5C%22%20%26%20more%22%2Cinstance%3D%22db1%3A9817%22%7D&amp;comment=load-monitor"
                        + "%20incident%201\""),
                page);
        assertTrue(page.contains("<title>Incident 1, open: Load\"High\" &amp; more · load-monitor</title>"), page);
        assertTrue(
                page.indexOf("<dt><bdi>summary") < page.indexOf("<dt><bdi>runbook_url")
                        && page.indexOf("<dt><bdi>summary") > 0,
                "the summary is first: " + page);
    }

    @Test
    void showsFiltersHarmlessly() throws Exception {
        for (String path : List.of(
                "/incidents?alert=%E2%80%AEx%22%3E%3Cscript%3E&function=%E2%80%AE%22%3E%3Cscript%3E",
                "/dumps?cgroup=%E2%80%AE%22%3E%3Cimg%20src=x%3E")) {
            assertHarmless(server.page(path).body());
        }
        String page = server.page("/dumps?comm=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
                .body();
        assertHarmless(page);
        assertTrue(page.contains("No dump found"), page);
    }

    @Test
    void findsIncidentsByWhatTheirDumpsHold() throws Exception {
        incident(Samples.firing("a1b2c3d4e5f60718"));
        String found = server.page(
                        "/incidents?cause=vfork&comm=vf&cgroup=/system.slice&function=kernel_clone%2B0x1af/0x3e0")
                .body();
        assertTrue(found.contains("href=\"/incidents/1\""), found);
        assertTrue(found.contains("<b>1</b> incident"), found);
        assertTrue(found.contains("value=\"&#34;kernel_clone&#34;\""), found);
        assertTrue(
                found.contains(
                        "<option value=\"vfork\" selected>waiting for a vfork child to execute a program (1 dump)"),
                found);
        String none = server.page("/incidents?cause=vfork&comm=busy&open=false&from=2026-11-22T12:00")
                .body();
        assertFalse(none.contains("href=\"/incidents/1\""), none);
        assertTrue(none.contains("No incident found"), none);
        for (String term : List.of(
                "cause <code><bdi>waiting for a vfork child",
                "task <code><bdi>busy",
                "state <code><bdi>ended",
                "from <code><bdi>2026-11-22 12:00:00 UTC")) {
            assertTrue(none.contains(term), term + " in " + none);
        }
        assertTrue(none.contains("value=\"2026-11-22T12:00:00\""), none);
    }

    @Test
    void showsTheDumpThatIsAskedForAndGroupsItsTasks() throws Exception {
        incident(Samples.firing("a1b2c3d4e5f60718"));
        for (String by : List.of("cause", "stack", "process", "cgroup", "container")) {
            String page = server.page("/incidents/1?dump=1&by=" + by).body();
            assertTrue(
                    page.contains("href=\"/incidents/1?dump=1&amp;by=" + by + "#groups\" aria-current=\"true\""), page);
            assertHarmless(page);
        }
        long other = server.archived(Samples.dump(7));
        assertEquals(404, server.page("/incidents/2").statusCode());
        HttpResponse<String> foreign = server.page("/incidents/1?dump=999");
        assertEquals(404, foreign.statusCode());
        assertTrue(foreign.body().contains("Incident 1 has no dump 999."), foreign.body());
        assertEquals(400, server.page("/incidents/1?dump=x").statusCode());
        assertEquals(400, server.page("/dumps/" + other + "?by=weather").statusCode());
        assertTrue(server.page("/dumps/" + other + "?by=process").body().contains("vf (94)"));
    }

    @Test
    void leadsToTheComparisonOfTwoDumps() throws Exception {
        HttpResponse<String> answer = server.page("/diff?before=1&after=2");
        assertEquals(303, answer.statusCode());
        assertEquals("/dumps/1/diff/2", answer.headers().firstValue("Location").orElseThrow());
        assertEquals(303, server.page("/dumps/2?compare=1").statusCode());
        for (String query : List.of("", "?before=1", "?after=2", "?before=1&after=x", "?before=1&after=2&more=3")) {
            assertEquals(400, server.page("/diff" + query).statusCode(), query);
        }
    }

    @Test
    void refusesACauseThatDoesNotExist() throws Exception {
        for (String path : List.of("/incidents", "/dumps", "/api/v1/incidents", "/api/v1/dumps")) {
            HttpResponse<String> answer = server.page(path + "?cause=ext4-jurnal");
            assertEquals(400, answer.statusCode(), path);
            assertTrue(answer.body().contains("ext4-jurnal"), answer.body());
            assertEquals(200, server.page(path + "?cause=ext4-journal").statusCode(), path);
        }
    }

    @Test
    void showsErrorsHarmlessly() throws Exception {
        HttpResponse<String> answer = server.page("/dumps?%3Cscript%3Ealert(1)%3C/script%3E=1");
        assertEquals(400, answer.statusCode());
        assertHarmless(answer.body());
        assertTrue(answer.body().contains("There is no parameter"), answer.body());
    }

    @Test
    void saysWhichDevicesWereSuspendedHarmlessly() throws Exception {
        String said = "dm-0 (\"&lt;img src=x onerror=alert(1)&gt;\") is suspended; 5 mapped devices, looked at 12"
                + " ms after the dump";
        String page = incident(Samples.firing("a1b2c3d4e5f60718"));
        assertTrue(page.contains("<p>Devices: <bdi>" + said + "</bdi>.</p>"), page);
        assertHarmless(page);
        String dump = server.page("/dumps/1").body();
        assertTrue(dump.contains("<dt>Devices</dt><dd><bdi>" + said + "</bdi></dd>"), dump);
        String resumed = new String(Samples.dump(3).toByteArray(), StandardCharsets.US_ASCII)
                .replaceAll("devices .*\ndevice .*\n", "devices age_ms=12 mapped=5 suspended=0\n");
        String without = server.page(
                        "/dumps/" + server.archived(RawDump.of(resumed.getBytes(StandardCharsets.US_ASCII))))
                .body();
        assertFalse(without.contains("Devices"), without);
    }

    @Test
    void saysWhoAskedHarmlessly() throws Exception {
        String text = new String(Samples.dump(1).toByteArray(), StandardCharsets.US_ASCII)
                .replace("asker_comm=\"java\"", "asker_comm=\"<img src=x>\\n\"");
        String page = server.page("/dumps/" + server.archived(RawDump.of(text.getBytes(StandardCharsets.US_ASCII))))
                .body();
        assertHarmless(page);
        assertTrue(
                page.contains(
                        "<dt>Left out</dt><dd><bdi>&lt;img src=x&gt;\\n (412), who asked for the dump</bdi></dd>"),
                page);
    }

    @Test
    void theLandingPageWarnsWhereStacksMayNotBeRead() throws Exception {
        assertFalse(server.page("/").body().contains("Stacks cannot be read"));
        server.stacksRemedy.set(Optional.of("run it as <root>"));
        String page = server.page("/").body();
        assertTrue(
                page.contains("Stacks cannot be read, so dumps say who waits, but not for what: run it as &lt;root"),
                page);
    }

    @Test
    void saysWhatADumpLacks() throws Exception {
        String text = new String(Samples.dump(1).toByteArray(), StandardCharsets.US_ASCII)
                .replace("truncated=0", "truncated=3 stacks_readable=0")
                .replace("cause=present", "cause=decaying")
                .replace("active=10 cpus", "active=13 cpus");
        String page = server.page("/dumps/" + server.archived(RawDump.of(text.getBytes(StandardCharsets.US_ASCII))))
                .body();
        assertTrue(page.contains("3 tasks did not fit and are missing."), page);
        assertTrue(page.contains("Stacks could not be read, so this says who waits, but not for what"), page);
        assertTrue(page.contains("The load was already falling"), page);
        assertTrue(page.contains("fill-missing"), page);
    }

    @Test
    void keepsFiltersOnTheNextPage() throws Exception {
        server.archived(Samples.dump(1));
        server.archived(Samples.dump(2));
        String page = server.page("/dumps?limit=1&comm=busy").body();
        Matcher next = Pattern.compile("rel=\"next\" href=\"([^\"]+)\"").matcher(page);
        assertTrue(next.find(), page);
        String address = next.group(1).replace("&amp;", "&");
        assertTrue(address.startsWith("/dumps?comm=busy&limit=1&cursor="), address);
        assertFalse(server.page(address).body().contains("rel=\"next\""));
    }

    @Test
    void letsBrowsersKeepTheStyleSheet() throws Exception {
        for (String path : List.of(Asset.STYLES, Asset.FLAME_STYLES)) {
            HttpResponse<String> answer = server.get(path);
            assertEquals(
                    "public, max-age=31536000, immutable",
                    answer.headers().firstValue("Cache-Control").orElseThrow());
            assertTrue(answer.body().contains("prefers-color-scheme: dark"));
            assertFalse(answer.body().contains("http") || answer.body().contains("@import"));
        }
    }

    /** No way from text to markup or code: what is drawn has names that anybody may choose. */
    @Test
    void hasAScriptThatMakesNothingFromText() throws Exception {
        HttpResponse<String> answer = server.get(Asset.FLAME_SCRIPT);
        assertEquals(
                "text/javascript;charset=utf-8",
                answer.headers()
                        .firstValue("Content-Type")
                        .orElseThrow()
                        .toLowerCase()
                        .replace(" ", ""));
        assertFalse(
                Pattern.compile("innerHTML|outerHTML|insertAdjacent|document\\.write|eval|Function\\(|createElement"
                                + "|fetch|XMLHttpRequest|import|http|</")
                        .matcher(answer.body())
                        .find(),
                answer.body());
    }

    private String incident(String message) throws Exception {
        HttpResponse<String> answer = server.postAlerts(message);
        assertEquals(202, answer.statusCode(), answer.body());
        server.await(
                RunningServer.json(answer).path("alerts").path(0).path("dumpId").asLong(), "complete");
        return server.page("/incidents/"
                        + RunningServer.json(answer)
                                .path("alerts")
                                .path(0)
                                .path("incidentId")
                                .asLong())
                .body();
    }

    /**
     * No script but the server's own file, no inline style or handler, and every address is a path of this server or a
     * plain web address.
     */
    private static void assertHarmless(String whole) {
        assertTrue(whole.startsWith("<!doctype html>"), whole);
        String page = OWN_SCRIPT.matcher(whole).replaceAll("");
        assertFalse(
                Pattern.compile("(?i)<(script|style|iframe|object|embed|base|img)\\b")
                        .matcher(page)
                        .find(),
                page);
        assertFalse(
                Pattern.compile("(?i)<[^>]*\\s(on[a-z]+|style)\\s*=")
                        .matcher(page)
                        .find(),
                page);
        assertFalse(page.codePoints().anyMatch(c -> Character.getType(c) == Character.FORMAT), page);
        Matcher address = Pattern.compile("(?:href|src|action)=\"([^\"]*)\"").matcher(page);
        while (address.find()) {
            assertTrue(address.group(1).matches("(/|#|https?://).*"), address.group());
        }
    }
}
