package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.capture.UninterruptibleTask;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The load of this host by cause, while tasks come and go: the parts sum to the load at each moment, and each tick has
 * the tasks that there are. In short; {@code -Dscenes=60 -Dscene.ticks=6} takes half an hour.
 */
final class LoadPartsIT {
    private static final int SCENES = Integer.getInteger("scenes", 3);
    private static final int TICKS = Integer.getInteger("scene.ticks", 3);
    private static final boolean LONG = SCENES >= 30;
    private static final int MOST = 64;
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    /** Of what the kernel counts; on a host where others come and go by hundreds, more is seen by nobody. */
    private static final double MOST_UNSEEN = LONG ? 0.03 : 0.25;

    /** Waiting of the host's own, and tasks that end. */
    private static final int OTHERS = 5;

    private final List<UninterruptibleTask> tasks = new ArrayList<>();
    private int scrapes;

    @Test
    void thePartsAreTheLoad(@TempDir Path folder) throws Exception {
        Random random = new Random(SEED);
        long active = 0;
        double unseen = 0;
        int counted = 0;
        try (Exporter.OnHost host = Exporter.OnHost.start(folder, List.of(), Tree.jar())) {
            Exporter exporter = host.exporter();
            for (int scene = 0; scene < SCENES; scene++) {
                int wanted = 1 + random.nextInt(MOST);
                bring(wanted);
                Instant since = Instant.now();
                List<JsonNode> ticks = ticks(host, since);
                for (int i = 1; i < ticks.size(); i++) {
                    JsonNode tick = ticks.get(i);
                    String said = "scene " + scene + " of " + wanted + " tasks (again: -Dseed=" + SEED + "): " + tick;
                    int seen = tick.path("tasks").path("vfork").asInt();
                    assertTrue(seen >= wanted && seen <= wanted + OTHERS, said);
                    assertEquals(tick.path("load1").asDouble(), sum(tick.path("byCause")), 0.02, said);
                    if (tick.has("active")) {
                        counted++;
                        active += tick.path("active").asInt();
                        unseen += Math.max(0, tick.path("active").asInt() - sum(tick.path("tasks")));
                    }
                }
                System.out.println("LoadPartsIT: " + wanted + " tasks: " + ticks.get(ticks.size() - 1));
            }
            JsonNode now = exporter.json("/api/v1/load?ticks=0");
            System.out.printf(
                    "LoadPartsIT: %d scenes, %d ticks, %d scrapes whose parts are their load; %.2f %% of %d tasks at"
                            + " ticks unseen; a look each %.1f s, source %s; now %s%n",
                    SCENES,
                    counted,
                    scrapes,
                    100 * unseen / Math.max(1, active),
                    active,
                    now.path("intervalSeconds").asDouble(),
                    exporter.json("/api/v1/status").path("source").path("kind").asText(),
                    now.path("byCause"));
            assertTrue(counted >= SCENES, "ticks of which the kernel's count is known: " + counted);
            assertTrue(scrapes > SCENES * TICKS, "scrapes: " + scrapes);
            assertTrue(unseen <= MOST_UNSEEN * active, unseen + " of " + active + " tasks were unseen");
        } finally {
            bring(0);
        }
    }

    private void bring(int wanted) throws Exception {
        while (tasks.size() > wanted) {
            tasks.remove(tasks.size() - 1).close();
        }
        while (tasks.size() < wanted) {
            tasks.add(UninterruptibleTask.start());
        }
    }

    /** Those of the scene; meanwhile each scrape's parts are its load. */
    private List<JsonNode> ticks(Exporter.OnHost host, Instant since) throws InterruptedException {
        List<JsonNode> ticks = new ArrayList<>();
        while (ticks.size() <= TICKS) {
            assertEquals(true, ProcessHandle.of(host.server().pid()).isPresent(), host.server()::tail);
            assertScrapeAddsUp(host.exporter().text("/metrics"));
            ticks.clear();
            StreamSupport.stream(
                            host.exporter()
                                    .json("/api/v1/load?ticks=" + (TICKS + 5))
                                    .path("ticks")
                                    .spliterator(),
                            false)
                    .filter(tick -> Instant.parse(tick.path("at").asText()).isAfter(since))
                    .forEach(ticks::add);
            Thread.sleep(250);
        }
        return ticks;
    }

    private void assertScrapeAddsUp(String metrics) {
        assertEquals(value(metrics, "load_monitor_load1 "), value(metrics, "load_monitor_load1_by_cause{"), 0.02);
        assertEquals(value(metrics, "load_monitor_load1 "), value(metrics, "load_monitor_load1_by_cgroup{"), 0.02);
        scrapes++;
    }

    private static double value(String metrics, String prefix) {
        return metrics.lines()
                .filter(line -> line.startsWith(prefix))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static double sum(JsonNode parts) {
        double sum = 0;
        for (Iterator<JsonNode> part = parts.elements(); part.hasNext(); ) {
            sum += part.next().asDouble();
        }
        return sum;
    }
}
