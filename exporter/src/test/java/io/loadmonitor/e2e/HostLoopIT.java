package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.app.InProcessExporter;
import io.loadmonitor.capture.UninterruptibleTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The loop on this host, without the module: the exporter reads /proc as nobody. Tasks in uninterruptible sleep raise
 * the load, since they cost no CPU: 80 of them raise it by 6 within one load tick.
 */
final class HostLoopIT {
    private static final int SLEEPERS = 80;

    private static final List<String> THREE = List.of("LoadHigh", "LoadHighPerCPU", "UninterruptibleTasks");

    /** Of the three. */
    private static final Instant START = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    /** Thrice the pause between two words of an alert that is not silenced. */
    private static final long SILENT_MILLIS = 12_000;

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

    @Test
    void oneEventWithThreeAlertsFromFiringThroughASilenceToTheExpiry(@TempDir Path folder) throws Exception {
        Path config = Files.writeString(folder.resolve("own.yml"), Exporter.QUIET);
        int port = Server.freePort();
        try (InProcessExporter running = InProcessExporter.start(
                        port,
                        "--source=procfs",
                        "--path.sysfs=" + folder,
                        "--archive.path=" + folder.resolve("archive.db"),
                        "--config.file=" + config);
                Alertmanager alertmanager = Alertmanager.start(folder, "127.0.0.1:" + port, "2s");
                // Until the end: where the load fell, the incident would end when it did.
                UninterruptibleTask task = UninterruptibleTask.start()) {
            Exporter exporter = new Exporter(running.address());
            assertTrue(task.isUninterruptible());
            alertmanager.send(alerts(running.now(), Duration.ofHours(1)));
            awaitIncident(
                    exporter,
                    alertmanager,
                    "three alerts and the first dump",
                    incident -> incident.path("alerts").size() == 3
                            && Loop.completeDumps(incident, "alert").size() == 1);
            awaitHearing(exporter, alertmanager);
            running.pass(Duration.ofSeconds(61));
            awaitIncident(
                    exporter,
                    alertmanager,
                    "a dump after a minute",
                    incident -> Loop.completeDumps(incident, "follow_up").size() >= 1);
            running.pass(Duration.ofMinutes(5));
            awaitIncident(
                    exporter,
                    alertmanager,
                    "a dump after five minutes",
                    incident -> Loop.completeDumps(incident, "follow_up").size() >= 2);

            // From here on Alertmanager says nothing: not that they go on, and not that they end.
            alertmanager.silence(silence(Instant.now()));
            Wait.until(
                    "all three are silenced",
                    Duration.ofSeconds(60),
                    () -> Optional.of(true).filter(yes -> alertmanager.in("suppressed") == 3),
                    alertmanager::tail);
            Thread.sleep(SILENT_MILLIS);
            double heard = messages(exporter);
            Instant silent = running.now();
            alertmanager.send(alerts(Instant.now(), Duration.ZERO));
            Wait.until(
                    "the load has ended, in Alertmanager alone",
                    Duration.ofSeconds(60),
                    () -> Optional.of(true).filter(yes -> alertmanager.in("suppressed") == 0),
                    alertmanager::tail);
            Thread.sleep(SILENT_MILLIS);
            assertEquals("open", only(exporter).path("state").asText(), only(exporter)::toPrettyString);

            running.pass(Duration.ofHours(25));
            JsonNode ended = awaitIncident(
                    exporter,
                    alertmanager,
                    "its end, of which nobody spoke",
                    incident -> incident.path("state").asText().equals("ended"));
            assertEquals(heard, messages(exporter), "nothing was heard any more");
            assertEquals("silent", ended.path("endReason").asText(), ended::toPrettyString);
            assertEquals(
                    THREE,
                    StreamSupport.stream(ended.path("alerts").spliterator(), false)
                            .map(alert -> alert.path("alertName").asText())
                            .sorted()
                            .toList());
            for (JsonNode alert : ended.path("alerts")) {
                assertEquals("silent", alert.path("endReason").asText(), ended::toPrettyString);
            }
            Instant end = Instant.parse(ended.path("endedAt").asText());
            assertTrue(
                    !end.isAfter(silent) && end.isAfter(silent.minus(Duration.ofMinutes(2))),
                    end + " and not shortly before " + silent);
            assertEquals(1, Loop.completeDumps(ended, "alert").size(), ended::toPrettyString);
            List<JsonNode> further = Loop.completeDumps(ended, "follow_up");
            assertTrue(further.size() >= 2, ended::toPrettyString);
            assertTrue(
                    further.stream()
                            .anyMatch(dump -> dump.path("reason").asText().contains("5 min after the first")),
                    ended::toPrettyString);
            assertTrue(
                    exporter.text("/api/v1/dumps/" + further.get(0).path("id").asLong() + "/raw")
                            .contains("\ntrigger kind=follow_up reason=\"incident "));
        }
    }

    /** In the way of Prometheus. */
    private static String alerts(Instant now, Duration lasting) {
        String alert = """
                {"labels":{"alertname":"%s","instance":"localhost:9817","job":"load-monitor"},"annotations":{},
                 "startsAt":"%s","endsAt":"%s","generatorURL":"http://localhost/graph"}""";
        return THREE.stream()
                .map(name -> alert.formatted(name, START, now.plus(lasting)))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String silence(Instant now) {
        String silence = """
                {"matchers":[{"name":"job","value":"load-monitor","isRegex":false,"isEqual":true}],
                 "startsAt":"%s","endsAt":"%s","createdBy":"on call","comment":"known"}""";
        return silence.formatted(now, now.plus(Duration.ofHours(2)));
    }

    private static JsonNode only(Exporter exporter) {
        JsonNode incidents = exporter.json("/api/v1/incidents").path("items");
        assertEquals(1, incidents.size(), incidents::toPrettyString);
        return exporter.json("/api/v1/incidents/" + incidents.path(0).path("id").asLong());
    }

    private static JsonNode awaitIncident(
            Exporter exporter, Alertmanager alertmanager, String what, Predicate<JsonNode> wanted) {
        // One at every moment, not only in the end.
        return Wait.until(
                what,
                Duration.ofSeconds(90),
                () -> exporter.json("/api/v1/incidents").path("items").isEmpty()
                        ? Optional.empty()
                        : Optional.of(only(exporter)).filter(wanted),
                () -> exporter.json("/api/v1/incidents").toPrettyString() + alertmanager.tail());
    }

    /** Else it would prove nothing that the messages stop. */
    private static void awaitHearing(Exporter exporter, Alertmanager alertmanager) {
        double before = messages(exporter);
        Wait.until(
                "another word of each alert",
                Duration.ofSeconds(60),
                () -> Optional.of(true).filter(yes -> messages(exporter) >= before + THREE.size()),
                alertmanager::tail);
    }

    /** That came to the webhook. */
    private static double messages(Exporter exporter) {
        return exporter.text("/metrics")
                .lines()
                .filter(line -> line.startsWith("load_monitor_webhook_requests_total{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                .sum();
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
