package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.guard.AccessRules;
import io.loadmonitor.guard.Denial;
import io.loadmonitor.guard.Grant;
import io.loadmonitor.guard.GuardSettings;
import io.loadmonitor.guard.Network;
import io.loadmonitor.guard.Role;
import io.loadmonitor.guard.Token;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The real server with rules of who may do what. */
@Timeout(120)
final class AccessServerTest {
    private static final String PASSWORD = "correct horse";
    private static final String HASH = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    /** Every route and its role: who adds one has to say here, too, whom it is for. */
    private static final Map<Role, Set<String>> ROLES = Map.of(
            Role.HEALTH,
            Set.of(
                    "GET /-/healthy",
                    "GET /-/ready",
                    "GET /assets/load-monitor.css",
                    "GET /assets/flame.css",
                    "GET /assets/flame.js",
                    "GET /assets/page.js",
                    "GET /assets/icon.svg"),
            Role.SCRAPE,
            Set.of("GET /metrics"),
            Role.READ,
            Set.of(
                    "GET /",
                    "GET /api/v1/dumps",
                    "GET /api/v1/dumps/{id}",
                    "GET /api/v1/dumps/{id}/raw",
                    "GET /api/v1/dumps/{id}/folded",
                    "GET /api/v1/dumps/{id}/speedscope",
                    "GET /api/v1/dumps/{id}/pprof",
                    "GET /api/v1/dumps/{id}/flamegraph",
                    "GET /api/v1/dumps/{id}/diff/{other}",
                    "GET /api/v1/incidents",
                    "GET /api/v1/incidents/{id}.md",
                    "GET /api/v1/incidents/{id}",
                    "GET /api/v1/incidents/{id}/archive",
                    "GET /api/v1/load",
                    "GET /api/v1/status",
                    "GET /incidents",
                    "GET /incidents/{id}",
                    "GET /diff",
                    "GET /dumps",
                    "GET /dumps/{id}",
                    "GET /dumps/{id}/diff/{other}"),
            Role.ALERT,
            Set.of("POST /api/v1/alerts"),
            Role.TRIGGER,
            Set.of("POST /api/v1/dumps", "POST /dumps", "POST /incidents/{id}/remarks"),
            Role.ADMINISTER,
            Set.of("POST /-/reload"));

    @TempDir
    Path folder;

    @Test
    void everyRouteHasARole() throws Exception {
        Set<String> served = new TreeSet<>();
        try (RunningServer server = start(grant(Grant.Who.ANYBODY, Role.HEALTH))) {
            server.routes().stream().filter(route -> !route.startsWith("HEAD ")).forEach(served::add);
        }
        Set<String> known = new TreeSet<>();
        ROLES.values().forEach(known::addAll);
        assertEquals(known, served);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aRoleOpensItsRoutesAndNoOther(Role role) throws Exception {
        try (RunningServer server = start(
                grant(user("anna"), role),
                grant(token(), role),
                grant(user("bob"), EnumSet.complementOf(EnumSet.of(role))))) {
            for (Map.Entry<Role, Set<String>> routes : ROLES.entrySet()) {
                boolean granted = routes.getKey() == role || routes.getKey() == Role.HEALTH;
                for (String route : routes.getValue()) {
                    for (String method : route.startsWith("GET ") ? List.of("GET", "HEAD") : List.of("POST")) {
                        String path = route.substring(route.indexOf(' ') + 1)
                                .replace("{id}", "1")
                                .replace("{other}", "2");
                        assertEquals(granted, reaches(server, method, path, basic("anna")), role + " " + route);
                        assertEquals(granted, reaches(server, method, path, "Bearer " + TOKEN), role + " " + route);
                        assertEquals(
                                routes.getKey() != role || role == Role.HEALTH,
                                reaches(server, method, path, basic("bob")),
                                "bob " + route);
                        assertFalse(reaches(server, method, path, null), "a stranger " + route);
                        if (method.equals("GET") && !path.equals("/")) {
                            assertEquals(granted, reaches(server, method, path + "/", basic("anna")), route + "/");
                        }
                    }
                }
            }
            assertEquals(404, status(server, "GET", "/nothing", basic("anna")));
            assertEquals(401, status(server, "GET", "/nothing", null));
        }
    }

    @Test
    void asksForWhatCouldHelpAndSaysWhichRoleIsMissing() throws Exception {
        try (RunningServer server = start(
                grant(user("anna"), Role.READ),
                grant(token(), Role.ALERT),
                grant(network("127.0.0.0/8"), Role.SCRAPE),
                grant(
                        new Grant.Who(
                                Optional.of("anna"),
                                Optional.empty(),
                                Optional.empty(),
                                List.of(Network.of("10.0.0.0/8"))),
                        Role.TRIGGER))) {
            HttpResponse<String> read = server.get("/dumps");
            assertEquals(401, read.statusCode());
            assertTrue(challenge(read).startsWith("Basic "), challenge(read));
            HttpResponse<String> alert = server.postAlerts("{}");
            assertEquals(401, alert.statusCode());
            assertTrue(challenge(alert).startsWith("Bearer "), challenge(alert));
            for (HttpResponse<String> refused : List.of(
                    server.postDump(""),
                    server.send(server.request("/api/v1/dumps")
                            .header("Authorization", basic("anna"))
                            .POST(BodyPublishers.noBody())))) {
                assertEquals(403, refused.statusCode());
                assertEquals("", challenge(refused));
                assertTrue(refused.body().contains("role_missing")
                        && refused.body().contains("role trigger"));
                assertFalse(refused.body().contains("anna"), refused.body());
            }
            assertEquals(200, server.get("/metrics").statusCode());
            HttpResponse<String> page = server.send(server.request("/incidents")
                    .header("Accept", "text/html")
                    .header("Authorization", "Bearer " + TOKEN));
            assertEquals(403, page.statusCode());
            assertTrue(page.body().contains("<html") && page.body().contains("role read"), page.body());
        }
    }

    @Test
    void whatIsGivenHasToBeRightEvenWhereNothingHadToBe() throws Exception {
        try (RunningServer server = start(grant(Grant.Who.ANYBODY, Role.SCRAPE), grant(user("anna"), Role.READ))) {
            assertEquals(200, status(server, "GET", "/metrics", null));
            assertEquals(401, status(server, "GET", "/metrics", basic("anna", "wrong")));
            assertEquals(401, status(server, "GET", "/metrics", basic("nobody", PASSWORD)));
            // No token can be right here, and a proxy may pass on what it asked for itself.
            assertEquals(200, status(server, "GET", "/metrics", "Bearer x"));
            assertEquals(200, status(server, "GET", "/metrics", "Digest x"));
        }
    }

    @Test
    void wrongTokensAreLimitedAndRightOnesAreNot() throws Exception {
        try (RunningServer server = start(grant(token(), Role.SCRAPE), grant(user("anna"), Role.SCRAPE))) {
            for (int i = 0; i < FailedLogins.ALLOWED.burst(); i++) {
                assertEquals(401, status(server, "GET", "/metrics", "Bearer " + TOKEN + i));
            }
            assertEquals(429, status(server, "GET", "/metrics", "Bearer " + TOKEN + "x"));
            assertEquals(200, status(server, "GET", "/metrics", basic("anna")), "nobody guesses at her password");
            assertEquals(200, status(server, "GET", "/metrics", "Bearer " + TOKEN));
            server.skippedNanos.addAndGet(Duration.ofSeconds(6).toNanos());
            assertEquals(401, status(server, "GET", "/metrics", "Bearer " + TOKEN + "x"));
        }
    }

    @Test
    void aPageOfAnotherNameReadsNothingByItsAddressAlone() throws Exception {
        try (RunningServer server =
                start(grant(network("127.0.0.0/8"), EnumSet.allOf(Role.class)), grant(user("anna"), Role.READ))) {
            for (String host : List.of("evil.example", "evil.example:" + server.port(), "127.0.0.1.evil.example")) {
                assertEquals("403", raw(server, "GET /dumps", host, ""), host);
                assertEquals("403", raw(server, "POST /api/v1/dumps", host, ""), host);
                assertEquals("403", raw(server, "POST /api/v1/dumps", host, "Origin: http://" + host + "\n"), host);
                assertEquals("200", raw(server, "GET /metrics", host, ""), host);
                assertEquals("200", raw(server, "GET /-/healthy", host, ""), host);
                assertEquals("200", raw(server, "GET /dumps", host, "Authorization: " + basic("anna") + "\n"), host);
            }
            for (String host : List.of("localhost:1", "127.0.0.1", "192.0.2.9:9817", "[2001:db8::1]:9817")) {
                assertEquals("200", raw(server, "GET /dumps", host, ""), host);
            }
            assertEquals(
                    "403",
                    raw(server, "POST /-/reload", "localhost", "Sec-Fetch-Site: cross-site\n"),
                    "a page of another site");
            assertEquals(0, server.reloads.get());
        }
    }

    @Test
    void theLandingPageDoesNotSayThatOnlyTheHostItselfIsAnswered() throws Exception {
        try (RunningServer server = start(grant(network("127.0.0.0/8"), Role.READ))) {
            String page = server.get("/").body();
            assertTrue(page.contains("What is this host's load made of?"), page);
            assertFalse(page.contains("answer clients on the host itself only"), page);
            server.guard.replace(new AccessRules(List.of(grant(network("192.0.2.0/24"), Role.READ))));
            assertEquals(403, server.get("/").statusCode());
        }
    }

    @Test
    void newRulesHoldAtOnceAndPasswordsStayRemembered() throws Exception {
        try (RunningServer server = start(grant(user("anna"), Role.READ))) {
            assertEquals(200, status(server, "GET", "/dumps", basic("anna")));
            server.guard.replace(new AccessRules(List.of(grant(user("anna"), Role.SCRAPE))));
            assertEquals(403, status(server, "GET", "/dumps", basic("anna")));
            assertEquals(200, status(server, "GET", "/metrics", basic("anna")));
            server.guard.replace(new GuardSettings(Optional.empty(), Map.of("bob", HASH), Map.of(), Optional.empty()));
            assertEquals(401, status(server, "GET", "/metrics", basic("anna")));
            assertEquals(403, status(server, "GET", "/metrics", basic("bob")));
        }
    }

    @Test
    void countsWhyRequestsAreRefused() throws Exception {
        try (RunningServer server = start(
                grant(user("anna"), Role.READ),
                grant(token(), Role.ALERT),
                grant(network("127.0.0.0/8"), Role.TRIGGER))) {
            assertEquals(401, status(server, "GET", "/dumps", null));
            assertEquals(401, status(server, "GET", "/dumps", basic("anna", "wrong")));
            assertEquals(401, status(server, "POST", "/api/v1/alerts", "Bearer " + TOKEN + "x"));
            assertEquals(403, status(server, "GET", "/metrics", basic("anna")));
            assertEquals("403", raw(server, "POST /api/v1/dumps", "evil.example", ""));
            assertEquals("403", raw(server, "POST /api/v1/dumps", "localhost", "Sec-Fetch-Site: cross-site\n"));
            assertEquals(404, status(server, "GET", "/dumps/77", basic("anna")), "no refusal because of who asks");
            assertEquals(
                    List.of(
                            Denial.NO_CREDENTIALS,
                            Denial.WRONG_CREDENTIALS,
                            Denial.WRONG_CREDENTIALS,
                            Denial.ROLE,
                            Denial.FOREIGN_HOST,
                            Denial.CROSS_SITE),
                    server.denials);
        }
    }

    private RunningServer start(Grant... grants) throws Exception {
        RunningServer server = RunningServer.start(
                folder,
                WebSettings.on(RunningServer.loopback()),
                new GuardSettings(Optional.empty(), Map.of("anna", HASH, "bob", HASH), Map.of(), Optional.empty()));
        server.guard.replace(new AccessRules(List.of(grants)));
        return server;
    }

    private static Grant grant(Grant.Who who, Role role) {
        return grant(who, EnumSet.of(role));
    }

    private static Grant grant(Grant.Who who, Set<Role> roles) {
        return new Grant("access.yml:1", who, roles);
    }

    private static Grant.Who user(String name) {
        return new Grant.Who(Optional.of(name), Optional.empty(), Optional.empty(), List.of());
    }

    private static Grant.Who token() {
        return new Grant.Who(
                Optional.empty(),
                Optional.of(new Grant.Tokens("am.token", List.of(Token.of(TOKEN)))),
                Optional.empty(),
                List.of());
    }

    private static Grant.Who network(String network) {
        return new Grant.Who(Optional.empty(), Optional.empty(), Optional.empty(), List.of(Network.of(network)));
    }

    /** Whether the handler of the route was asked, whatever it made of it. */
    private static boolean reaches(RunningServer server, String method, String path, @Nullable String authorization)
            throws Exception {
        int status = status(server, method, path, authorization);
        return status != 401 && status != 403;
    }

    private static int status(RunningServer server, String method, String path, @Nullable String authorization)
            throws Exception {
        HttpRequest.Builder request = server.request(path).method(method, BodyPublishers.noBody());
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return server.send(request).statusCode();
    }

    private static String raw(RunningServer server, String line, String host, String headers) throws Exception {
        String body = line.startsWith("POST") ? "Content-Length: 0\n" : "";
        String answer = RawHttp.exchange(
                server.port(), line + " HTTP/1.1\nHost: " + host + "\n" + headers + body + "Connection: close\n\n");
        return answer.substring(9, 12);
    }

    private static String challenge(HttpResponse<String> answer) {
        return answer.headers().firstValue("WWW-Authenticate").orElse("");
    }

    private static String basic(String user) {
        return basic(user, PASSWORD);
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }
}
