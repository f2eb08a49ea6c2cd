package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Alerts at 200 a second from two real Alertmanagers in a cluster, three of ten on two routes: each is there once. In
 * short; {@code -Dalerts=10000} is what {@code make check-all} runs.
 */
final class AlertClusterIT {
    private static final int ALERTS = Integer.getInteger("alerts", 800);
    private static final int A_SECOND = 200;
    private static final int IN_A_POST = 10;

    /** A second dump never comes: what is measured is the intake of alerts. */
    private static final String CONFIG = """
            triggers: {load: off}
            rules:
              - {name: load, match: {alertname: LoadHigh}, cooldown: 1h, follow_up: {most: 0}}
            """;

    @Test
    void eachAlertIsTakenOnce(@TempDir Path folder) throws Exception {
        Path config = Files.writeString(folder.resolve("config.yml"), CONFIG);
        try (Exporter.OnHost host = Exporter.OnHost.start(
                        folder, List.of(), Tree.jar(), "--source=procfs", "--config.file=" + config);
                TimedProxy proxy = new TimedProxy(host.exporter().address())) {
            List<Alertmanager> pair = Alertmanager.startPair(folder, proxy.hostAndPort());
            try {
                int twice = send(pair);
                host.server()
                        .await(
                                "every message",
                                Progress.changing(() -> Integer.toString(proxy.count())),
                                () -> Optional.of(proxy.count())
                                        .filter(count -> count >= ALERTS + twice
                                                && proxy.answers().getOrDefault("202", 0) >= ALERTS));
                System.out.printf(
                        "AlertClusterIT: %d alerts at %d a second, %d of them on two routes, two Alertmanagers: "
                                + "answers %s, p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
                        ALERTS,
                        A_SECOND,
                        twice,
                        proxy.answers(),
                        proxy.percentile(50),
                        proxy.percentile(99),
                        proxy.percentile(100));
                Map<String, Integer> seen = alerts(host.exporter());
                assertEquals(ALERTS, seen.size());
                seen.forEach((fingerprint, times) -> assertEquals(1, times, fingerprint));
                assertEquals(ALERTS, proxy.answers().get("202"), proxy.answers()::toString);
                assertTrue(List.of("200", "202").containsAll(proxy.answers().keySet()), proxy.answers()::toString);
            } finally {
                pair.forEach(Alertmanager::close);
            }
        }
    }

    /** To both, as Prometheus does. How many have two routes. */
    private static int send(List<Alertmanager> pair) throws Exception {
        Random random = new Random(7);
        int twice = 0;
        long begun = System.nanoTime();
        for (int sent = 0; sent < ALERTS; sent += IN_A_POST) {
            List<String> alerts = new ArrayList<>();
            for (int i = sent; i < Math.min(ALERTS, sent + IN_A_POST); i++) {
                boolean again = random.nextInt(10) < 3;
                twice += again ? 1 : 0;
                alerts.add("""
                        {"labels":{"alertname":"LoadHigh","number":"%d"%s},"annotations":{"summary":"number %d"},
                         "startsAt":"%s","endsAt":"%s"}""".formatted(
                                i,
                                again ? ",\"twice\":\"yes\"" : "",
                                i,
                                Instant.now(),
                                Instant.now().plus(Duration.ofHours(1))));
            }
            String body = "[" + String.join(",", alerts) + "]";
            for (Alertmanager each : pair) {
                each.send(body);
            }
            long due = begun + TimeUnit.SECONDS.toNanos(1) * (sent + IN_A_POST) / A_SECOND;
            TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
        }
        return twice;
    }

    /** By fingerprint, how often it stands in the incidents. */
    private static Map<String, Integer> alerts(Exporter exporter) {
        Map<String, Integer> seen = new HashMap<>();
        String path = "/api/v1/incidents?limit=100";
        String next = path;
        while (next != null) {
            JsonNode page = exporter.json(next);
            for (JsonNode incident : page.path("items")) {
                for (JsonNode alert : incident.path("alerts")) {
                    seen.merge(alert.path("fingerprint").asText(), 1, Integer::sum);
                }
            }
            next = page.has("next") ? path + "&cursor=" + page.path("next").asText() : null;
        }
        return seen;
    }
}
