package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.web.view.Site;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real server behind an address that is not its own. */
@Timeout(120)
final class ExternalUrlTest {
    private static final Site SITE = Site.of("https://ops.example.com/lm/", "db1");
    private static final Pattern LINK = Pattern.compile("(?:href|src|action)=\"([^\"]*)\"");

    @TempDir
    Path folder;

    @Test
    void everyLinkOfEveryPageLeadsThroughTheProxy() throws Exception {
        try (RunningServer server = start(false)) {
            long dump = RunningServer.json(server.postDump("{\"reason\":\"one\"}"))
                    .get("id")
                    .asLong();
            server.await(dump, "complete");
            server.archived(Samples.dump(7));
            server.archived(Samples.dump(8));
            RunningServer.json(server.postAlerts(Samples.firing("0123456789abcdef")));
            Set<String> seen = new TreeSet<>();
            Deque<String> open = new ArrayDeque<>(
                    List.of("/lm/", "/lm", "/lm/incidents", "/lm/nothing", "/lm/dumps?limit=1", "/lm/dumps/1/diff/2"));
            while (!open.isEmpty()) {
                String path = open.remove();
                if (!seen.add(path)) {
                    continue;
                }
                HttpResponse<String> page = server.page(path);
                // The forms for remarks are sent by POST alone.
                int wanted = path.equals("/lm/nothing") ? 404 : path.endsWith("/remarks") ? 405 : 200;
                assertEquals(wanted, page.statusCode(), path);
                if (!page.headers().firstValue("Content-Type").orElse("").startsWith("text/html")
                        || path.contains("/flamegraph")) {
                    continue;
                }
                Matcher links = LINK.matcher(page.body());
                while (links.find()) {
                    String link = links.group(1).replace("&amp;", "&");
                    if (link.startsWith("#") || link.matches("https?://(prometheus|alertmanager|runbooks)[.].*")) {
                        continue;
                    }
                    assertTrue(link.startsWith("/lm/"), path + " links to " + link);
                    if (!link.equals("/lm/diff")) {
                        open.add(link.replaceAll("#.*", ""));
                    }
                }
            }
            for (String kind :
                    List.of("/lm/dumps/1", "/lm/dumps/1/diff/2", "/lm/api/v1/dumps/1/raw", "/lm/incidents/")) {
                assertTrue(seen.stream().anyMatch(path -> path.startsWith(kind)), kind + " of " + seen);
            }
            HttpResponse<String> lead = server.get("/lm/diff?before=1&after=2");
            assertEquals(
                    "/lm/dumps/1/diff/2", lead.headers().firstValue("Location").orElse(""));
        }
    }

    @Test
    void thePathMayBeThereOrNot() throws Exception {
        try (RunningServer server = start(false)) {
            for (String path : List.of("/metrics", "/-/healthy", "/api/v1/status", "/dumps")) {
                assertEquals(200, server.get(path).statusCode(), path);
                assertEquals(200, server.get("/lm" + path).statusCode(), path);
            }
            assertEquals(404, server.get("/lmx/metrics").statusCode());
            assertEquals(404, server.get("/lm/lm/metrics").statusCode());
            assertEquals(404, server.get("/x/lm/metrics").statusCode());
            assertTrue(server.get("/lm/metrics?name[]=a").body().contains("names [a]"));
            HttpResponse<String> dump =
                    server.send(server.request("/lm/api/v1/dumps").POST(BodyPublishers.noBody()));
            assertEquals(202, dump.statusCode());
            assertEquals(
                    "/lm/api/v1/dumps/1", dump.headers().firstValue("Location").orElse(""));
            assertEquals(200, server.get("/lm/api/v1/dumps/1").statusCode());
        }
    }

    @Test
    void linksThatAreReadElsewhereAreWhole() throws Exception {
        try (RunningServer server = start(false)) {
            JsonNode taken = RunningServer.json(server.postAlerts(Samples.firing("0123456789abcdef")));
            long dump = taken.path("alerts").path(0).path("dumpId").asLong();
            JsonNode answer = server.await(dump, "complete");
            String base = "https://ops.example.com/lm";
            assertEquals(
                    base + "/api/v1/dumps/" + dump,
                    answer.path("links").path("self").asText());
            assertEquals(
                    base + "/dumps/" + dump, answer.path("links").path("page").asText());
            JsonNode incident = RunningServer.json(server.get("/api/v1/incidents"))
                    .path("items")
                    .path(0);
            long id = incident.path("id").asLong();
            assertEquals(
                    base + "/incidents/" + id,
                    incident.path("links").path("page").asText());
            String markdown = server.get("/api/v1/incidents/" + id + ".md").body();
            assertTrue(markdown.contains("| Incident | [" + id + "](" + base + "/incidents/" + id + ")"), markdown);
            assertTrue(
                    markdown.contains("### Dump [" + dump + "](" + base + "/incidents/" + id + "?dump=" + dump + ")"),
                    markdown);
        }
    }

    @Test
    void itsNameIsTakenAndThatOfTheHost() throws Exception {
        try (RunningServer server = start(false)) {
            for (String host : List.of("ops.example.com", "OPS.example.com:443", "db1", "db1:9817", "localhost")) {
                assertEquals("200", get(server, host), host);
            }
            for (String host :
                    List.of("ops.example.com.evil.example", "evil.example", "db1.evil.example", "example.com")) {
                assertEquals("403", get(server, host), host);
            }
        }
    }

    /** What --web.allow-remote-api alone does not know. */
    @Test
    void remoteClientsMayUseNoNameButThese() throws Exception {
        try (RunningServer server = start(true)) {
            for (String host : List.of("ops.example.com", "db1:9817", "192.0.2.7:9817", "localhost", "[2001:db8::1]")) {
                assertEquals("200", get(server, host), host);
            }
            assertEquals("403", get(server, "evil.example"));
            String post = RawHttp.exchange(
                    server.port(),
                    "POST /api/v1/dumps HTTP/1.1\nHost: evil.example\nOrigin: http://evil.example\nContent-Length: 0\n"
                            + "Connection: close\n\n");
            assertTrue(post.startsWith("HTTP/1.1 403 ") && post.contains("foreign_host"), post);
            String metrics =
                    RawHttp.exchange(server.port(), "GET /metrics HTTP/1.1\nHost: any.example\nConnection: close\n\n");
            assertTrue(metrics.startsWith("HTTP/1.1 200 "), metrics);
        }
    }

    @Test
    void aPageOfTheProxyMayChangeThingsThoughItsHostIsNotPassedOn() throws Exception {
        try (RunningServer server = start(false)) {
            assertEquals(200, reload(server, "https://ops.example.com"));
            assertEquals(403, reload(server, "http://ops.example.com"));
            assertEquals(403, reload(server, "https://ops.example.com:8443"));
            assertEquals(403, reload(server, "https://evil.example"));
        }
    }

    private static int reload(RunningServer server, String origin) throws Exception {
        return server.send(server.request("/-/reload").header("Origin", origin).POST(BodyPublishers.noBody()))
                .statusCode();
    }

    private static String get(RunningServer server, String host) throws Exception {
        String answer = RawHttp.exchange(
                server.port(), "GET /api/v1/dumps HTTP/1.1\nHost: " + host + "\nConnection: close\n\n");
        assertFalse(answer.startsWith("HTTP/1.1 400"), answer);
        return answer.substring(9, 12);
    }

    private RunningServer start(boolean allowRemote) throws Exception {
        InetSocketAddress loopback = RunningServer.loopback();
        return RunningServer.start(
                folder,
                new WebSettings(
                        List.of(loopback),
                        WebSettings.DEFAULT_TELEMETRY_PATH,
                        allowRemote,
                        WebSettings.DEFAULT_MAX_BODY_BYTES,
                        SITE));
    }
}
