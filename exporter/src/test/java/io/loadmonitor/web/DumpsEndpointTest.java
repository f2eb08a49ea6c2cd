package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.archive.CaptureLimits;
import io.loadmonitor.capture.CaptureException;
import io.loadmonitor.dump.RawDump;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class DumpsEndpointTest {
    private RunningServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        server = RunningServer.start(
                folder, new CaptureLimits(10, Optional.empty(), Optional.empty(), Duration.ofHours(1)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void takesADumpAndSaysWhereItWillBe() throws Exception {
        HttpResponse<String> answer = server.postDump("{\"reason\":\"looks slow\"}");
        assertEquals(202, answer.statusCode(), answer.body());
        JsonNode asked = RunningServer.json(answer);
        assertEquals(
                "/api/v1/dumps/" + asked.path("id").asLong(),
                answer.headers().firstValue("Location").orElseThrow());
        assertEquals("capturing", asked.path("state").asText());
        JsonNode dump = server.await(asked.path("id").asLong(), "complete");
        assertEquals(10, dump.path("tasks").asInt());
        assertEquals("present", dump.path("cause").asText());
        assertEquals("{\"pid\":412,\"comm\":\"java\"}", dump.path("asker").toString());
        int sum = 0;
        for (JsonNode part : dump.path("breakdown").path("parts")) {
            sum += part.path("tasks").asInt();
        }
        assertEquals(10, sum);
        assertEquals(10, dump.path("taskList").size());
        assertEquals(
                "kernel_clone+0x1af/0x3e0",
                dump.path("stacks").path(0).path("frames").path(0).asText());
    }

    @Test
    void needsNoBody() throws Exception {
        assertEquals(
                202,
                server.send(server.request("/api/v1/dumps").POST(BodyPublishers.noBody()))
                        .statusCode());
    }

    @Test
    void answersWith409WhileOneIsTaken() throws Exception {
        server.source.hold();
        long id = RunningServer.json(server.postDump("")).path("id").asLong();
        HttpResponse<String> answer = server.postDump("");
        assertEquals(409, answer.statusCode());
        assertEquals(id, RunningServer.json(answer).path("error").path("dumpId").asLong());
        assertEquals(404, server.get("/api/v1/dumps/" + id + "/raw").statusCode());
        assertEquals(
                "capturing",
                RunningServer.json(server.get("/api/v1/dumps/" + id))
                        .path("state")
                        .asText());
    }

    @Test
    void answersWith429AndTheTimeOfTheNext() throws Exception {
        server.await(RunningServer.json(server.postDump("")).path("id").asLong(), "complete");
        HttpResponse<String> answer = server.postDump("");
        assertEquals(429, answer.statusCode());
        long wait = Long.parseLong(answer.headers().firstValue("Retry-After").orElseThrow());
        assertTrue(wait > 3500 && wait <= 3601, "Retry-After is " + wait);
        Instant next = Instant.parse(
                RunningServer.json(answer).path("error").path("nextAllowed").asText());
        assertTrue(next.isAfter(Instant.now().plusSeconds(3500)), next.toString());
    }

    @Test
    void answersWith503WhenNoDumpsAreTaken() throws Exception {
        server.captureDesk.close();
        HttpResponse<String> answer = server.postDump("");
        assertEquals(503, answer.statusCode());
        assertTrue(answer.headers().firstValue("Retry-After").isPresent());
    }

    @Test
    void answersWith503WhileItEnds() throws Exception {
        server.archive.close();
        for (String path : List.of("/api/v1/dumps", "/api/v1/incidents", "/api/v1/dumps/1")) {
            HttpResponse<String> answer = server.get(path);
            assertEquals(503, answer.statusCode(), path);
            assertEquals(
                    "unavailable",
                    RunningServer.json(answer).path("error").path("code").asText());
        }
        assertEquals(503, server.postDump("").statusCode());
        assertEquals(503, server.page("/dumps").statusCode());
    }

    @Test
    void showsWhyThereIsNoDump() throws Exception {
        server.source.fault.set(new CaptureException(CaptureException.Reason.UNAVAILABLE, "module not loaded"));
        JsonNode dump =
                server.await(RunningServer.json(server.postDump("")).path("id").asLong(), "failed");
        assertTrue(dump.path("failure").asText().contains("module not loaded"), dump.toString());
        assertTrue(dump.path("breakdown").isMissingNode());
        assertTrue(server.page("/dumps/" + dump.path("id").asLong()).body().contains("module not loaded"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "\"text\"",
                "{\"reason\":5}",
                "{\"reason\":\"\"}",
                "{\"reason\":\"  \"}",
                "{\"resaon\":\"x\"}",
                "{\"reason\":\"x\"} {}",
                "{\"reason\":\"1234567890123456789012345678901234567890123456789012345678901234\"}",
                "{\"reason\":\"z\\u00e4h\"}",
                "{\"reason\":\"a\\nb\"}",
                "{\"reason\":\"a\\tb\"}"
            })
    void answersABadRequestWith400(String body) throws Exception {
        HttpResponse<String> answer = server.postDump(body);
        assertEquals(400, answer.statusCode(), answer.body());
        assertEquals(
                "malformed_request",
                RunningServer.json(answer).path("error").path("code").asText());
    }

    @Test
    void takesNoOtherContentType() throws Exception {
        assertEquals(
                415,
                server.send(server.request("/api/v1/dumps")
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString("{\"reason\":\"x\"}")))
                        .statusCode());
    }

    @Test
    void givesTheTextByteForByte() throws Exception {
        RawDump raw = Samples.dump(7, "a\\n(1) \\xff<b>");
        long id = server.archived(raw);
        HttpResponse<byte[]> answer = server.sendForBytes(server.request("/api/v1/dumps/" + id + "/raw"));
        assertArrayEquals(raw.toByteArray(), answer.body());
        assertEquals(
                "text/plain;charset=utf-8",
                answer.headers().firstValue("Content-Type").orElseThrow().toLowerCase());
        assertEquals(
                "inline; filename=\"dump-" + id + ".txt\"",
                answer.headers().firstValue("Content-Disposition").orElseThrow());
    }

    @Test
    void foldsStacksWhoseCountsSumToTheTasks() throws Exception {
        HttpResponse<String> answer = server.get("/api/v1/dumps/" + server.archived(Samples.dump(7)) + "/folded");
        assertEquals(200, answer.statusCode());
        assertEquals(
                10,
                answer.body()
                        .lines()
                        .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)))
                        .sum());
    }

    @Test
    void keepsADumpThatWasCutOff() throws Exception {
        String text = new String(Samples.dump(7).toByteArray(), StandardCharsets.US_ASCII);
        long id =
                server.archived(RawDump.of(text.substring(0, text.length() / 2).getBytes(StandardCharsets.US_ASCII)));
        assertEquals(
                "incomplete",
                RunningServer.json(server.get("/api/v1/dumps/" + id))
                        .path("state")
                        .asText());
        assertTrue(server.page("/dumps/" + id).body().contains("cut off"));
    }

    @Test
    void listsInPagesThatMissNothing() throws Exception {
        List<Long> stored = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            stored.add(0, server.archived(Samples.dump(i)));
        }
        List<Long> listed = new ArrayList<>();
        String path = "/api/v1/dumps?limit=2";
        while (!path.isEmpty()) {
            JsonNode page = RunningServer.json(server.get(path));
            assertTrue(page.path("items").size() <= 2);
            page.path("items").forEach(item -> listed.add(item.path("id").asLong()));
            path = page.has("next")
                    ? "/api/v1/dumps?limit=2&cursor=" + page.path("next").asText()
                    : "";
        }
        assertEquals(stored, listed);
    }

    @Test
    void filters() throws Exception {
        long busy = server.archived(Samples.dump(1, "busy"));
        long other = server.archived(Samples.dump(2, "other\\n(1)"));
        assertEquals(List.of(busy), ids("comm=busy"));
        assertEquals(List.of(other), ids("comm=other%5Cn(1)"));
        assertEquals(List.of(other), ids("comm=other%0A(1)"));
        assertEquals(List.of(other, busy), ids("function=kernel_clone&cgroup=/system.slice"));
        assertEquals(List.of(), ids("function=nfs_wait"));
        assertEquals(List.of(), ids("to=2026-11-22T12:04:10Z"));
        assertEquals(List.of(other, busy), ids("from=2026-11-22T12:04:10Z&to=2026-11-22T14:04:11%2B02:00"));
        assertEquals(List.of(), ids("trigger=alert"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "from=now", "colour=red", "trigger=x", "cursor=%3Cx%3E", "comm=a&comm=b"})
    void answersBadParametersWith400(String query) throws Exception {
        HttpResponse<String> answer = server.get("/api/v1/dumps?" + query);
        assertEquals(400, answer.statusCode(), answer.body());
        assertEquals(
                "bad_parameter",
                RunningServer.json(answer).path("error").path("code").asText());
    }

    @Test
    void answersUnknownNumbersWith404AndOtherWordsWith400() throws Exception {
        for (String path : List.of(
                "/api/v1/dumps/%s", "/api/v1/dumps/%s/raw", "/api/v1/dumps/%s/folded", "/api/v1/incidents/%s")) {
            assertEquals(404, server.get(path.formatted("4711")).statusCode(), path);
            assertEquals(400, server.get(path.formatted("x")).statusCode(), path);
            assertEquals(400, server.get(path.formatted("99999999999999999999")).statusCode(), path);
        }
        assertFalse(server.get("/api/v1/dumps/4711").body().contains("Exception"));
    }

    private List<Long> ids(String query) throws Exception {
        List<Long> ids = new ArrayList<>();
        HttpResponse<String> answer = server.get("/api/v1/dumps?" + query);
        assertEquals(200, answer.statusCode(), answer.body());
        RunningServer.json(answer)
                .path("items")
                .forEach(item -> ids.add(item.path("id").asLong()));
        return ids;
    }

    @Test
    void scalesASampleUpAndSaysSo() throws Exception {
        JsonNode dump = RunningServer.json(server.get("/api/v1/dumps/" + server.archived(Samples.sampled(1))));
        JsonNode breakdown = dump.path("breakdown");
        assertEquals(
                "{\"sampled\":4,\"of\":40,\"text\":\"estimated from a fair sample of 4 of 40 tasks\"}",
                breakdown.path("estimated").toString());
        assertEquals(40, breakdown.path("tasks").asInt());
        assertEquals(0, breakdown.path("remainder").asInt(-1));
        assertEquals(40, sum(breakdown.path("parts")));
        for (JsonNode groups : dump.path("groups")) {
            assertEquals(40, sum(groups.path("groups")), groups::toString);
        }
        assertEquals(40, sum(dump.path("signatures")));
        assertEquals(
                "java",
                breakdown
                        .path("parts")
                        .path(1)
                        .path("processes")
                        .path(0)
                        .path("comm")
                        .asText());
        JsonNode thread = dump.path("taskList").path(1);
        assertEquals(
                "java GC Thread#0 40 9120 /system.slice/app.service",
                thread.path("leader").asText() + " "
                        + thread.path("comm").asText() + " " + thread.path("queuedMillis") + " "
                        + thread.path("runDelayMillis") + " "
                        + thread.path("cgroup").asText());
        JsonNode nginx = dump.path("taskList").path(3);
        assertFalse(nginx.has("leader") || nginx.has("queuedMillis") || nginx.has("cgroup"), nginx::toString);
        assertFalse(RunningServer.json(server.get("/api/v1/dumps/" + server.archived(Samples.dump(2))))
                .path("breakdown")
                .has("estimated"));
    }

    private static int sum(JsonNode parts) {
        int sum = 0;
        for (JsonNode part : parts) {
            sum += part.path("tasks").asInt();
        }
        return sum;
    }
}
