package io.loadmonitor.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A real Prometheus that scrapes one exporter each second, with the project's own rules. Their waits are shortened:
 * groups are evaluated each second, and an alert is kept firing for seconds instead of minutes. On a host that is busy
 * with other things LoadHigh stands above their load.
 */
final class Prometheus implements AutoCloseable {
    private static final String USERS_RULE = "expr: load_monitor_load1 > 4\n";
    private static final String RULE_PER_CPU = "expr: load_monitor_load1 / load_monitor_cpus > 2\n";

    private final Server server;
    private final URI address;
    private final double loadHigh;

    private Prometheus(Server server, URI address, double loadHigh) {
        this.server = server;
        this.address = address;
        this.loadHigh = loadHigh;
    }

    /**
     * @param target host:port of the exporter
     * @param nodeExporters host:port of each node_exporter, none or one
     * @param alertmanager host:port
     * @param loadHigh the 1-minute load above which LoadHigh fires; where that is not the 4 of the rules, the load per
     *     CPU of LoadHighPerCPU is another in the same measure, or it would fire for what LoadHigh is not to fire for
     */
    static Prometheus start(
            Path folder, String target, List<String> nodeExporters, String alertmanager, double loadHigh) {
        return start(folder, target, List.of(), nodeExporters, alertmanager, loadHigh);
    }

    /** @param how further settings of the exporter's scrapes, each in one line */
    static Prometheus start(
            Path folder,
            String target,
            List<String> how,
            List<String> nodeExporters,
            String alertmanager,
            double loadHigh) {
        Path program = Program.require("prometheus");
        int port = Server.freePort();
        Path configuration = folder.resolve("prometheus.yml");
        Path rules = folder.resolve("rules.yml");
        String text = """
                global:
                  scrape_interval: 1s
                  evaluation_interval: 1s
                rule_files:
                  - %s
                scrape_configs:
                  - job_name: load-monitor
                    static_configs:
                      - targets: ['%s']
                    %s
                  - job_name: node
                    scrape_interval: 5s
                    static_configs:
                      - targets: [%s]
                alerting:
                  alertmanagers:
                    - static_configs:
                        - targets: ['%s']
                """.formatted(
                        rules, target, String.join("\n    ", how), String.join(", ", nodeExporters), alertmanager);
        try {
            String original = Files.readString(Tree.root().resolve("alerts/load-monitor.rules.yml"));
            for (String rule : List.of(USERS_RULE, RULE_PER_CPU)) {
                if (!original.contains(rule)) {
                    throw new AssertionError("the rules have no \"" + rule + "\"");
                }
            }
            Files.writeString(
                    rules,
                    original.replace(USERS_RULE, "expr: load_monitor_load1 > " + loadHigh + "\n")
                            .replace(
                                    RULE_PER_CPU,
                                    "expr: load_monitor_load1 / load_monitor_cpus > " + 2 * loadHigh / 4 + "\n")
                            .replaceAll("keep_firing_for: \\w+", "keep_firing_for: 3s")
                            .replaceAll("interval: \\w+", "interval: 1s"));
            Files.writeString(configuration, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Server server = Server.start(
                "prometheus",
                folder,
                List.of(
                        program.toString(),
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + folder.resolve("prometheus-data"),
                        "--web.listen-address=127.0.0.1:" + port));
        Prometheus prometheus = new Prometheus(server, URI.create("http://127.0.0.1:" + port), loadHigh);
        server.await("ready", Duration.ofSeconds(60), () -> Http.get(prometheus.address.resolve("/-/ready")));
        return prometheus;
    }

    /** The 1-minute load above which LoadHigh fires. */
    double loadHigh() {
        return loadHigh;
    }

    URI address() {
        return address;
    }

    /** The result of an instant query: a list of series, empty when there is no data. */
    JsonNode query(String expression) {
        URI uri = address.resolve("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        return Http.json(uri)
                .orElseThrow(() ->
                        new AssertionError("Prometheus refuses the expression: " + expression + "\n" + server.tail()))
                .path("data")
                .path("result");
    }

    /** The result of a range query that ends now: a list of series, empty when there was no data in all that time. */
    JsonNode queryRange(String expression, Duration back) {
        long now = System.currentTimeMillis() / 1000;
        URI uri = address.resolve("/api/v1/query_range?step=2s&start=" + (now - back.toSeconds()) + "&end=" + now
                + "&query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        return Http.json(uri)
                .orElseThrow(() ->
                        new AssertionError("Prometheus refuses the expression: " + expression + "\n" + server.tail()))
                .path("data")
                .path("result");
    }

    /** The 1-minute load that the exporter told last; empty where it told none within five minutes. */
    OptionalDouble load1() {
        JsonNode result = query("load_monitor_load1");
        return result.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(result.path(0).path("value").path(1).asDouble());
    }

    /** Waits until the exporter was scraped with success. */
    void awaitUp() {
        server.await("scrape of the exporter succeeds", Progress.rising("tries to scrape", this::scrapes), () -> {
            JsonNode result = query("up{job=\"load-monitor\"} == 1");
            return result.isEmpty() ? Optional.empty() : Optional.of(result);
        });
    }

    /**
     * How often it has tried within five minutes: that rises for so long and then no more, whether anybody answers or
     * not.
     */
    private OptionalDouble scrapes() {
        JsonNode result = query("count_over_time(up{job=\"load-monitor\"}[5m])");
        return result.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(result.path(0).path("value").path(1).asDouble());
    }

    /** Waits until an alert of this name fires, as long as the load rises. */
    void awaitFiring(String alertName) {
        server.await("alert " + alertName + " fires", Progress.rising("load1", this::load1), () -> {
            JsonNode result = query("ALERTS{alertname=\"" + alertName + "\", alertstate=\"firing\"}");
            return result.isEmpty() ? Optional.empty() : Optional.of(result);
        });
    }

    @Override
    public void close() {
        server.close();
    }
}
