package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.grafana.Dashboard;
import io.loadmonitor.guard.Keys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The loop on this host over TLS, with nobody let in for where he is: Prometheus scrapes with a password, Alertmanager
 * posts with a token, a person reads with another password, and none may do what the others may.
 */
@Timeout(300)
final class GuardedLoopIT {
    /** Of the password "correct horse". */
    private static final String HASH = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";

    private static final String PASSWORD = "correct horse";
    private static final String TOKEN = "5f2d0c9a7be14683a1c0ffee5f2d0c9a7be14683";
    private static final int GUESSES = 300;
    private static final String EXTERNAL = "https://ops.example.com/web-1";

    @TempDir
    Path folder;

    @Test
    void goesRoundByPasswordAndTokenWhileSomebodyGuesses() throws Exception {
        Keys keys = new Keys(folder);
        Path authority = keys.authority("ca");
        keys.issued("server", "ca", "ec", "IP:127.0.0.1");
        Path token = Files.writeString(folder.resolve("alertmanager.token"), TOKEN);
        Path password = Files.writeString(folder.resolve("prometheus.password"), PASSWORD);
        Path web = Files.writeString(folder.resolve("web.yml"), """
                tls_server_config: {cert_file: server.pem, key_file: server.key}
                basic_auth_users:
                  prometheus: HASH
                  oncall: HASH
                """.replace("HASH", HASH));
        Path access = Files.writeString(folder.resolve("access.yml"), """
                access:
                  - who: {user: prometheus}
                    may: [scrape]
                  - who: {token_file: alertmanager.token}
                    may: [alert]
                  - who: {user: oncall}
                    may: [read]
                  - who: anybody
                    may: [health]
                """);
        HttpClient client = HttpClient.newBuilder()
                .sslContext(trusting(authority))
                .connectTimeout(Duration.ofSeconds(5))
                .build();
        try (Exporter.OnHost host = Exporter.OnHost.begin(
                folder,
                List.of(),
                Tree.jar(),
                "--source=procfs",
                "--web.config.file=" + web,
                "--web.access.file=" + access,
                "--web.external-url=" + EXTERNAL + "/")) {
            URI exporter = URI.create("https://" + host.exporter().hostAndPort());
            Asking anybody = new Asking(client, exporter, "");
            host.server()
                    .await(
                            "ready",
                            Duration.ofSeconds(30),
                            () -> Optional.of(true).filter(yes -> anybody.status("GET", "/-/ready") == 200));
            String tls = "tls_config: {ca_file: " + authority + "}";
            try (Alertmanager alertmanager = Alertmanager.startTo(
                            folder,
                            exporter + "/api/v1/alerts",
                            "http_config: {authorization: {credentials_file: " + token + "}, " + tls + "}");
                    Prometheus prometheus = Prometheus.start(
                            folder,
                            host.exporter().hostAndPort(),
                            List.of(
                                    "scheme: https",
                                    "basic_auth: {username: prometheus, password_file: " + password + "}",
                                    tls),
                            List.of(),
                            alertmanager.address(),
                            // Each load is above it: the alert fires at the first scrape.
                            -1)) {
                prometheus.awaitUp();
                prometheus.awaitFiring("LoadHigh");
                Asking oncall = new Asking(client, exporter, basic("oncall", PASSWORD));
                JsonNode incident = Wait.until(
                        "an incident with a dump for the alert",
                        Duration.ofSeconds(90),
                        () -> oncall.json("/api/v1/incidents").flatMap(list -> dumped(list)),
                        () -> host.server().tail() + alertmanager.tail());
                assertEquals("LoadHigh", incident.path("alertName").asText(), incident::toPrettyString);

                nobodyMayWhatAnotherMay(anybody, client, exporter);
                somebodyGuesses(client, exporter, prometheus);
                tellsOfTheCertificate(prometheus);
                leadsToWherePeopleFindIt(prometheus);
                String log = host.server().log();
                assertTrue(log.contains("msg=taken action=alert who=token:" + token + " address=127.0.0.1"), log);
                assertFalse(log.contains(TOKEN) || log.contains(PASSWORD) || log.contains(HASH), log);
            }
        }
    }

    private static Optional<JsonNode> dumped(JsonNode list) {
        for (JsonNode incident : list.path("items")) {
            if (incident.path("dumpCount").asInt() > 0) {
                return Optional.of(incident);
            }
        }
        return Optional.empty();
    }

    private static void nobodyMayWhatAnotherMay(Asking anybody, HttpClient client, URI exporter) throws IOException {
        Asking prometheus = new Asking(client, exporter, basic("prometheus", PASSWORD));
        Asking alertmanager = new Asking(client, exporter, "Bearer " + TOKEN);
        Asking oncall = new Asking(client, exporter, basic("oncall", PASSWORD));
        assertEquals(200, prometheus.status("GET", "/metrics"));
        assertEquals(403, prometheus.status("GET", "/dumps"));
        assertEquals(403, prometheus.status("POST", "/api/v1/alerts"));
        assertEquals(403, alertmanager.status("GET", "/metrics"));
        assertEquals(403, alertmanager.status("GET", "/api/v1/incidents"));
        assertEquals(200, oncall.status("GET", "/dumps"));
        for (Asking one : List.of(prometheus, alertmanager, oncall)) {
            assertEquals(403, one.status("POST", "/api/v1/dumps"));
            assertEquals(403, one.status("POST", "/-/reload"));
        }
        assertEquals(200, anybody.status("GET", "/-/healthy"));
        assertEquals(401, anybody.status("GET", "/metrics"));
        assertEquals(401, anybody.status("GET", "/dumps"));
        assertEquals(403, anybody.status("POST", "/api/v1/dumps"), "on the host itself, too");
    }

    /** From the address of Prometheus, Alertmanager and everybody else, at Prometheus' own name. */
    private static void somebodyGuesses(HttpClient client, URI exporter, Prometheus prometheus) throws IOException {
        int limited = 0;
        for (int i = 0; i < GUESSES; i++) {
            int status = new Asking(client, exporter, basic("prometheus", "wrong" + i)).status("GET", "/metrics");
            assertTrue(status == 401 || status == 429, "guess " + i + " was answered " + status);
            limited += status == 429 ? 1 : 0;
        }
        assertTrue(limited > GUESSES / 2, limited + " of " + GUESSES + " guesses were not even looked at");
        assertEquals(200, new Asking(client, exporter, basic("prometheus", PASSWORD)).status("GET", "/metrics"));
        assertEquals(200, new Asking(client, exporter, basic("oncall", PASSWORD)).status("GET", "/dumps"));
        Wait.until(
                "a scrape tells of the guesses",
                Duration.ofSeconds(20),
                () -> number(prometheus, "load_monitor_web_refusals_total{reason=\"too_many_failures\"}")
                        .filter(count -> count >= GUESSES / 2.0),
                () -> prometheus.query("load_monitor_web_refusals_total").toPrettyString());
        assertEquals(
                1.0,
                number(prometheus, "min_over_time(up{job=\"load-monitor\"}[20s])")
                        .orElseThrow(),
                "no scrape was lost");
    }

    /** The tests' certificates are good for a day. */
    private static void tellsOfTheCertificate(Prometheus prometheus) {
        double left = number(prometheus, "load_monitor_tls_certificate_expiry_timestamp_seconds - time()")
                .orElseThrow();
        assertTrue(left > 80_000 && left <= 86_400, left + " s");
        assertEquals(
                1,
                prometheus
                        .query("ALERTS{alertname=\"LoadMonitorCertificateExpires\",alertstate=\"pending\"}")
                        .size());
    }

    /** From alerts and from the marks of dashboards. */
    private static void leadsToWherePeopleFindIt(Prometheus prometheus) {
        JsonNode alerts = Http.json(prometheus.address().resolve("/api/v1/alerts"))
                .orElseThrow()
                .path("data")
                .path("alerts");
        assertTrue(alerts.toString().contains(EXTERNAL + "/incidents"), alerts::toPrettyString);
        for (Dashboard dashboard : Dashboard.all()) {
            for (Dashboard.Expression expression : dashboard.annotationExpressions()) {
                JsonNode marks = prometheus.query(expression.runnable());
                assertFalse(marks.isEmpty(), expression.place());
                for (JsonNode mark : marks) {
                    assertEquals(EXTERNAL, mark.path("metric").path("url").asText(), expression.place());
                }
            }
        }
    }

    private static Optional<Double> number(Prometheus prometheus, String expression) {
        JsonNode result = prometheus.query(expression);
        return result.isEmpty()
                ? Optional.empty()
                : Optional.of(result.path(0).path("value").path(1).asDouble());
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private static SSLContext trusting(Path authority) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var text = Files.newInputStream(authority)) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(text));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** Somebody with this header Authorization; without it where it is empty. */
    private record Asking(HttpClient client, URI exporter, String authorization) {
        /** 0 where there is no answer. */
        int status(String method, String path) {
            return ask(method, path).map(HttpResponse::statusCode).orElse(0);
        }

        Optional<JsonNode> json(String path) {
            return ask("GET", path)
                    .filter(answer -> answer.statusCode() == 200)
                    .map(answer -> Http.parse(answer.body()));
        }

        private Optional<HttpResponse<String>> ask(String method, String path) {
            HttpRequest.Builder request = HttpRequest.newBuilder(exporter.resolve(path))
                    .timeout(Duration.ofSeconds(20))
                    .method(method, HttpRequest.BodyPublishers.noBody());
            if (!authorization.isEmpty()) {
                request.header("Authorization", authorization);
            }
            try {
                return Optional.of(client.send(request.build(), HttpResponse.BodyHandlers.ofString()));
            } catch (IOException notThere) {
                return Optional.empty();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }
}
