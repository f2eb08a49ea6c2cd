package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.capture.UninterruptibleTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The loop on this host, without the module: the exporter reads /proc as nobody. Tasks in uninterruptible sleep raise
 * the load, since they cost no CPU: 80 of them raise it by 6 within one load tick.
 */
final class HostLoopIT {
    private static final int SLEEPERS = 80;

    /** What reading /proc/PID/stack of other users' tasks needs, and no more. */
    private static final String STACK_RIGHTS = "+sys_admin,+sys_ptrace,+dac_read_search";

    @Test
    void goesRoundAsNobodyWithTheRightToReadStacks(@TempDir Path folder) throws Exception {
        Program.need(System.getProperty("user.name").equals("root"), "giving nobody single rights needs root");
        Timeline timeline = new Timeline("loop on this host");
        try (Exporter.OnHost host = Exporter.OnHost.start(
                        open(folder), nobodyWith(STACK_RIGHTS), readableJar(folder), "--source=procfs");
                Alertmanager alertmanager =
                        Alertmanager.start(folder, host.exporter().hostAndPort());
                Prometheus prometheus = Prometheus.start(
                        folder, host.exporter().hostAndPort(), List.of(), alertmanager.address(), loadHigh())) {
            timeline.step("exporter, Prometheus and Alertmanager are ready");
            Loop loop = new Loop(
                    host.exporter(), prometheus, timeline, () -> host.server().tail() + alertmanager.tail());
            JsonNode incident = loop.run(new Sleepers());
            timeline.step(new Report(host.exporter()).of(incident));

            JsonNode dump = host.exporter()
                    .json("/api/v1/dumps/"
                            + Loop.completeDumps(incident, "alert")
                                    .get(0)
                                    .path("id")
                                    .asLong());
            assertEquals("procfs", dump.path("source").asText());
            assertEquals(1, dump.path("counts").path("stacks_readable").asInt(), dump::toPrettyString);
            List<JsonNode> sleepers = tasksIn(dump, "uninterruptible", "perl");
            // On a busy host the alert may come before the last of them sleeps.
            assertTrue(sleepers.size() > SLEEPERS / 2 && sleepers.size() <= SLEEPERS, dump::toPrettyString);
            JsonNode stack = StreamSupport.stream(dump.path("stacks").spliterator(), false)
                    .filter(candidate ->
                            candidate.path("id").equals(sleepers.get(0).path("stack")))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(dump.toPrettyString()));
            assertTrue(stack.path("frames").toString().contains("clone"), stack::toPrettyString);
            assertTrue(
                    incident.path("headline").asText().contains(Integer.toString(sleepers.size())),
                    incident::toPrettyString);
        }
    }

    /** 4, the user's own, unless other work on this host keeps the load near it: then it must not be what fires. */
    private static double loadHigh() throws IOException {
        String load = Files.readString(Path.of("/proc/loadavg"));
        double load1 = Double.parseDouble(load.substring(0, load.indexOf(' ')));
        return load1 < 2 ? 4 : Math.ceil(load1) + 6;
    }

    @Test
    void saysInTheDumpThatStacksMayNotBeRead(@TempDir Path folder) throws Exception {
        List<String> prefix = System.getProperty("user.name").equals("root") ? nobodyWith("") : List.of();
        try (UninterruptibleTask sleeper = UninterruptibleTask.start();
                Exporter.OnHost host =
                        Exporter.OnHost.start(open(folder), prefix, readableJar(folder), "--source=procfs")) {
            var answer = Http.post(host.exporter().address().resolve("/api/v1/dumps"), "{\"reason\":\"degraded\"}");
            assertEquals(202, answer.statusCode(), answer.body());
            String location = answer.headers().firstValue("Location").orElseThrow();
            JsonNode dump = Wait.until(
                    "the dump",
                    Duration.ofSeconds(30),
                    () -> Http.json(host.exporter().address().resolve(location))
                            .filter(candidate ->
                                    candidate.path("state").asText().equals("complete")),
                    host.server()::tail);
            assertEquals(0, dump.path("counts").path("stacks_readable").asInt(-1), dump::toPrettyString);
            assertEquals(0, dump.path("stacks").size(), dump::toPrettyString);
            JsonNode task = tasksIn(dump, "uninterruptible", "perl").stream()
                    .filter(candidate -> candidate.path("pid").asLong() == sleeper.pid())
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(dump.toPrettyString()));
            assertTrue(!task.has("stack"), task::toPrettyString);
        }
    }

    private static List<JsonNode> tasksIn(JsonNode dump, String state, String comm) {
        return StreamSupport.stream(dump.path("taskList").spliterator(), false)
                .filter(task -> task.path("state").asText().equals(state)
                        && task.path("comm").asText().equals(comm))
                .toList();
    }

    private static List<String> nobodyWith(String rights) {
        String kept = rights.isEmpty() ? "-all" : "-all," + rights;
        return List.of(
                Program.require("setpriv").toString(),
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "--no-new-privs",
                "--inh-caps=" + kept,
                "--ambient-caps=" + kept,
                "--bounding-set=" + kept);
    }

    private static Path open(Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        return folder;
    }

    private static Path readableJar(Path folder) throws IOException {
        Path jar = Files.copy(Tree.jar(), folder.resolve("load-monitor-exporter.jar"));
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("r--r--r--"));
        return jar;
    }

    /** Tasks in uninterruptible sleep. */
    private static final class Sleepers implements Loop.Load {
        private final List<UninterruptibleTask> tasks = new ArrayList<>();

        @Override
        public void raise() {
            try {
                for (int i = 0; i < SLEEPERS; i++) {
                    tasks.add(UninterruptibleTask.start());
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        @Override
        public void end() {
            for (UninterruptibleTask task : tasks) {
                try {
                    task.close();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }
}
