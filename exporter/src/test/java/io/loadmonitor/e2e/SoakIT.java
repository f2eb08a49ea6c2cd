package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * All that people and servers do with an exporter, for long: memory, threads and descriptors are level at the end. In
 * short; {@code -Dsoak.minutes=30} is what {@code make soak} runs. In half a minute neither caches nor pools of
 * threads are as large as they get: memory is judged from ten minutes on, and threads by a closer measure.
 *
 * <p>Memory is what is still in use after a collection: until one is needed, garbage stays in the heap, which grows up
 * to the limit of {@code jvm.options}.
 */
@Timeout(value = 5, unit = TimeUnit.HOURS)
final class SoakIT {
    private static final int MINUTES = Integer.getInteger("soak.minutes", 0);
    private static final Duration LASTS = MINUTES == 0 ? Duration.ofSeconds(30) : Duration.ofMinutes(MINUTES);
    private static final boolean LONG = MINUTES >= 10;
    private static final int MORE_THREADS = LONG ? 2 : 12;
    private static final int MORE_DESCRIPTORS = 8;

    /** MB: {@code MemoryMax=} of the unit. */
    private static final int MEMORY = 256;

    /** Old dumps are deleted all the time, and old incidents with them. */
    private static final String CONFIG = """
            triggers: {load: off}
            retention: {max_dumps: 200, max_size: 8MB}
            limits: {dumps: off, manual_dumps: off}
            rules:
              - {name: load, match: {alertname: LoadHigh}, cooldown: 1s, follow_up: {after: [2s], most: 1}}
            """;

    private static final Duration ALERT_LASTS = Duration.ofSeconds(10);

    @Test
    void takesNoMoreTheLongerItRuns(@TempDir Path folder) throws Exception {
        Path config = Files.writeString(folder.resolve("config.yml"), CONFIG);
        try (Exporter.OnHost host = Exporter.OnHost.start(
                        folder, List.of(), Tree.jar(), "--source=procfs", "--config.file=" + config);
                Crowd crowd = new Crowd(host.exporter().address().getPort())) {
            Life life = new Life(host);
            Visitors visitors = new Visitors(
                    2, 7, host.exporter().address(), life.dumps::get, life.incidents::get, Duration.ofMillis(250));
            crowd.idle(20);
            crowd.slowHeaders(5);
            crowd.slowBodies(5);
            List<Footprint> looks = new ArrayList<>();
            double early = 0;
            long begun = System.nanoTime();
            long second = 0;
            while (System.nanoTime() - begun < LASTS.toNanos()) {
                life.second(second++);
                if (second == LASTS.toSeconds() / 3) {
                    early = usedMegabytes(host);
                }
                looks.add(Footprint.of(host.server()));
                if (second % 60 == 0) {
                    System.out.println("SoakIT: after " + second / 60 + " min: " + looks.get(looks.size() - 1) + ", "
                            + life + ", answers " + visitors.answers());
                }
                long left = second * 1000 - (System.nanoTime() - begun) / 1_000_000;
                Thread.sleep(Math.max(0, left));
            }
            visitors.stop();
            // The first third warms up.
            double late = usedMegabytes(host);
            List<Footprint> middle = looks.subList(looks.size() / 3, looks.size() * 2 / 3);
            List<Footprint> third = looks.subList(looks.size() * 2 / 3, looks.size());
            String said = String.format(
                    "%d s, %s, answers %s: in use %.1f, then %.1f MB; resident %.0f, then %.0f MB (at most %.0f);"
                            + " threads %.0f, then %.0f; descriptors %.0f, then %.0f",
                    LASTS.toSeconds(),
                    life,
                    visitors.answers(),
                    early,
                    late,
                    median(middle, Footprint::resident),
                    median(third, Footprint::resident),
                    third.get(third.size() - 1).peak(),
                    median(middle, Footprint::threads),
                    median(third, Footprint::threads),
                    median(middle, Footprint::descriptors),
                    median(third, Footprint::descriptors));
            System.out.println("SoakIT: " + said);
            assertEquals("[]", visitors.faults().toString(), said);
            assertEquals(0, life.failedScrapes, said);
            assertTrue(life.dumps.get() > 3, said);
            assertTrue(median(third, Footprint::threads) <= median(middle, Footprint::threads) + MORE_THREADS, said);
            assertTrue(
                    median(third, Footprint::descriptors) <= median(middle, Footprint::descriptors) + MORE_DESCRIPTORS,
                    said);
            assertTrue(late > 5, said);
            assertTrue(third.get(third.size() - 1).peak() < MEMORY, said);
            if (LONG) {
                assertTrue(late <= early * 1.1 + 3, said);
            }
        }
    }

    /** Of heap and the rest, after a collection of all. */
    private static double usedMegabytes(Exporter.OnHost host) throws Exception {
        Process collection = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(host.server().pid()),
                        "GC.run")
                .redirectErrorStream(true)
                .start();
        String said = new String(collection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, collection.waitFor(), said);
        return host.exporter()
                        .text("/metrics")
                        .lines()
                        .filter(line -> line.startsWith("jvm_memory_bytes_used{"))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf("} ") + 2)))
                        .sum()
                / (1 << 20);
    }

    private static double median(List<Footprint> looks, ToDoubleFunction<Footprint> of) {
        return looks.stream()
                .mapToDouble(of)
                .sorted()
                .skip(looks.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    /** What Prometheus, Alertmanager, an administrator and somebody who is curious do, second by second. */
    private static final class Life {
        final AtomicLong dumps = new AtomicLong(1);
        final AtomicLong incidents = new AtomicLong(1);
        int failedScrapes;
        private final Exporter.OnHost host;
        private int alerts;
        private int reloads;
        private Instant began = Instant.EPOCH;

        Life(Exporter.OnHost host) {
            this.host = host;
        }

        void second(long now) throws Exception {
            URI address = host.exporter().address();
            if (Http.get(address.resolve("/metrics")).isEmpty()) {
                failedScrapes++;
            }
            long phase = now % (2 * ALERT_LASTS.toSeconds());
            if (phase == 0) {
                began = Instant.now();
                alerts++;
            }
            if (phase < ALERT_LASTS.toSeconds()) {
                Http.post(address.resolve("/api/v1/alerts"), message("firing", "0001-01-01T00:00:00Z"));
            } else if (phase == ALERT_LASTS.toSeconds()) {
                Http.post(
                        address.resolve("/api/v1/alerts"),
                        message("resolved", Instant.now().toString()));
            }
            if (now % 7 == 3) {
                Http.post(address.resolve("/api/v1/dumps"), "{\"reason\":\"a look\"}");
            }
            if (now % 11 == 5) {
                Http.post(address.resolve("/api/v1/alerts"), "{\"version\":\"4\",\"alerts\":[{\"status\":");
            }
            if (now % 60 == 20) {
                Http.post(address.resolve("/-/reload"), "");
                reloads++;
            }
            newest("/api/v1/dumps?limit=1", dumps);
            newest("/api/v1/incidents?limit=1", incidents);
        }

        private void newest(String path, AtomicLong number) {
            host.exporter()
                    .find(path)
                    .map(list -> list.path("items").path(0).path("id"))
                    .filter(JsonNode::isNumber)
                    .ifPresent(id -> number.set(id.asLong()));
        }

        private String message(String status, String endsAt) {
            return """
                    {"version":"4","groupKey":"g","status":"%s","receiver":"r","alerts":[{"status":"%s",
                     "labels":{"alertname":"LoadHigh"},"annotations":{"summary":"Load is high"},"startsAt":"%s",
                     "endsAt":"%s","fingerprint":"%016x"}]}""".formatted(status, status, began, endsAt, alerts);
        }

        @Override
        public String toString() {
            return alerts + " alerts, " + dumps + " dumps, " + incidents + " incidents, " + reloads + " reloads";
        }
    }
}
