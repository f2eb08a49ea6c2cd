package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class AlertsEndpointTest {
    private static final String FINGERPRINT = "a1b2c3d4e5f60718";

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
    void storesAnAlertAndItsDumpFollows() throws Exception {
        HttpResponse<String> answer = server.postAlerts(Samples.firing(FINGERPRINT));
        assertEquals(202, answer.statusCode());
        JsonNode alert = RunningServer.json(answer).path("alerts").path(0);
        assertEquals("new", alert.path("outcome").asText());
        server.await(alert.path("dumpId").asLong(), "complete");
        JsonNode incident = RunningServer.json(
                server.get("/api/v1/incidents/" + alert.path("incidentId").asLong()));
        assertEquals("open", incident.path("state").asText());
        assertEquals(
                alert.path("dumpId").asLong(),
                incident.path("dumps").path(0).path("id").asLong());
        assertTrue(incident.path("startedAt").asText().startsWith("2026-11-22T12:04:00.123456"));
    }

    @Test
    void answersAKnownAlertWith200AndStoresItOnce() throws Exception {
        server.postAlerts(Samples.firing(FINGERPRINT));
        HttpResponse<String> again = server.postAlerts(Samples.firing(FINGERPRINT));
        assertEquals(200, again.statusCode());
        assertEquals(
                "known",
                RunningServer.json(again).path("alerts").path(0).path("outcome").asText());
        assertEquals(
                1,
                RunningServer.json(server.get("/api/v1/incidents"))
                        .path("items")
                        .size());
    }

    @Test
    void closesTheIncidentOfAResolvedAlert() throws Exception {
        server.postAlerts(Samples.firing(FINGERPRINT));
        assertEquals(202, server.postAlerts(Samples.resolved(FINGERPRINT)).statusCode());
        JsonNode incident = RunningServer.json(server.get("/api/v1/incidents"))
                .path("items")
                .path(0);
        assertEquals("ended", incident.path("state").asText());
        assertEquals("resolved", incident.path("endReason").asText());
        assertEquals("resolved", incident.path("alerts").path(0).path("state").asText());
        assertEquals("2026-11-22T12:09:00Z", incident.path("endedAt").asText());
    }

    @Test
    void answersAnAlertThatNoRuleWantsWith200() throws Exception {
        HttpResponse<String> answer =
                server.postAlerts(Samples.firing(FINGERPRINT, "DiskFull", "s", "https://r.example"));
        assertEquals(200, answer.statusCode());
        assertEquals(
                "no_rule",
                RunningServer.json(answer)
                        .path("alerts")
                        .path(0)
                        .path("outcome")
                        .asText());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "not json",
                "{}",
                "{\"version\":\"3\",\"alerts\":[]}",
                "{\"version\":\"4\"}",
                "{\"version\":\"4\",\"alerts\":{}}"
            })
    void answersAMalformedMessageWith400(String body) throws Exception {
        assertProblem(400, "malformed_alert", server.postAlerts(body));
    }

    @Test
    void saysWhichFieldOfWhichAlertIsWrong() throws Exception {
        String message = Samples.firing(FINGERPRINT).replace("2026-11-22T12:04:00.123456789Z", "yesterday");
        String text = assertProblem(400, "malformed_alert", server.postAlerts(message));
        assertTrue(text.contains("startsAt") && text.contains("yesterday"), text);
        String missing = assertProblem(
                400,
                "malformed_alert",
                server.postAlerts(Samples.firing(FINGERPRINT).replace("\"fingerprint\"", "\"finger\"")));
        assertTrue(missing.contains("fingerprint"), missing);
    }

    @Test
    void acceptsFieldsThatItDoesNotKnow() throws Exception {
        String message = Samples.firing(FINGERPRINT).replace("\"version\"", "\"routeLabels\":{\"a\":[1]},\"version\"");
        assertEquals(202, server.postAlerts(message).statusCode());
    }

    @Test
    void answersWith413WhatIsTooLarge() throws Exception {
        assertProblem(413, "too_large", server.postAlerts(" ".repeat(2 << 20)));
        assertEquals(200, server.get("/-/healthy").statusCode());
    }

    @Test
    void answersWith413WhatIsTooLargeAndDoesNotSaySoBefore() throws Exception {
        byte[] body = " ".repeat(2 << 20).getBytes(StandardCharsets.US_ASCII);
        assertProblem(
                413,
                "too_large",
                server.send(server.request("/api/v1/alerts")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))));
    }

    @Test
    void asksForNoBodyThatIsTooLarge() throws Exception {
        String answer = RawHttp.exchange(server.port(), """
                POST /api/v1/alerts HTTP/1.1
                Host: localhost
                Content-Type: application/json
                Content-Length: 2097152
                Expect: 100-continue

                """);
        assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
    }

    @Test
    void takesAMessageOfAlmostTheLargestSize() throws Exception {
        String message = Samples.firing(FINGERPRINT);
        assertEquals(
                202,
                server.postAlerts(message + " ".repeat((1 << 20) - message.length()))
                        .statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/jsonp", "text/json", ";"})
    void answersAnotherContentTypeWith415(String contentType) throws Exception {
        assertProblem(
                415,
                "not_json",
                server.send(server.request("/api/v1/alerts")
                        .header("Content-Type", contentType)
                        .POST(BodyPublishers.ofString(Samples.firing(FINGERPRINT)))));
    }

    @Test
    void answersAMissingContentTypeWith415() throws Exception {
        assertProblem(
                415,
                "not_json",
                server.send(
                        server.request("/api/v1/alerts").POST(BodyPublishers.ofString(Samples.firing(FINGERPRINT)))));
    }

    @Test
    void takesJsonWithACharset() throws Exception {
        assertEquals(
                202,
                server.send(server.request("/api/v1/alerts")
                                .header("Content-Type", "Application/JSON; charset=UTF-8")
                                .POST(BodyPublishers.ofString(Samples.firing(FINGERPRINT))))
                        .statusCode());
    }

    @Test
    void asksAlertmanagerToComeAgainWhenItCannotStore() throws Exception {
        server.archive.close();
        HttpResponse<String> answer = server.postAlerts(Samples.firing(FINGERPRINT));
        assertProblem(503, "cannot_store", answer);
        assertEquals("10", answer.headers().firstValue("Retry-After").orElseThrow());
    }

    @Test
    void tellsEveryAnswerToTheMetrics() throws Exception {
        server.postAlerts(Samples.firing(FINGERPRINT));
        server.postAlerts(Samples.firing(FINGERPRINT));
        server.postAlerts("{");
        server.postAlerts(" ".repeat(2 << 20));
        server.send(server.request("/api/v1/alerts").POST(BodyPublishers.ofString("{}")));
        server.send(server.request("/api/v1/alerts")
                .header("Origin", "https://attacker.example")
                .POST(BodyPublishers.ofString("{}")));
        server.get("/api/v1/alerts");
        assertEquals(List.of(202, 200, 400, 413, 415, 403), server.webhookAnswers);
    }

    private static String assertProblem(int status, String code, HttpResponse<String> answer) throws IOException {
        JsonNode error = RunningServer.json(answer).path("error");
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(status, error.path("status").asInt());
        assertEquals(code, error.path("code").asText());
        assertEquals(
                "application/json", answer.headers().firstValue("Content-Type").orElseThrow());
        String message = error.path("message").asText();
        assertFalse(message.isBlank());
        assertFalse(message.contains("Exception") || message.contains("\tat "), message);
        return message;
    }
}
