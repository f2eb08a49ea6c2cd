package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.guard.AccessRules;
import io.loadmonitor.guard.Grant;
import io.loadmonitor.guard.GuardSettings;
import io.loadmonitor.guard.Role;
import io.loadmonitor.log.Log;
import io.loadmonitor.log.LogFormat;
import io.loadmonitor.log.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What the real server writes of requests that change something. */
@Isolated
@Timeout(60)
final class PostAuditTest {
    private static final String HASH = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";
    private static final String ANNA =
            "Basic " + Base64.getEncoder().encodeToString("anna:correct horse".getBytes(StandardCharsets.US_ASCII));

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    @BeforeEach
    void hear() {
        Log.send(LogLevel.INFO, LogFormat.LOGFMT, new PrintStream(written, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void hearNoMore() {
        Log.send(LogLevel.INFO, LogFormat.LOGFMT, System.err);
    }

    @Test
    void everyRouteThatChangesSomethingIsTold() throws Exception {
        try (RunningServer server = RunningServer.start(folder)) {
            assertEquals(
                    WebServer.ACTIONS.keySet().stream()
                            .map(path -> "POST " + path)
                            .collect(Collectors.toSet()),
                    server.routes().stream()
                            .filter(route -> route.startsWith("POST "))
                            .collect(Collectors.toSet()));
            assertEquals(
                    new TreeSet<>(WebServer.ACTIONS.values()).size(),
                    WebServer.ACTIONS.size() - 1,
                    "one action a route, but that the button asks for a dump as the API does");
        }
    }

    @Test
    void saysWhoAskedForWhatAndWhatBecameOfIt() throws Exception {
        try (RunningServer server = RunningServer.start(
                folder,
                WebSettings.on(RunningServer.loopback()),
                new GuardSettings(Optional.empty(), Map.of("anna", HASH), Map.of(), Optional.empty()))) {
            server.guard.replace(new AccessRules(List.of(
                    new Grant(
                            "a:1",
                            new Grant.Who(Optional.of("anna"), Optional.empty(), Optional.empty(), List.of()),
                            Set.of(Role.TRIGGER)),
                    new Grant("a:2", Grant.Who.ANYBODY, Set.of(Role.ALERT)))));
            server.send(server.request("/api/v1/dumps")
                    .header("Authorization", ANNA)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"reason\":\"looks slow\"}")));
            server.send(server.request("/api/v1/dumps/").POST(BodyPublishers.noBody()));
            server.send(
                    server.request("/-/reload").header("Authorization", ANNA).POST(BodyPublishers.noBody()));
            server.postAlerts(Samples.firing("0123456789abcdef"));
            server.postAlerts("nonsense");
            server.send(server.request("/api/v1/dumps").header("Authorization", ANNA));
        }
        List<String> lines = lines();
        assertEquals(5, lines.size(), lines.toString());
        assertEnd(
                lines.get(0),
                "msg=taken action=trigger who=user:anna address=127.0.0.1"
                        + " detail=\"looks slow, dump 1\" outcome=202");
        assertEnd(
                lines.get(1), "msg=refused action=trigger who=anybody address=127.0.0.1 outcome=\"401 unauthorized\"");
        assertEnd(
                lines.get(2), "msg=refused action=reload who=user:anna address=127.0.0.1 outcome=\"403 role_missing\"");
        assertTrue(
                lines.get(3).contains("msg=taken action=alert who=anybody address=127.0.0.1 detail=")
                        && lines.get(3).endsWith(", 1 alerts, 1 stored\" outcome=202"),
                lines.get(3));
        assertEnd(
                lines.get(4), "msg=refused action=alert who=anybody address=127.0.0.1 outcome=\"400 malformed_alert\"");
    }

    private static void assertEnd(String line, String end) {
        assertTrue(line.endsWith(end), line);
    }

    private List<String> lines() {
        return written.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("logger=audit"))
                .toList();
    }
}
