package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.web.view.Site;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class WebServerTest {
    /** A message whose body ends before it is complete: one byte of nine. */
    private static final String BEGUN_ALERTS = "POST /api/v1/alerts HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{";

    @TempDir
    private Path folder;

    private RunningServer server;

    @BeforeEach
    void start() throws Exception {
        server = RunningServer.start(folder.resolve("first"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void givesMetricsWithTheNamesAndTheAcceptHeaderOfTheScrape() throws Exception {
        HttpResponse<String> answer = server.send(
                server.request("/metrics?name%5B%5D=b&name%5B%5D=a").header("Accept", "application/openmetrics-text"));
        assertEquals(200, answer.statusCode());
        assertEquals(
                "text/plain; version=0.0.4; charset=utf-8",
                answer.headers().firstValue("Content-Type").orElseThrow());
        assertTrue(answer.body().startsWith("# names [a, b]\n# accept application/openmetrics-text\n"), answer.body());
    }

    @Test
    void compressesWhatTheClientTakesCompressed() throws Exception {
        HttpResponse<byte[]> answer =
                server.sendForBytes(server.request("/metrics").header("Accept-Encoding", "gzip"));
        assertEquals("gzip", answer.headers().firstValue("Content-Encoding").orElseThrow());
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
            assertTrue(new String(in.readAllBytes(), StandardCharsets.UTF_8).contains("xxxx"));
        }
        assertTrue(
                server.get("/metrics").headers().firstValue("Content-Encoding").isEmpty());
    }

    @Test
    void servesMetricsWhereItIsTold() throws Exception {
        WebSettings settings =
                new WebSettings(List.of(RunningServer.loopback()), "/probe/load", false, 1 << 20, Site.UNKNOWN);
        try (RunningServer other = RunningServer.start(folder.resolve("other"), settings)) {
            assertEquals(200, other.get("/probe/load").statusCode());
            assertEquals(404, other.get("/metrics").statusCode());
            assertTrue(other.get("/").body().contains("/probe/load"));
        }
    }

    @Test
    void tellsHealthAndReadiness() throws Exception {
        assertEquals(200, server.get("/-/healthy").statusCode());
        assertEquals(200, server.get("/-/ready").statusCode());
        server.notReady.set(Optional.of("the archive is full"));
        HttpResponse<String> answer = server.get("/-/ready");
        assertEquals(503, answer.statusCode());
        assertEquals(
                "the archive is full",
                RunningServer.json(answer).path("error").path("message").asText());
        assertEquals(200, server.get("/-/healthy").statusCode());
    }

    @Test
    void readsTheConfigurationAgain() throws Exception {
        assertEquals(
                200,
                server.send(server.request("/-/reload").POST(BodyPublishers.noBody()))
                        .statusCode());
        server.reloadRefused.set(Optional.of("rule load: cooldown is PT-5S"));
        HttpResponse<String> answer = server.send(server.request("/-/reload").POST(BodyPublishers.noBody()));
        assertEquals(500, answer.statusCode());
        assertTrue(answer.body().contains("cooldown is PT-5S"));
        assertEquals(2, server.reloads.get());
    }

    @Test
    void tellsItsStatus() throws Exception {
        JsonNode status = RunningServer.json(server.get("/api/v1/status"));
        assertEquals("1.2.3", status.path("version").asText());
        assertEquals("procfs", status.path("source").path("kind").asText());
        assertTrue(status.path("ready").asBoolean());
        assertEquals(
                "{\"name\":\"load\",\"by\":\"exporter\",\"words\":\"This exporter, at load 4.00.\"}",
                status.path("triggers").path(0).toString());
        assertEquals("nobody", status.path("triggers").path(1).path("by").asText());
        assertTrue(
                server.get("/").body().contains("Who takes a dump by itself: This exporter, at load 4.00. </p>"),
                server.get("/").body());
        assertTrue(status.path("limits").size() >= 3, status.toString());
        assertEquals("ready", status.path("limits").path(0).path("state").asText());
        assertEquals(0, status.path("archive").path("dumps").asInt());
    }

    @Test
    void answersHeadLikeGetWithoutABody() throws Exception {
        for (String path :
                List.of("/metrics", "/", "/-/healthy", "/api/v1/dumps", "/dumps", "/incidents", Asset.STYLES)) {
            HttpResponse<String> get = server.get(path);
            HttpResponse<String> head = server.send(server.request(path).method("HEAD", BodyPublishers.noBody()));
            assertEquals(200, head.statusCode(), path);
            assertEquals("", head.body());
            assertEquals(
                    get.headers().firstValue("Content-Type"), head.headers().firstValue("Content-Type"), path);
        }
        assertEquals(
                404,
                server.send(server.request("/dumps/5").method("HEAD", BodyPublishers.noBody()))
                        .statusCode());
    }

    @Test
    void answersUnknownPathsWith404() throws Exception {
        for (String path :
                List.of("/nothing", "/api/v1/nothing", "/api/v1/dumps/1/stacks", "/metrics/x", "/favicon.ico")) {
            HttpResponse<String> answer = server.get(path);
            assertEquals(404, answer.statusCode(), path);
            assertEquals(
                    "not_found",
                    RunningServer.json(answer).path("error").path("code").asText());
        }
        assertTrue(server.page("/nothing").body().startsWith("<!doctype html>"));
    }

    @Test
    void answersTheWrongMethodWith405AndTheRightOnes() throws Exception {
        HttpResponse<String> answer =
                server.send(server.request("/api/v1/dumps").DELETE());
        assertEquals(405, answer.statusCode());
        assertEquals("GET, POST, HEAD", answer.headers().firstValue("Allow").orElseThrow());
        assertEquals(
                "POST",
                server.get("/api/v1/alerts").headers().firstValue("Allow").orElseThrow());
        assertEquals(
                405,
                server.send(server.request("/metrics").POST(BodyPublishers.noBody()))
                        .statusCode());
    }

    @Test
    void hidesFaultsFromClients() throws Exception {
        server.metricsFault.set(new IllegalStateException("secret detail"));
        HttpResponse<String> answer = server.get("/metrics");
        assertEquals(500, answer.statusCode());
        assertEquals(
                "internal_error",
                RunningServer.json(answer).path("error").path("code").asText());
        assertFalse(answer.body().contains("secret") || answer.body().contains("IllegalState"), answer.body());
        assertFalse(server.send(server.request("/metrics").header("Accept", "text/html"))
                .body()
                .contains("secret"));
    }

    @Test
    void saysThatAnAnswerNeedsTooMuchMemory() throws Exception {
        server.metricsFault.set(new OutOfMemoryError("secret detail"));
        HttpResponse<String> answer = server.get("/metrics");
        assertEquals(503, answer.statusCode());
        assertEquals(
                "out_of_memory",
                RunningServer.json(answer).path("error").path("code").asText());
        assertEquals(
                "nosniff", answer.headers().firstValue("X-Content-Type-Options").orElseThrow());
        server.metricsFault.set(new StackOverflowError("secret detail"));
        answer = server.get("/metrics");
        assertEquals(500, answer.statusCode());
        assertEquals(
                "internal_error",
                RunningServer.json(answer).path("error").path("code").asText());
        assertFalse(answer.body().contains("secret"), answer.body());
    }

    @Test
    void answersWhatNoRouteSeesWithoutDetails() throws Exception {
        String longHeader = RawHttp.exchange(
                server.port(), "GET /metrics HTTP/1.1\nHost: localhost\nX-Long: " + "a".repeat(20_000) + "\n\n");
        assertTrue(longHeader.startsWith("HTTP/1.1 431 "), longHeader);
        for (String bad : List.of(
                "NONSENSE\n\n",
                "GET /%zz HTTP/1.1\nHost: localhost\n\n",
                "GET /metrics HTTP/1.1\n\n",
                "GET /%2e%2e/metrics HTTP/1.1\nHost: localhost\n\n",
                "GET /a/..;/metrics HTTP/1.1\nHost: localhost\n\n")) {
            String answer = RawHttp.exchange(server.port(), bad);
            assertTrue(answer.startsWith("HTTP/1.1 4"), answer);
            assertTrue(answer.contains("{\"error\":{"), answer);
            assertFalse(answer.contains("\tat ") || answer.toLowerCase().contains("jetty"), answer);
        }
    }

    @Test
    void runsNoOtherMethodThanTheRequestHas() throws Exception {
        assertEquals(
                400,
                server.send(server.request("/api/v1/dumps").header("X-HTTP-Method-Override", "POST"))
                        .statusCode());
    }

    @Test
    void sendsTheHeadersThatKeepABrowserSafe() throws Exception {
        for (String path : List.of("/", "/dumps", "/nothing", "/api/v1/dumps", "/metrics")) {
            HttpResponse<String> answer = server.page(path);
            String policy =
                    answer.headers().firstValue("Content-Security-Policy").orElseThrow();
            assertTrue(policy.contains("script-src 'self';"), policy);
            assertTrue(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), policy);
            assertFalse(policy.contains("unsafe"), policy);
            assertEquals(
                    "nosniff",
                    answer.headers().firstValue("X-Content-Type-Options").orElseThrow());
            assertEquals(
                    "same-origin",
                    answer.headers().firstValue("Referrer-Policy").orElseThrow());
            assertTrue(answer.headers().firstValue("Server").isEmpty());
        }
    }

    @Test
    void refusesPagesOfOtherSitesAndForeignNames() throws Exception {
        assertEquals(
                403,
                server.send(server.request("/api/v1/dumps")
                                .header("Origin", "https://attacker.example")
                                .POST(BodyPublishers.noBody()))
                        .statusCode());
        assertEquals(
                403,
                server.send(server.request("/api/v1/dumps")
                                .header("Sec-Fetch-Site", "cross-site")
                                .POST(BodyPublishers.noBody()))
                        .statusCode());
        assertEquals(
                403,
                server.send(server.request("/-/reload").header("Origin", "null").POST(BodyPublishers.noBody()))
                        .statusCode());
        String rebound = RawHttp.exchange(
                server.port(), "GET /api/v1/dumps HTTP/1.1\nHost: attacker.example:9817\nConnection: close\n\n");
        assertTrue(rebound.startsWith("HTTP/1.1 403 ") && rebound.contains("foreign_host"), rebound);
        assertEquals(0, server.reloads.get());
    }

    @Test
    void believesNoForwardedAddress() throws Exception {
        Optional<InetAddress> own = ownAddress();
        assumeTrue(own.isPresent(), "this machine has no address beyond loopback");
        WebSettings settings = WebSettings.on(new InetSocketAddress(own.get(), 0));
        try (RunningServer other = RunningServer.start(folder.resolve("other"), settings)) {
            String base = "http://" + own.get().getHostAddress() + ":" + other.port();
            for (String path : List.of(
                    "/dumps", "/incidents", "/api/v1/dumps", "/api/v1/status", "/dumps/1", "/api/v1/dumps/1/raw")) {
                HttpResponse<String> answer = other.send(HttpRequest.newBuilder(URI.create(base + path))
                        .header("X-Forwarded-For", "127.0.0.1")
                        .header("Forwarded", "for=127.0.0.1"));
                assertEquals(403, answer.statusCode(), path);
                assertTrue(answer.body().contains("--web.allow-remote-api"), answer.body());
            }
            for (String path : List.of("/api/v1/dumps", "/api/v1/alerts", "/-/reload")) {
                assertEquals(
                        403,
                        other.send(HttpRequest.newBuilder(URI.create(base + path))
                                        .header("Content-Type", "application/json")
                                        .POST(BodyPublishers.ofString("{}")))
                                .statusCode());
            }
            for (String path : List.of(
                    "/metrics",
                    "/",
                    "/-/healthy",
                    "/-/ready",
                    Asset.STYLES,
                    Asset.FLAME_STYLES,
                    Asset.FLAME_SCRIPT,
                    Asset.PAGE_SCRIPT)) {
                assertEquals(
                        200,
                        other.send(HttpRequest.newBuilder(URI.create(base + path)))
                                .statusCode(),
                        path);
            }
            assertEquals(
                    404,
                    other.send(HttpRequest.newBuilder(URI.create(base + "/metric")))
                            .statusCode());
        }
    }

    @Test
    void letsRemoteClientsInOnceThatIsAllowed() throws Exception {
        Optional<InetAddress> own = ownAddress();
        assumeTrue(own.isPresent(), "this machine has no address beyond loopback");
        WebSettings settings = new WebSettings(
                List.of(RunningServer.loopback(), new InetSocketAddress(own.get(), 0)),
                "/metrics",
                true,
                1 << 20,
                Site.UNKNOWN);
        try (RunningServer other = RunningServer.start(folder.resolve("other"), settings)) {
            assertEquals(2, other.addresses().size());
            for (InetSocketAddress address : other.addresses()) {
                String base = "http://" + address.getAddress().getHostAddress() + ":" + address.getPort();
                assertEquals(
                        200,
                        other.send(HttpRequest.newBuilder(URI.create(base + "/dumps")))
                                .statusCode());
            }
        }
    }

    @Test
    void givesUpOnABodyThatTricklesIn() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(BEGUN_ALERTS.getBytes(StandardCharsets.US_ASCII));
            Thread.sleep(300);
            server.skippedNanos.addAndGet(Duration.ofSeconds(11).toNanos());
            out.write(' ');
            String answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertEquals("HTTP/1.1 408", answer);
        }
        assertEquals(List.of(408), server.webhookAnswers);
    }

    @Test
    void takesAClientThatGoesAwayForNoFaultOfItsOwn() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write(BEGUN_ALERTS.getBytes(StandardCharsets.US_ASCII));
        }
        for (int i = 0; i < 200 && server.webhookAnswers.isEmpty(); i++) {
            Thread.sleep(25);
        }
        assertEquals(List.of(400), server.webhookAnswers);
    }

    @Test
    void answersOthersWhileSlowBodiesTrickleIn() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                socket.getOutputStream().write(BEGUN_ALERTS.getBytes(StandardCharsets.US_ASCII));
                slow.add(socket);
            }
            assertEquals(200, server.get("/metrics").statusCode());
            assertEquals(
                    202, server.postAlerts(Samples.firing("a1b2c3d4e5f60718")).statusCode());
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void saysWhichAddressIsTaken() throws Exception {
        WebSettings settings = WebSettings.on(server.addresses().get(0));
        IOException fault =
                assertThrows(IOException.class, () -> RunningServer.start(folder.resolve("other"), settings));
        assertTrue(fault.getMessage().contains("127.0.0.1 port " + server.port()), fault.getMessage());
    }

    @Test
    void finishesWhatIsUnderWayAndStopsSoon() {
        long before = System.nanoTime();
        server.close();
        assertTrue(Duration.ofNanos(System.nanoTime() - before).toSeconds() < 8);
    }

    private static Optional<InetAddress> ownAddress() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst();
    }
}
