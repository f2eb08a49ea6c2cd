package io.loadmonitor.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

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
        Path program = Program.require("prometheus-alertmanager");
        String address = "127.0.0.1:" + Server.freePort();
        Path configuration = folder.resolve("alertmanager.yml");
        String text = """
                route:
                  receiver: load-monitor
                  group_by: [alertname, instance]
                  group_wait: 1s
                  group_interval: 2s
                  repeat_interval: 1h
                receivers:
                  - name: load-monitor
                    webhook_configs:
                      - url: http://%s/api/v1/alerts
                        send_resolved: true
                """.formatted(webhook);
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

    String tail() {
        return server.tail();
    }

    @Override
    public void close() {
        server.close();
    }
}
