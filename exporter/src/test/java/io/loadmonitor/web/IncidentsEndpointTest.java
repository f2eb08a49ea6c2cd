package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.archive.CaptureLimits;
import io.loadmonitor.archive.DumpTexts;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.incident.DumpWindow;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class IncidentsEndpointTest {
    private static final Path CAPTURES = Path.of("../kmod/tests/captures/6.1.0-56-cloud-amd64");

    private static final String GONE = "Dump 1 was deleted on [0-9-]{10} \\(retention: max_dumps\\);"
            + " what it told is kept with its incident, /incidents/1\\?dump=1\\.";

    @TempDir
    Path folder;

    private RunningServer server;

    @BeforeEach
    void start() throws Exception {
        server = RunningServer.start(Files.createDirectory(folder.resolve("server")));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void showsALoadThatNoAlertToldOf() throws Exception {
        long dump = capture("threshold-busy-vfork");

        JsonNode listed = RunningServer.json(server.get("/api/v1/incidents"))
                .path("items")
                .path(0);
        assertEquals("load", listed.path("kind").asText());
        assertFalse(listed.has("alertName") || listed.has("fingerprint") || listed.has("rule"), listed.toString());
        JsonNode incident = RunningServer.json(
                server.get("/api/v1/incidents/" + listed.path("id").asLong()));
        assertEquals(dump, incident.path("dumps").path(0).path("id").asLong());
        assertEquals("at", incident.path("dumps").path(0).path("phase").asText());
        JsonNode ticks = incident.path("timeline").path("ticks");
        assertEquals(9, ticks.size());
        assertEquals(10, ticks.path(8).path("active").asInt());
        assertEquals(4.43, ticks.path(8).path("load1").asDouble());
        String page = server.page("/incidents/" + listed.path("id").asLong()).body();
        assertTrue(page.contains("load without an alert"), page);
    }

    @Test
    void saysThatALoadIsPartOfAnAlertsIncident() throws Exception {
        capture("threshold-busy-vfork");
        String message =
                Samples.firing("a1b2c3d4e5f60718").replace("2026-11-22T12:04:00.123456789Z", "2026-11-22T14:50:00Z");
        long alert = RunningServer.json(server.postAlerts(message))
                .path("alerts")
                .path(0)
                .path("incidentId")
                .asLong();

        assertEquals(1, alert, "it goes on under the number by which it was known");
        JsonNode items = RunningServer.json(server.get("/api/v1/incidents")).path("items");
        assertEquals(1, items.size());
        assertEquals("alert", items.path(0).path("kind").asText());
        JsonNode dumps =
                RunningServer.json(server.get("/api/v1/incidents/" + alert)).path("dumps");
        assertTrue(dumps.findValuesAsText("id").contains("1"), dumps.toString());
        assertTrue(server.get("/api/v1/incidents/1.md").body().contains("## Alert `LoadHigh`"));
    }

    @Test
    void saysWhyADumpDidNotCome() throws Exception {
        DumpWindow one = new DumpWindow(1, Duration.ofHours(1));
        CaptureLimits limits = new CaptureLimits(1000, Optional.of(one), Optional.empty(), Duration.ZERO);
        try (RunningServer narrow = RunningServer.start(Files.createDirectory(folder.resolve("narrow")), limits)) {
            narrow.postAlerts(Samples.firing("a1b2c3d4e5f60718"));
            narrow.await(1, "complete");
            narrow.postAlerts(Samples.firing("a1b2c3d4e5f60719").replace("LoadHigh", "Load<b>"));

            JsonNode refused =
                    RunningServer.json(narrow.get("/api/v1/incidents/1")).path("refused");
            assertEquals(1, refused.size(), refused.toString());
            assertEquals("alert", refused.path(0).path("trigger").asText());
            assertEquals("Load<b>", refused.path(0).path("what").asText());
            assertEquals("host", refused.path(0).path("limit").asText());
            assertEquals(
                    "this host had its 1 dump within 1 h",
                    refused.path(0).path("why").asText());
            Instant next = Instant.parse(refused.path(0).path("next").asText());
            assertTrue(next.isAfter(Instant.now().plusSeconds(3500)), next.toString());
            String page = narrow.page("/incidents/1").body();
            assertTrue(page.contains("Dumps that limits refused: 1</summary>"), page);
            assertTrue(
                    page.contains("<bdi>alert Load&lt;b&gt;</bdi>: <bdi>This host had its 1 dump within 1 h</bdi>."),
                    page);
            String markdown = narrow.get("/api/v1/incidents/1.md").body();
            assertTrue(
                    markdown.contains("## Dumps that limits refused\n\n- 20")
                            && markdown.contains(": `This host had its 1 dump within 1 h`; the next from 20"),
                    markdown);
            JsonNode host = RunningServer.json(narrow.get("/api/v1/status"))
                    .path("limits")
                    .path(1);
            assertEquals("host", host.path("kind").asText());
            assertEquals("throttled", host.path("state").asText());
            assertEquals(
                    "{\"used\":1,\"most\":1,\"seconds\":3600}",
                    host.path("window").toString());
        }
    }

    @Test
    void tellsWhatChangedBetweenDumpsPartByPart() throws Exception {
        capture("threshold-busy-vfork");
        capture("active-busy-vfork");

        JsonNode incident = RunningServer.json(server.get("/api/v1/incidents/1"));
        JsonNode change = incident.path("changes").path(0);
        assertEquals(1, incident.path("changes").size());
        assertEquals(1, change.path("from").asLong());
        assertEquals(2, change.path("to").asLong());
        int sum = 0;
        for (JsonNode part : change.path("parts")) {
            sum += part.path("after").asInt() - part.path("before").asInt();
        }
        assertEquals(
                change.path("tasksAfter").asInt() - change.path("tasksBefore").asInt(), sum);
        assertEquals(200, server.get(change.path("diff").asText()).statusCode());
    }

    @Test
    void tellsOfADeletedDumpWhereItsStoryIs() throws Exception {
        long first = capture("threshold-busy-vfork");
        long second = capture("active-busy-vfork");
        server.archive.keep(new Retention(1, Duration.ofDays(30), 1 << 30, 0));

        for (String address : List.of(
                "/api/v1/dumps/1",
                "/api/v1/dumps/1/raw",
                "/api/v1/dumps/1/folded",
                "/api/v1/dumps/1/speedscope",
                "/api/v1/dumps/1/pprof",
                "/api/v1/dumps/1/diff/2")) {
            HttpResponse<String> gone = server.get(address);
            assertEquals(410, gone.statusCode(), address);
            JsonNode error = RunningServer.json(gone).path("error");
            assertEquals("deleted", error.path("code").asText());
            assertTrue(error.path("message").asText().matches(GONE), error.toString());
        }
        HttpResponse<String> page = server.page("/dumps/1");
        assertEquals(410, page.statusCode());
        assertTrue(page.body().contains("No longer there"), page.body());
        assertEquals(404, server.get("/api/v1/dumps/99").statusCode());

        String incident = server.page("/incidents/1?dump=" + first).body();
        assertTrue(incident.contains("1 of its 2 dumps was deleted on "), incident);
        assertTrue(incident.contains("its stacks and single tasks are not"), incident);
        assertTrue(incident.contains("Of these in D"), incident);
        assertFalse(incident.contains("href=\"/dumps/1"), "no link leads to what is gone");
        assertTrue(server.page("/incidents/1?dump=" + second).body().contains("Since dump 1"));
        assertTrue(server.page("/incidents").body().contains("2 dumps, 1 deleted"));
    }

    @Test
    void breaksTheConnectionOffWhenAFileCannotBeMadeToItsEnd() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 2; i++) {
            // What does not compress is sent before the next dump is read.
            StringBuilder tasks = new StringBuilder();
            for (int pid = 1000; pid < 3000; pid++) {
                tasks.append("task pid=%d state=D on=sleep stack=2 comm=\"%016x\"\n".formatted(pid, random.nextLong()));
            }
            server.archive.storeFound(DumpTexts.withVendor(
                    i + 1, Instant.parse("2026-11-22T12:04:10Z").plusSeconds(i), tasks.toString()));
        }
        long incident = RunningServer.json(server.get("/api/v1/incidents"))
                .path("items")
                .path(0)
                .path("id")
                .asLong();
        assertEquals(
                2,
                RunningServer.json(server.get("/api/v1/incidents/" + incident))
                        .path("dumps")
                        .size());

        // The report asks for each of the two dumps, the file for the first.
        server.causesToError.set(4);
        assertThrows(IOException.class, () -> server.get("/api/v1/incidents/" + incident + "/archive"));
        assertEquals(
                200, server.get("/api/v1/incidents/" + incident + "/archive").statusCode());
    }

    @Test
    void tellsWhatTheHostAlwaysHasApart() throws Exception {
        Instant first = Instant.now().minus(Duration.ofDays(1));
        for (int i = 0; i < 5; i++) {
            server.archived(DumpTexts.withVendor(i + 1, first.plus(Duration.ofHours(3L * i)), ""));
        }
        long dump = server.archive
                .storeFound(DumpTexts.withVendor(
                        6,
                        first.plus(Duration.ofHours(15)),
                        "task pid=200 tgid=200 state=D on=sleep since_ms=5 switches=1 start_ns=99000000000 stack=2"
                                + " comm=\"touch\"\n"))
                .orElseThrow()
                .id();

        JsonNode parts = RunningServer.json(server.get("/api/v1/dumps/" + dump))
                .path("breakdown")
                .path("parts");
        assertEquals("frozen-filesystem", parts.path(0).path("cause").asText());
        assertFalse(parts.path(0).has("chronic"));
        assertTrue(parts.path(1).path("chronic").asBoolean(), parts.toString());
        String message = Samples.firing("a1b2c3d4e5f60718")
                .replace(
                        "2026-11-22T12:04:00.123456789Z",
                        first.plus(Duration.ofHours(15)).plusSeconds(10).toString());
        long incident = RunningServer.json(server.postAlerts(message))
                .path("alerts")
                .path(0)
                .path("incidentId")
                .asLong();
        String markdown = server.get("/api/v1/incidents/" + incident + ".md").body();
        assertTrue(
                markdown.contains("| 2 | `waiting in vendor: vendor_wait, as always on this host` | `vendor` × 2 |"),
                markdown);
        assertTrue(server.page("/dumps/" + dump)
                .body()
                .contains("waiting in vendor: vendor_wait, as always on this host"));
    }

    @Test
    void explainsOldDumpsByTheCausesInForceButListsTheHeadlineOfThen() throws Exception {
        long dump = capture("threshold-busy-vfork");
        server.causes.set(CauseCatalogue.standard().with(Files.writeString(folder.resolve("own.txt"), """
                cause vendor-card
                  title waiting for the vendor's card
                  explanation The card has not answered.
                  check Its lamp.
                  frames 99 kernel_clone
                """)));

        assertTrue(server.get("/api/v1/incidents/1").body().contains("waiting for the vendor's card"));
        assertTrue(server.get("/api/v1/incidents/1.md")
                .body()
                .startsWith("# `11 active tasks at 14:49:57 (load 4.43) = 2 waiting for "));
        assertTrue(server.get("/api/v1/incidents/1.md")
                .body()
                .lines()
                .findFirst()
                .orElseThrow()
                .contains("vendor's card"));
        assertTrue(server.get("/api/v1/dumps/" + dump).body().contains("\"cause\":\"vendor-card\""));
        assertTrue(server.page("/dumps/" + dump).body().contains("vendor&#39;s card"));
        assertFalse(server.get("/api/v1/incidents").body().contains("vendor's card"));
    }

    @Test
    void answersMarkdownForATicket() throws Exception {
        capture("hostile-names");
        capture("threshold-busy-vfork");

        HttpResponse<String> answer = server.get("/api/v1/incidents/1.md");
        assertEquals(200, answer.statusCode());
        assertEquals(
                "text/markdown; charset=utf-8",
                answer.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(
                "inline; filename=\"incident-1.md\"",
                answer.headers().firstValue("Content-Disposition").orElseThrow());
        assertEquals(
                "nosniff", answer.headers().firstValue("X-Content-Type-Options").orElseThrow());
    }

    @Test
    void saysWhichDevicesWereSuspended() throws Exception {
        server.postAlerts(Samples.firing("a1b2c3d4e5f60718"));
        server.await(1, "complete");
        String markdown = server.get("/api/v1/incidents/1.md").body();
        assertTrue(
                markdown.contains(
                        "\nDevices: `dm-0 (\"\\x3cimg src=x onerror=alert(1)>\") is suspended; 5 mapped devices, looked"
                                + " at 12 ms after the dump`.\n"),
                markdown);
        String json = server.get("/api/v1/incidents/1").body();
        assertTrue(
                json.contains("\"devices\":{\"ageMillis\":12,\"mapped\":5,\"suspended\":1,"
                        + "\"suspendedDevices\":[{\"dev\":\"dm-0\","),
                json);
    }

    @Test
    void saysInEveryFormThatASampleIsScaledUp() throws Exception {
        server.postAlerts(Samples.firing("a1b2c3d4e5f60718"));
        server.await(1, "complete");
        long id = server.archive.reserveDump(DumpTrigger.MANUAL, Optional.of(new Reason("test")), OptionalLong.of(1));
        server.archive.store(id, Samples.sampled(2));
        String estimate = "estimated from a fair sample of 4 of 40 tasks";
        String markdown = server.get("/api/v1/incidents/1.md").body();
        assertTrue(
                markdown.contains("| 20 | `waiting for a CPU` | `java` × 20 in `/system.slice/app.service` |"),
                markdown);
        assertTrue(
                markdown.contains(
                        "| **40** | **active tasks, by the kernel's count** | | |\n\nThe numbers of the parts are "
                                + estimate + ".\n"),
                markdown);
        assertTrue(markdown.contains("10 tasks before, 40 after"), markdown);
        JsonNode incident = RunningServer.json(server.get("/api/v1/incidents/1"));
        assertEquals(
                estimate,
                incident.path("dumps")
                        .path(1)
                        .path("breakdown")
                        .path("estimated")
                        .path("text")
                        .asText());
        assertTrue(server.page("/incidents/1?dump=" + id).body().contains("The numbers are " + estimate + "."));
    }

    @Test
    void namesOfTheAlertDoNothingInMarkdown() throws Exception {
        String hostile = "<script>alert(1)</script> | `x` \\u202egpj.exe\\u2066 \\u200f\\u0007 ](javascript:1)"
                + " @everyone\\n# big";
        server.postAlerts(Samples.firing(
                "a1b2c3d4e5f60718", "Load" + hostile.replace("\\n", " "), hostile, "https://runbooks.example/"));

        String markdown = server.get("/api/v1/incidents/1.md").body();

        assertTrue(markdown.contains("\\u202egpj.exe"), markdown);
        assertTrue(markdown.contains("\\x3cscript>"), markdown);
        assertTrue(
                markdown.codePoints()
                        .noneMatch(c -> c != '\n'
                                && (Character.getType(c) == Character.CONTROL
                                        || Character.getType(c) == Character.FORMAT)),
                markdown);
        assertTrue(markdown.chars().noneMatch(c -> c == '<' || c == '&'), markdown);
        String outside = markdown.replaceAll("`[^`\n]*`", "");
        assertFalse(
                outside.contains("everyone") || outside.contains("javascript") || outside.contains("# big"), outside);
    }

    @Test
    void givesEverythingAsOneFile() throws Exception {
        capture("threshold-busy-vfork");

        HttpResponse<byte[]> answer = server.sendForBytes(
                server.request("/api/v1/incidents/1/archive").header("Accept-Encoding", "gzip"));
        assertEquals(200, answer.statusCode());
        assertEquals(
                "application/zip", answer.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(
                "attachment; filename=\"incident-1.zip\"",
                answer.headers().firstValue("Content-Disposition").orElseThrow());
        assertTrue(answer.headers().firstValue("Content-Encoding").isEmpty(), "a zip is not compressed again");
        Map<String, byte[]> files = IncidentGoldenTest.unzip(answer.body());
        assertEquals(8, files.size(), files.keySet().toString());
        assertEquals(
                server.get("/api/v1/dumps/1/folded").body(),
                new String(files.get("incident-1/dumps/dump-1.folded"), StandardCharsets.UTF_8));
        HttpResponse<byte[]> head = server.sendForBytes(
                server.request("/api/v1/incidents/1/archive").method("HEAD", BodyPublishers.noBody()));
        assertEquals(200, head.statusCode());
        assertEquals(0, head.body().length);
    }

    @Test
    void refusesWhatIsNotThere() throws Exception {
        for (String path :
                new String[] {"/api/v1/incidents/7", "/api/v1/incidents/7.md", "/api/v1/incidents/7/archive"}) {
            assertEquals(404, server.get(path).statusCode(), path);
            assertTrue(server.get(path).body().contains("There is no incident 7."), path);
        }
        assertEquals(400, server.get("/api/v1/incidents/x.md").statusCode());
        assertEquals(400, server.get("/api/v1/incidents/x/archive").statusCode());
        assertEquals(400, server.get("/api/v1/incidents/7.md?limit=3").statusCode());
    }

    private long capture(String name) throws Exception {
        return server.archive
                .storeFound(RawDump.of(Files.readAllBytes(CAPTURES.resolve(name + ".dump"))))
                .orElseThrow()
                .id();
    }
}
