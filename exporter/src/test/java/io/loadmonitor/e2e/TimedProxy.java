package io.loadmonitor.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Between Alertmanager and the exporter: passes each message on and takes the time until it is answered. */
final class TimedProxy implements AutoCloseable {
    private final URI webhook;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(16);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Double> millis = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Integer> answers = Collections.synchronizedMap(new TreeMap<>());

    TimedProxy(URI exporter) throws IOException {
        webhook = exporter.resolve("/api/v1/alerts");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512);
        server.setExecutor(threads);
        server.createContext("/", this::pass);
        server.start();
    }

    String hostAndPort() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** How many messages had each status. */
    Map<String, Integer> answers() {
        synchronized (answers) {
            return new TreeMap<>(answers);
        }
    }

    int count() {
        return millis.size();
    }

    /** Milliseconds until the answer. */
    double percentile(double percent) {
        List<Double> sorted = new ArrayList<>(millis);
        Collections.sort(sorted);
        return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(sorted.size() * percent / 100) - 1);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void pass(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        long begun = System.nanoTime();
        String answer;
        int status = 502;
        try {
            HttpResponse<byte[]> response = client.send(
                    HttpRequest.newBuilder(webhook)
                            .timeout(Duration.ofSeconds(30))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            status = response.statusCode();
            answer = Integer.toString(status);
        } catch (IOException e) {
            answer = String.valueOf(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer = "the test ended";
        }
        millis.add((System.nanoTime() - begun) / 1e6);
        answers.merge(answer, 1, Integer::sum);
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }
}
