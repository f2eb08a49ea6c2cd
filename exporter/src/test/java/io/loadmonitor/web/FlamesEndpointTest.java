package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.dump.RawDump;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class FlamesEndpointTest {
    /** A name that tries to end an element, an attribute, a text and a folded line, and to turn the writing. */
    private static final String HOSTILE = "</title><script>alert(1)</script>;\\\" x=1\\n 7\\xe2\\x80\\xae";

    private RunningServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        server = RunningServer.start(folder);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /**
     * What speedscope's published schema (file-format-schema.json) asks of a file with one sampled profile: these
     * fields, of these kinds, and indexes that exist.
     */
    @Test
    void givesAFileForSpeedscope() throws Exception {
        HttpResponse<String> answer = server.get("/api/v1/dumps/" + server.archived(Samples.dump(1)) + "/speedscope");
        assertEquals(200, answer.statusCode());
        assertEquals(
                "inline; filename=\"dump-1.speedscope.json\"",
                answer.headers().firstValue("Content-Disposition").orElseThrow());
        JsonNode file = RunningServer.json(answer);
        assertEquals(Set.of("$schema", "exporter", "name", "activeProfileIndex", "shared", "profiles"), names(file));
        assertEquals(
                "https://www.speedscope.app/file-format-schema.json",
                file.path("$schema").textValue());
        assertEquals("load-monitor 1.2.3", file.path("exporter").textValue());
        assertEquals(Set.of("frames"), names(file.path("shared")));
        List<String> frames = new ArrayList<>();
        for (JsonNode frame : file.path("shared").path("frames")) {
            assertEquals(Set.of("name"), names(frame));
            frames.add(frame.path("name").textValue());
        }
        assertEquals(frames.size(), new HashSet<>(frames).size(), frames.toString());
        assertEquals(1, file.path("profiles").size());
        JsonNode profile = file.path("profiles").path(0);
        assertEquals(Set.of("type", "name", "unit", "startValue", "endValue", "samples", "weights"), names(profile));
        assertEquals("sampled", profile.path("type").textValue());
        assertEquals("none", profile.path("unit").textValue());
        assertTrue(profile.path("name").textValue().startsWith("Dump 1 of db1: 10 active tasks"), profile.toString());
        int sum = 0;
        List<List<String>> samples = new ArrayList<>();
        for (int i = 0; i < profile.path("samples").size(); i++) {
            List<String> sample = new ArrayList<>();
            for (JsonNode index : profile.path("samples").path(i)) {
                assertTrue(
                        index.isInt() && index.intValue() >= 0 && index.intValue() < frames.size(), index.toString());
                sample.add(frames.get(index.intValue()));
            }
            samples.add(sample);
            sum += profile.path("weights").path(i).intValue();
        }
        assertEquals(profile.path("samples").size(), profile.path("weights").size());
        assertEquals(10, sum);
        assertEquals(0, profile.path("startValue").intValue());
        assertEquals(10, profile.path("endValue").intValue());
        assertEquals(
                List.of(
                        List.of("busy", "[on CPU, user mode]"),
                        List.of("busy", "[waiting for a CPU]"),
                        List.of("vf", "do_syscall_64", "__do_sys_vfork", "kernel_clone")),
                samples);
    }

    @Test
    void givesAGzippedProfileForPprof() throws Exception {
        long id = server.archived(Samples.dump(1));
        HttpResponse<byte[]> answer = server.sendForBytes(
                server.request("/api/v1/dumps/" + id + "/pprof").header("Accept-Encoding", "gzip"));
        assertEquals(200, answer.statusCode());
        assertEquals(
                "attachment; filename=\"dump-1.pb.gz\"",
                answer.headers().firstValue("Content-Disposition").orElseThrow());
        assertTrue(answer.headers().firstValue("Content-Encoding").isEmpty(), "it is compressed once");
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
            String content = new String(gzip.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(content.contains("kernel_clone") && content.contains("Dump 1 of db1: 10 active tasks"), content);
        }
    }

    @Test
    void countsTheTasksOfASampleAndSaysSo() throws Exception {
        long id = server.archived(Samples.sampled(1));
        JsonNode profile = RunningServer.json(server.get("/api/v1/dumps/" + id + "/speedscope"))
                .path("profiles")
                .path(0);
        assertEquals(4, profile.path("endValue").intValue());
        assertTrue(
                profile.path("name")
                        .textValue()
                        .endsWith("(estimated from a fair sample of 4 of 40 tasks); stacks are counted in the"
                                + " sample, not scaled up"),
                profile.toString());
        assertTrue(server.get("/api/v1/dumps/" + id + "/folded").body().contains("java;[waiting for a CPU] 2\n"));
    }

    @Test
    void givesAFlameGraphThatNeedsNoServer() throws Exception {
        HttpResponse<String> answer =
                server.page("/api/v1/dumps/" + server.archived(Samples.dump(1, HOSTILE)) + "/flamegraph");
        assertEquals(200, answer.statusCode());
        String page = answer.body();
        assertTrue(page.startsWith("<!doctype html>"), page);
        assertTrue(page.contains(">kernel_clone</text>") && page.contains("prefers-color-scheme: dark"), page);
        assertFalse(
                Pattern.compile("\\b(src|href|srcset|action)\\s*=\\s*\"|@import|url\\(|https?://")
                        .matcher(page)
                        .find(),
                "it asks for nothing: " + page);
        assertEquals(1, count(page, "<script"));
        assertEquals(2, count(page, "<style"));
        assertTrue(page.contains("&lt;script"), page);
        String header = answer.headers().firstValue("Content-Security-Policy").orElseThrow();
        Matcher inside = Pattern.compile("http-equiv=\"Content-Security-Policy\" content=\"([^\"]+)\"")
                .matcher(page);
        assertTrue(inside.find(), page);
        String policy = inside.group(1).replace("&#39;", "'");
        assertEquals(policy + "; frame-ancestors 'none'", header);
        assertFalse(header.contains("unsafe") || header.contains("'self'"), header);
        Matcher code = Pattern.compile("(?s)<(script|style)>(.*?)</\\1>").matcher(page);
        while (code.find()) {
            assertTrue(policy.contains(code.group(1) + "-src") && policy.contains(hash(code.group(2))), policy);
        }
    }

    @Test
    void drawsTheFlameGraphOnThePageOfTheDump() throws Exception {
        String page = server.page("/dumps/" + server.archived(Samples.dump(1))).body();
        // The one of the programs, and behind it the one with the innermost functions first.
        String[] drawings = page.split("<template>");
        assertEquals(2, drawings.length, page);
        for (String drawing : drawings) {
            Matcher box = Pattern.compile("data-depth=\"1\" data-from=\"(\\d+)\" data-units=\"(\\d+)\"")
                    .matcher(drawing);
            int sum = 0;
            while (box.find()) {
                assertEquals(sum, Integer.parseInt(box.group(1)));
                sum += Integer.parseInt(box.group(2));
            }
            assertEquals(10, sum);
            assertTrue(drawing.contains("<title>kernel_clone — 2 tasks, 20.0 %</title>"), drawing);
            assertTrue(drawing.contains("<title>do_syscall_64 — 2 tasks, 20.0 %</title>"), drawing);
            assertEquals(1, count(drawing, " entry\""), "the way into the kernel: " + drawing);
        }
        assertTrue(drawings[0].contains("aria-level=\"4\" data-depth=\"4\""), drawings[0]);
        assertTrue(page.contains("</svg>function of the kernel</li>"), page);
    }

    @Test
    void listsTheStacksThatChanged() throws Exception {
        long before = server.archived(Samples.dump(1));
        long after = server.archived(changed(Samples.dump(2)));
        String path = "/api/v1/dumps/" + before + "/diff/" + after;
        assertEquals("""
                busy;[waiting for a CPU] 6 5
                other;[waiting for a CPU] 0 1
                """, server.get(path).body());
        assertEquals("""
                busy;[on CPU, user mode] 2 2
                busy;[waiting for a CPU] 6 5
                other;[waiting for a CPU] 0 1
                vf;do_syscall_64;__do_sys_vfork;kernel_clone 2 2
                """, server.get(path + "?all=true").body());
        assertEquals(
                "", server.get("/api/v1/dumps/" + before + "/diff/" + before).body());
        assertEquals(400, server.get(path + "?all=yes").statusCode());
    }

    @Test
    void showsWhatChangedWithoutColourToo() throws Exception {
        long before = server.archived(Samples.dump(1));
        long after = server.archived(changed(Samples.dump(2)));
        String page = server.page("/dumps/" + before + "/diff/" + after).body();
        assertTrue(page.contains("10 tasks before, 10 after: 1 arrived, 1 left"), page);
        assertTrue(page.contains("<text x=\"4\" y=\"12.5\">+1 other</text>"), page);
        assertTrue(page.contains("<text x=\"4\" y=\"12.5\">\u22121 [waiting for a CPU]</text>"), page);
        assertTrue(page.contains("<text x=\"4\" y=\"12.5\">= kernel_clone</text>"), page);
        assertTrue(page.contains("other — 0 → 1 tasks (+1); 0.0 % → 10.0 %"), page);
        assertTrue(server.page("/dumps/" + before + "/diff/" + before).body().contains("No difference"), "itself");
    }

    @Test
    void leadsFromTheFormToTheComparison() throws Exception {
        long before = server.archived(Samples.dump(1));
        String later = text(Samples.dump(2)).replace("12:04:10", "12:05:10");
        long after = server.archived(RawDump.of(later.getBytes(StandardCharsets.US_ASCII)));
        HttpResponse<String> answer = server.page("/dumps/" + after + "?compare=" + before);
        assertEquals(303, answer.statusCode());
        assertEquals(
                "/dumps/" + before + "/diff/" + after,
                answer.headers().firstValue("Location").orElseThrow());
        assertEquals(
                400, server.page("/dumps/" + after + "?compare=//evil.example").statusCode());
        assertTrue(server.page("/dumps/" + after)
                .body()
                .contains(
                        "<a href=\"/dumps/" + before + "/diff/" + after + "\">What changed since the dump before</a>"));
        assertFalse(server.page("/dumps/" + before).body().contains("What changed since"), "it is the first");
    }

    @Test
    void showsADumpWithoutTasks() throws Exception {
        String text = text(Samples.dump(1)).replaceAll("(?m)^task .*\n", "").replace("tasks=10", "tasks=0");
        long id = server.archived(RawDump.of(text.getBytes(StandardCharsets.US_ASCII)));
        for (String path : List.of("/dumps/%d", "/dumps/%d/diff/%1$d", "/api/v1/dumps/%d/flamegraph")) {
            HttpResponse<String> answer = server.page(path.formatted(id));
            assertEquals(200, answer.statusCode(), answer.body());
            assertFalse(answer.body().contains("class=\"flame-graph\""), path);
        }
        assertEquals(200, server.get("/api/v1/dumps/" + id + "/pprof").statusCode());
        assertEquals(
                0,
                RunningServer.json(server.get("/api/v1/dumps/" + id + "/speedscope"))
                        .path("profiles")
                        .path(0)
                        .path("endValue")
                        .intValue());
    }

    @Test
    void saysWhichDumpThereIsNot() throws Exception {
        long id = server.archived(Samples.dump(1));
        for (String path : List.of(
                "/api/v1/dumps/4711/speedscope",
                "/api/v1/dumps/4711/pprof",
                "/api/v1/dumps/4711/flamegraph",
                "/api/v1/dumps/4711/diff/" + id,
                "/api/v1/dumps/" + id + "/diff/4711",
                "/dumps/4711/diff/" + id,
                "/dumps/" + id + "/diff/4711")) {
            HttpResponse<String> answer = server.get(path);
            assertEquals(404, answer.statusCode(), path);
            assertTrue(answer.body().contains("There is no dump 4711."), answer.body());
            assertEquals(400, server.get(path.replace("4711", "x")).statusCode(), path);
            assertEquals(400, server.get(path + "?colour=red").statusCode(), path);
        }
    }

    /** One of the busy tasks has another name. */
    private static RawDump changed(RawDump dump) {
        String text = text(dump);
        int last = text.lastIndexOf("comm=\"busy\"");
        return RawDump.of((text.substring(0, last) + "comm=\"other\"" + text.substring(last + "comm=\"busy\"".length()))
                .getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(RawDump dump) {
        return new String(dump.toByteArray(), StandardCharsets.US_ASCII);
    }

    private static String hash(String text) throws Exception {
        return "'sha256-"
                + Base64.getEncoder()
                        .encodeToString(
                                MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)))
                + "'";
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new HashSet<>();
        for (Iterator<String> i = object.fieldNames(); i.hasNext(); ) {
            names.add(i.next());
        }
        return names;
    }
}
