package io.loadmonitor.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A web server of somebody else on this host: an attacker's, or a reverse proxy before the exporter. */
final class OtherSite implements AutoCloseable {
    private final HttpServer server;

    private OtherSite(HttpServer server) {
        this.server = server;
    }

    /** Shows one page. */
    static OtherSite showing(String html) throws IOException {
        return start(exchange -> answer(exchange, 200, "text/html; charset=utf-8", html));
    }

    /**
     * Passes on what is asked for below a path, without it, and nothing else.
     *
     * @param port of its own, free
     * @param base such as {@code /ops/web-1}
     * @param behind the server that answers
     */
    static OtherSite passingOn(int port, String base, URI behind) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", exchange -> {
            URI asked = exchange.getRequestURI();
            if (!asked.getRawPath().startsWith(base + "/")) {
                answer(exchange, 404, "text/plain", "not below " + base);
                return;
            }
            String query = asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery();
            HttpResponse<String> answer = Http.send(HttpRequest.newBuilder(
                            behind.resolve(asked.getRawPath().substring(base.length()) + query))
                    .timeout(Duration.ofSeconds(20))
                    .header(
                            "Accept",
                            String.join(",", exchange.getRequestHeaders().getOrDefault("Accept", List.of())))
                    .build());
            answer.headers().map().forEach((name, values) -> {
                if (!name.equalsIgnoreCase("content-length") && !name.equalsIgnoreCase("transfer-encoding")) {
                    exchange.getResponseHeaders().put(name, values);
                }
            });
            body(exchange, answer.statusCode(), answer.body());
        });
        server.start();
        return new OtherSite(server);
    }

    private static OtherSite start(com.sun.net.httpserver.HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", handler);
        server.start();
        return new OtherSite(server);
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        body(exchange, status, text);
    }

    private static void body(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
