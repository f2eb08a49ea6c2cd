package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
        return start(folder, "alertmanager", text, List.of("--cluster.listen-address="));
    }

    /**
     * Two that are one to the world: each tells the other what it has sent. A message for each alert, at once; an alert
     * with the label {@code twice="yes"} comes by two routes.
     */
    static List<Alertmanager> startPair(Path folder, String webhook) {
        String text = """
                route:
                  receiver: load-monitor
                  group_by: ['...']
                  group_wait: 0s
                  group_interval: 1m
                  repeat_interval: 4h
                  routes:
                    - receiver: load-monitor
                      continue: true
                    - receiver: again
                      matchers: ['twice="yes"']
                receivers:
                  - name: load-monitor
                    webhook_configs:
                      - url: http://%s/api/v1/alerts
                  - name: again
                    webhook_configs:
                      - url: http://%s/api/v1/alerts
                """.formatted(webhook, webhook);
        String first = "127.0.0.1:" + Server.freePort();
        Alertmanager one = start(folder, "alertmanager-1", text, List.of("--cluster.listen-address=" + first));
        Alertmanager other = start(
                folder,
                "alertmanager-2",
                text,
                List.of("--cluster.listen-address=127.0.0.1:" + Server.freePort(), "--cluster.peer=" + first));
        for (Alertmanager each : List.of(one, other)) {
            each.server.await(
                    "knows the other and has settled",
                    Duration.ofSeconds(60),
                    () -> Http.json(URI.create("http://" + each.address + "/api/v2/status"))
                            .map(status -> status.path("cluster"))
                            .filter(cluster -> cluster.path("peers").size() == 2
                                    && cluster.path("status").asText().equals("ready")));
        }
        return List.of(one, other);
    }

    private static Alertmanager start(Path folder, String name, String text, List<String> cluster) {
        Path program = Program.require("prometheus-alertmanager");
        String address = "127.0.0.1:" + Server.freePort();
        Path configuration = folder.resolve(name + ".yml");
        try {
            Files.writeString(configuration, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--config.file=" + configuration,
                "--storage.path=" + folder.resolve(name + "-data"),
                "--web.listen-address=" + address));
        command.addAll(cluster);
        Server server = Server.start(name, folder, command);
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
