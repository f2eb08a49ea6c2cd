package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.capture.UninterruptibleTask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exporter takes a dump by itself, without the module and without any alert: real tasks, the real /proc. */
final class OwnTriggersIT {
    /** More than what else this host does comes and goes by. */
    private static final int MARGIN = 30;

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Test
    void manyActiveTasksHaveTheirDumpBeforeAnyAlert(@TempDir Path folder) throws Exception {
        Path config = Files.writeString(folder.resolve("own.yml"), Exporter.QUIET);
        List<UninterruptibleTask> tasks = new ArrayList<>();
        try (Exporter.OnHost host = Exporter.OnHost.start(
                folder,
                List.of(),
                Tree.jar(),
                "--source=procfs",
                "--path.sysfs=" + folder,
                "--config.file=" + config)) {
            Exporter exporter = host.exporter();
            assertEquals("Nobody: triggers.active is off.", words(exporter, "active"));

            int level = (int) Math.ceil(load1()) + MARGIN;
            Files.writeString(config, "triggers: {load: off, active: " + level + ", pressure: {memory: 100%}}\n");
            assertEquals(
                    200, Http.post(exporter.address().resolve("/-/reload"), "").statusCode());
            assertEquals("This exporter, at " + level + " active tasks.", words(exporter, "active"));
            if (Files.isWritable(Path.of("/proc/pressure/memory"))) {
                assertEquals(
                        "This exporter, at pressure memory full >= 100% of 2 s.", words(exporter, "pressure memory"));
            }
            assertTrue(exporter.text("/").contains("This exporter, at " + level + " active tasks."));

            for (int i = 0; i < level + MARGIN; i++) {
                tasks.add(UninterruptibleTask.start());
            }
            JsonNode dump = Wait.until(
                    "a dump that nobody asked for",
                    PATIENCE,
                    () -> exporter.find("/api/v1/dumps?trigger=active")
                            .flatMap(list -> StreamSupport.stream(
                                            list.path("items").spliterator(), false)
                                    .filter(one -> one.path("state").asText().equals("complete"))
                                    .reduce((newer, older) -> older)),
                    host.server()::tail);
            Matcher reason = Pattern.compile("active ([0-9]+) >= " + level)
                    .matcher(dump.path("reason").asText());
            assertTrue(reason.matches() && Integer.parseInt(reason.group(1)) >= level, dump::toPrettyString);
            String raw = exporter.text("/api/v1/dumps/" + dump.path("id").asLong() + "/raw");
            assertTrue(
                    raw.contains("\ntrigger kind=active reason=\""
                            + dump.path("reason").asText() + "\" cause=present\n"),
                    raw);
            assertTrue(
                    raw.lines()
                                    .filter(line -> line.startsWith("task ") && line.contains(" comm=\"perl\""))
                                    .count()
                            >= level - MARGIN,
                    raw);

            JsonNode incident = exporter.json("/api/v1/incidents").path("items").path(0);
            assertEquals("load", incident.path("kind").asText(), incident::toPrettyString);
            assertEquals(dump.path("incidentId").asLong(), incident.path("id").asLong());
            assertEquals("open", incident.path("state").asText());
            assertTrue(exporter.text("/metrics").contains("\nload_monitor_dumps_total{trigger=\"active\",} "));
            assertEquals(
                    0,
                    exporter.json("/api/v1/dumps?trigger=threshold")
                            .path("items")
                            .size());
        } finally {
            for (UninterruptibleTask task : tasks) {
                task.close();
            }
        }
    }

    @Test
    void theLoadOfThisHostIsACrossingToo(@TempDir Path folder) throws Exception {
        Path config = Files.writeString(folder.resolve("own.yml"), "triggers: {load: 0.01}\n");
        try (UninterruptibleTask task = UninterruptibleTask.start();
                Exporter.OnHost host = Exporter.OnHost.start(
                        folder,
                        List.of(),
                        Tree.jar(),
                        "--source=procfs",
                        "--path.sysfs=" + folder,
                        "--config.file=" + config)) {
            Exporter exporter = host.exporter();
            JsonNode dump = Wait.until(
                    "a dump of the load, with task " + task.pid() + " in it",
                    PATIENCE,
                    () -> exporter.find("/api/v1/dumps?trigger=threshold")
                            .map(list -> list.path("items").path(0))
                            .filter(one -> one.path("state").asText().equals("complete")),
                    host.server()::tail);
            String raw = exporter.text("/api/v1/dumps/" + dump.path("id").asLong() + "/raw");
            assertTrue(
                    Pattern.compile("\ntrigger kind=threshold reason=\"load [0-9]+\\.[0-9]{2} >= 0\\.01\" ")
                            .matcher(raw)
                            .find(),
                    raw);
            assertTrue(raw.contains("\ntask pid=" + task.pid() + " "), raw);
        }
    }

    private static String words(Exporter exporter, String name) {
        return StreamSupport.stream(
                        exporter.json("/api/v1/status").path("triggers").spliterator(), false)
                .filter(trigger -> trigger.path("name").asText().equals(name))
                .map(trigger -> trigger.path("words").asText())
                .findFirst()
                .orElseThrow();
    }

    private static double load1() throws Exception {
        String load = Files.readString(Path.of("/proc/loadavg"));
        return Double.parseDouble(load.substring(0, load.indexOf(' ')));
    }
}
