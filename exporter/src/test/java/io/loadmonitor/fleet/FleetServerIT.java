package io.loadmonitor.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loadmonitor.archive.DumpTexts;
import io.loadmonitor.e2e.Axe;
import io.loadmonitor.e2e.Browser;
import io.loadmonitor.sample.LoadTickParts;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program's command fleet: a store that it made, hosts that ship, and what its pages and its API say of them. */
final class FleetServerIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final int HOSTS = 5;

    @TempDir
    static Path folder;

    private static PostgresServer server;
    private static FleetPages pages;
    private static String database;

    @BeforeAll
    static void start() throws Exception {
        server = PostgresServer.start("fsync=off");
        database = server.database("fleet");
        String admin = server.url(database, PostgresServer.ADMIN);
        assertTrue(FleetPages.program("fleet", "init", "--dry-run", "--fleet.url=" + admin)
                .contains("there is no store yet"));
        String made = FleetPages.program("fleet", "init", "--fleet.url=" + admin);
        assertTrue(made.contains("create role load_monitor_host") && made.contains("make load_monitor.part_"), made);
        assertTrue(FleetPages.program("fleet", "maintain", "--dry-run", "--fleet.url=" + admin)
                        .contains("nothing to do")
                || FleetPages.program("fleet", "maintain", "--fleet.url=" + admin)
                        .contains("nothing was to do"));
        server.user("a_host", FleetSchema.HOSTS);
        server.user("a_reader", FleetSchema.READERS);
        fill();
        pages = FleetPages.start(server.url(database, "a_reader"), folder);
    }

    /** Five hosts have tasks in one function since a few minutes, and one of them has an older one, too. */
    private static void fill() throws Exception {
        FleetAddress address = server.address(database, "a_host");
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        List<LoadTickParts> ticks = new ArrayList<>();
        for (int i = 60; i > 0; i--) {
            ticks.add(new LoadTickParts(
                    now.minusSeconds(5L * i), OptionalInt.of(2), 2, Map.of(), Map.of("nfs", 1.5, "unseen", 0.5), true));
        }
        for (int i = 1; i <= HOSTS; i++) {
            try (FleetArchive host = FleetArchive.open(folder.resolve(i + ".db"), "web-" + i, address)) {
                host.ship(() -> ticks, false, Clock.systemUTC());
                host.archive.storeFound(DumpTexts.raw(DumpTexts.of(
                        7,
                        "threshold",
                        now.minusSeconds(60L * i),
                        "tar",
                        "/system.slice/backup.service",
                        "nfs_wait_bit_killable")));
                if (i == 1) {
                    host.archive.storeFound(DumpTexts.raw(
                            DumpTexts.of(3, "threshold", now.minusSeconds(7200), "vf", "/", "rq_qos_wait")));
                }
                host.shipAll();
            }
        }
    }

    @AfterAll
    static void stop() {
        if (pages != null) {
            pages.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(pages.address(path))
                .header("Accept", path.startsWith("/api/") ? "application/json" : "text/html")
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String page(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = get(path);
        assertEquals(200, answer.statusCode(), path + ": " + answer.body());
        return answer.body();
    }

    private static JsonNode json(String path) throws IOException, InterruptedException {
        return new ObjectMapper().readTree(page(path));
    }

    private static String spreadingSignature() throws IOException, InterruptedException {
        for (JsonNode item : json("/api/v1/fleet/spreading").path("items")) {
            if (item.path("frames").path(0).asText().equals("nfs_wait_bit_killable")) {
                assertEquals(HOSTS, item.path("hosts").asInt());
                assertEquals(0, item.path("hostsBefore").asInt());
                return item.path("signature").asText();
            }
        }
        throw new AssertionError("nothing spreads: " + page("/api/v1/fleet/spreading"));
    }

    @Test
    void theFrontPageSaysWhatSpreads() throws Exception {
        String front = page("/");
        String signature = spreadingSignature();
        assertTrue(front.contains("/signatures/" + signature), front);
        assertTrue(front.contains(HOSTS + " hosts were heard of"), front);
        assertTrue(front.contains("nfs_wait_bit_killable"), front);
        assertTrue(front.contains("Open incidents"), front);
        assertTrue(front.contains("<path class=\"band "), front);
        for (String path : List.of("/", "/signatures/" + signature, "/hosts/web-1", "/search?program=tar")) {
            page(path);
            long begun = System.nanoTime();
            page(path);
            double millis = (System.nanoTime() - begun) / 1e6;
            System.out.printf(Locale.ROOT, "fleet: page %-30s %6.1f ms%n", path, millis);
        }
    }

    @Test
    void aSignatureHasItsHostsAndKernels() throws Exception {
        String signature = spreadingSignature();
        JsonNode answer = json("/api/v1/fleet/signatures/" + signature);
        TreeSet<String> hosts = new TreeSet<>();
        answer.path("hosts").forEach(host -> hosts.add(host.path("host").asText()));
        assertEquals("[web-1, web-2, web-3, web-4, web-5]", hosts.toString());
        assertEquals(
                "6.1.0-56-cloud-amd64",
                answer.path("kernels").findValuesAsText("release").stream()
                        .filter(release -> release.contains("cloud"))
                        .findFirst()
                        .orElse(""));
        assertTrue(page("/signatures/" + signature).contains("/hosts/web-3"));
        assertEquals(400, get("/api/v1/fleet/signatures/xyz").statusCode());
        assertEquals(404, get("/api/v1/fleet/signatures/0123456789abcdef").statusCode());
    }

    @Test
    void hostsAreFoundByFunctionProgramAndControlGroup() throws Exception {
        for (String query : List.of("function=nfs_wait_bit_killable", "program=tar", "cgroup=backup.service")) {
            assertEquals(
                    HOSTS, json("/api/v1/fleet/hosts?" + query).path("items").size(), query);
        }
        assertEquals(
                1,
                json("/api/v1/fleet/hosts?program=vf&from=" + Instant.now().minus(Duration.ofDays(1)))
                        .path("items")
                        .size());
        assertEquals(0, json("/api/v1/fleet/hosts?program=nobody").path("items").size());
        assertEquals(400, get("/api/v1/fleet/hosts").statusCode());
        assertEquals(400, get("/api/v1/fleet/hosts?program=a&function=b").statusCode());
        assertTrue(page("/search?cgroup=backup.service").contains(HOSTS + " hosts had"));
    }

    @Test
    void aHostLeadsToItsOwnPages() throws Exception {
        String host = page("/hosts/web-1");
        assertTrue(host.contains("href=\"http://web-1:9817/dumps/1\""), host);
        assertTrue(host.contains("href=\"http://web-1:9817/incidents/"), host);
        assertEquals(404, get("/hosts/nobody").statusCode());
    }

    @Test
    void theLoadIsThatOfAllHosts() throws Exception {
        JsonNode items = json("/api/v1/fleet/load?minutes=1").path("items");
        double nfs = 0;
        for (JsonNode item : items) {
            nfs = item.path("cause").asText().equals("nfs")
                    ? Math.max(nfs, item.path("load1").asDouble())
                    : nfs;
        }
        assertEquals(HOSTS * 1.5, nfs, 0.01, items.toString());
    }

    @Test
    void incidentsThatShareACauseAreOneGroup() throws Exception {
        JsonNode groups = json("/api/v1/fleet/incidents/shared").path("items");
        assertTrue(groups.size() > 0, groups.toString());
        assertEquals(HOSTS, groups.path(0).path("hosts").asInt(), groups.toString());
        assertTrue(json("/api/v1/fleet/incidents").path("items").size() >= HOSTS);
    }

    @Test
    void kernelsFromAReleaseOn() throws Exception {
        assertTrue(json("/api/v1/fleet/signatures?new_since=6.1").path("items").size() >= 2);
        assertEquals(
                0,
                json("/api/v1/fleet/signatures?new_since=6.12.9").path("items").size());
        assertEquals(400, get("/api/v1/fleet/signatures?new_since=new").statusCode());
    }

    @Test
    void aBrowserHasNothingToComplainOf(@TempDir Path profile) throws Exception {
        List<String> found = new ArrayList<>();
        try (Browser browser = Browser.start(profile)) {
            Axe axe = new Axe(browser);
            for (String theme : List.of("light", "dark")) {
                browser.theme(theme);
                for (String path : List.of(
                        "/",
                        "/signatures/" + spreadingSignature(),
                        "/hosts/web-1",
                        "/search",
                        "/search?function=nfs_wait_bit_killable",
                        // Error pages.
                        "/signatures/4711",
                        "/nowhere")) {
                    browser.open(pages.address(path));
                    axe.look().forEach(problem -> found.add(theme + ", " + path + ": " + problem));
                    browser.picture(
                            Path.of("target/pictures", "fleet-" + theme + path.replaceAll("[^a-z]+", "-") + ".png"));
                }
            }
            // That of an error page is a complaint of the browser's own.
            browser.complaints().stream()
                    .filter(complaint -> !complaint.contains("status of 4"))
                    .forEach(found::add);
            browser.requests().stream()
                    .filter(request -> request.getPort() != pages.address("/").getPort())
                    .forEach(request -> found.add("asked for " + request));
        }
        assertEquals("", String.join("\n", found));
    }

    @Test
    void itIsReadyAndChangesNothing() throws Exception {
        assertEquals(200, get("/-/ready").statusCode());
        assertEquals(200, get("/-/healthy").statusCode());
        HttpResponse<String> post = CLIENT.send(
                HttpRequest.newBuilder(pages.address("/api/v1/dumps"))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(404, post.statusCode(), post.body());
    }
}
