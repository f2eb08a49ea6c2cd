package io.loadmonitor.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Requests to a server on loopback. */
final class Http {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private static final ObjectMapper JSON = new ObjectMapper();

    private Http() {}

    /** The body of a 200 answer; empty while the server is not there or answers otherwise. */
    static Optional<String> get(URI uri) {
        HttpResponse<String> response;
        try {
            response = send(
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build());
        } catch (IOException e) {
            return Optional.empty();
        }
        return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
    }

    static Optional<JsonNode> json(URI uri) {
        return get(uri).map(Http::parse);
    }

    static HttpResponse<String> post(URI uri, String body) throws IOException {
        return send(HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    static HttpResponse<String> send(HttpRequest request) throws IOException {
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }
}
