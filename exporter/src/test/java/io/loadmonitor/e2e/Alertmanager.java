package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;

/** A real Alertmanager that sends every alert to one exporter's webhook, with waits short enough for a test. */
final class Alertmanager implements AutoCloseable {
    private final Server server;
    private final String address;

    private Alertmanager(Server server, String address) {
        this.server = server;
        this.address = address;
    }

    /** @param webhook host:port of the exporter */
    static Alertmanager start(Path folder, String webhook) {
        return start(folder, webhook, "1h");
    }

    /** @param repeat how often an alert that goes on is sent again */
    static Alertmanager start(Path folder, String webhook, String repeat) {
        return start(folder, "http://" + webhook + "/api/v1/alerts", repeat, "");
    }

    /**
     * @param url of the webhook
     * @param how a setting of its receiver, in one line
     */
    static Alertmanager startTo(Path folder, String url, String how) {
        return start(folder, url, "1h", how);
    }

    private static Alertmanager start(Path folder, String url, String repeat, String how) {
        Path program = Program.require("prometheus-alertmanager");
        String address = "127.0.0.1:" + Server.freePort();
        Path configuration = folder.resolve("alertmanager.yml");
        String text = """
                route:
                  receiver: load-monitor
                  group_by: [alertname, instance]
                  group_wait: 1s
                  group_interval: 2s
                  repeat_interval: %s
                receivers:
                  - name: load-monitor
                    webhook_configs:
                      - url: %s
                        send_resolved: true
                        %s
                """.formatted(repeat, url, how);
        try {
            Files.writeString(configuration, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Server server = Server.start(
                "alertmanager",
                folder,
                List.of(
                        program.toString(),
                        "--config.file=" + configuration,
                        "--storage.path=" + folder.resolve("alertmanager-data"),
                        "--web.listen-address=" + address,
                        "--cluster.listen-address="));
        Alertmanager alertmanager = new Alertmanager(server, address);
        server.await("ready", Duration.ofSeconds(60), () -> Http.get(URI.create("http://" + address + "/-/ready")));
        return alertmanager;
    }

    /** host:port */
    String address() {
        return address;
    }

    /** Has alerts fire, or end: as Prometheus sends them (API v2). */
    void send(String alerts) throws IOException {
        HttpResponse<String> answer = Http.post(URI.create("http://" + address + "/api/v2/alerts"), alerts);
        assertEquals(200, answer.statusCode(), answer.body());
    }

    /** As its page does for whoever clicks "Silence". */
    void silence(String silence) throws IOException {
        HttpResponse<String> answer = Http.post(URI.create("http://" + address + "/api/v2/silences"), silence);
        assertEquals(200, answer.statusCode(), answer.body());
    }

    /** How many of its alerts are in this state: {@code active}, {@code suppressed}. */
    long in(String state) {
        return Http.json(URI.create("http://" + address + "/api/v2/alerts"))
                .map(alerts -> StreamSupport.stream(alerts.spliterator(), false)
                        .filter(alert ->
                                alert.path("status").path("state").asText().equals(state))
                        .count())
                .orElse(0L);
    }

    String tail() {
        return server.tail();
    }

    @Override
    public void close() {
        server.close();
    }
}
