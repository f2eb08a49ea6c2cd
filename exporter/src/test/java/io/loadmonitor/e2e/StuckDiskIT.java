package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exporter on a disk that does not answer: the day on which it is needed. */
final class StuckDiskIT {
    /** Longer with {@code -Dfrozen.seconds=N}. */
    private static final Duration FROZEN = Duration.ofSeconds(Integer.getInteger("frozen.seconds", 12));

    private static final int SENDERS = 12;

    @TempDir
    Path folder;

    @BeforeEach
    void needsRoot() {
        Program.need(System.getProperty("user.name").equals("root"), "mounting and freezing a file system needs root");
        Program.require("fsfreeze");
        Program.require("mkfs.ext4");
    }

    @Test
    void answersAndCapturesWhileTheDiskIsFrozenAndStoresAllOfItLater() throws Exception {
        try (LoopDisk disk = LoopDisk.mount(folder);
                Exporter.OnHost host = start(disk, "archive.db")) {
            Exporter exporter = host.exporter();
            assertEquals(202, post(exporter, "LoadHigh", 1).statusCode());
            JsonNode incident = host.server()
                    .await(
                            "an incident with its dump",
                            Duration.ofSeconds(30),
                            () -> exporter.incident("LoadHigh")
                                    .filter(seen -> seen.path("dumps")
                                            .path(0)
                                            .path("state")
                                            .asText()
                                            .equals("complete")));
            String page = "/incidents/" + incident.path("id").asLong();
            host.server()
                    .await(
                            "active tasks",
                            Duration.ofSeconds(60),
                            () -> Http.get(exporter.address().resolve("/metrics"))
                                    .filter(text -> text.contains("\nload_monitor_active_tasks ")));

            Instant frozen = Instant.now();
            Instant before;
            long slowest = 0;
            long slowestSender = 0;
            int looks = 0;
            disk.freeze();
            try {
                List<CompletableFuture<Long>> senders = new ArrayList<>();
                for (int i = 0; i < SENDERS; i++) {
                    int number = 10 + i;
                    senders.add(CompletableFuture.supplyAsync(() -> refused(exporter, number)));
                }
                while (Duration.between(frozen, Instant.now()).compareTo(FROZEN) < 0) {
                    for (String path : List.of("/metrics", "/-/healthy", "/api/v1/status", page)) {
                        slowest = Math.max(slowest, answersWithin(exporter, path, 200, Duration.ofSeconds(1)));
                    }
                    // It is tried every 5 s at most.
                    boolean fresh = Duration.between(frozen, Instant.now()).toSeconds() < 6;
                    answersWithin(
                            exporter,
                            "/-/ready",
                            fresh && code(exporter, "/-/ready") == 200 ? 200 : 503,
                            Duration.ofSeconds(1));
                    looks++;
                }
                String metrics = exporter.text("/metrics");
                assertTrue(metrics.contains("\nload_monitor_active_tasks "), metrics);
                assertTrue(metrics.contains("\nload_monitor_archive_up 0.0\n"), metrics);
                for (CompletableFuture<Long> sender : senders) {
                    slowestSender = Math.max(slowestSender, sender.get(30, TimeUnit.SECONDS));
                }
                before = Instant.now();
            } finally {
                disk.thaw();
            }

            // The first of the senders was on its way to the disk; the others come again, as Alertmanager does.
            for (int i = 0; i < SENDERS; i++) {
                int number = 10 + i;
                host.server()
                        .await(
                                "alert " + number + " is stored",
                                Duration.ofSeconds(30),
                                () -> stored(exporter, number));
            }
            JsonNode dump = host.server()
                    .await(
                            "the dump of the frozen time",
                            Duration.ofSeconds(60),
                            () -> exporter.find("/api/v1/dumps").flatMap(list -> takenBetween(list, frozen, before)));
            assertEquals("alert", dump.path("trigger").asText());
            assertEquals("complete", dump.path("state").asText());
            host.server()
                    .await(
                            "ready",
                            Duration.ofSeconds(30),
                            () -> Http.get(exporter.address().resolve("/-/ready")));
            System.out.printf(
                    "StuckDiskIT: frozen for %d s: %d looks at 4 addresses, slowest %d ms; %d webhooks refused, slowest"
                            + " %d ms; the dump was taken %d ms after the freeze%n",
                    FROZEN.toSeconds(),
                    looks,
                    slowest,
                    SENDERS,
                    slowestSender,
                    Duration.between(frozen, Instant.parse(dump.path("takenAt").asText()))
                            .toMillis());
        }
    }

    @Test
    void startsOnADiskThatIsFrozenAndStopsListeningWhenItIsToldToEnd() throws Exception {
        try (LoopDisk disk = LoopDisk.mount(folder)) {
            disk.freeze();
            Exporter.OnHost host = begin(disk, "archive.db");
            try {
                Exporter exporter = host.exporter();
                answersWithin(exporter, "/metrics", 200, Duration.ofSeconds(5));
                answersWithin(exporter, "/-/healthy", 200, Duration.ofSeconds(1));
                answersWithin(exporter, "/-/ready", 503, Duration.ofSeconds(1));
                assertEquals(503, post(exporter, "LoadHigh", 1).statusCode());

                disk.thaw();
                host.server()
                        .await(
                                "ready",
                                Duration.ofSeconds(30),
                                () -> Http.get(exporter.address().resolve("/-/ready")));
                assertEquals(202, post(exporter, "LoadHigh", 1).statusCode());

                disk.freeze();
                post(exporter, "LoadHigh", 2);
                long asked = System.nanoTime();
                ProcessHandle.of(host.server().pid()).orElseThrow().destroy();
                host.server().awaitQuiet(Duration.ofSeconds(15), () -> !listens(exporter));
                long quiet = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked);
                // A thread in D ends when the disk does answer; no signal, and no exit, reaches it before.
                disk.thaw();
                host.server().awaitGone(Duration.ofSeconds(15));
                System.out.printf("StuckDiskIT: told to end on a frozen disk, it listened for %d ms more%n", quiet);
            } finally {
                disk.thaw();
                host.close();
            }
        }
    }

    @Test
    void servesWhateverIsInTheWayOfTheArchive() throws Exception {
        try (LoopDisk disk = LoopDisk.mount(folder)) {
            Path file = disk.place().resolve("archive.db");
            Files.writeString(file, "This is no archive.\n".repeat(1000));
            try (Exporter.OnHost host = begin(disk, "archive.db")) {
                host.server()
                        .await(
                                "ready",
                                Duration.ofSeconds(30),
                                () -> Http.get(host.exporter().address().resolve("/-/ready")));
                JsonNode status = host.exporter().json("/api/v1/status");
                assertTrue(
                        status.path("notes").path(0).asText().startsWith("The archive was damaged on "),
                        status.toPrettyString());
                assertEquals(202, post(host.exporter(), "LoadHigh", 1).statusCode());

                // Somebody else fills the disk to its last byte.
                Path filler = disk.place().resolve("filler");
                try (OutputStream out = Files.newOutputStream(filler)) {
                    byte[] block = new byte[1 << 16];
                    while (true) {
                        out.write(block);
                    }
                } catch (IOException full) {
                    assertTrue(String.valueOf(full.getMessage()).contains("No space"), full.toString());
                }
                Wait.until(
                        "it is not ready on a full disk",
                        Duration.ofSeconds(30),
                        () -> Optional.of(true).filter(yes -> code(host.exporter(), "/-/ready") == 503),
                        host.server()::tail);
                answersWithin(host.exporter(), "/metrics", 200, Duration.ofSeconds(1));
                Files.delete(filler);
                host.server()
                        .await(
                                "ready",
                                Duration.ofSeconds(30),
                                () -> Http.get(host.exporter().address().resolve("/-/ready")));
            }
        }
    }

    private Exporter.OnHost start(LoopDisk disk, String archive) throws IOException {
        return Exporter.OnHost.start(folder, List.of(), Tree.jar(), arguments(disk, archive));
    }

    private Exporter.OnHost begin(LoopDisk disk, String archive) throws IOException {
        return Exporter.OnHost.begin(folder, List.of(), Tree.jar(), arguments(disk, archive));
    }

    private String[] arguments(LoopDisk disk, String archive) throws IOException {
        Path config = Files.writeString(
                folder.resolve("stuck.yml"), Exporter.QUIET + "retention: {max_size: 16MB, min_free_disk: 1MB}\n");
        return new String[] {
            "--source=procfs",
            "--config.file=" + config,
            "--archive.path=" + disk.place().resolve(archive)
        };
    }

    /** Milliseconds that it took. */
    private static long answersWithin(Exporter exporter, String path, int code, Duration most) throws IOException {
        long begun = System.nanoTime();
        HttpResponse<String> answer =
                Http.send(HttpRequest.newBuilder(exporter.address().resolve(path))
                        .timeout(Duration.ofSeconds(20))
                        .build());
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        assertEquals(code, answer.statusCode(), path + ": " + answer.body());
        assertFalse(millis > most.toMillis(), path + " took " + millis + " ms");
        return millis;
    }

    private static int code(Exporter exporter, String path) {
        try {
            return Http.send(HttpRequest.newBuilder(exporter.address().resolve(path))
                            .timeout(Duration.ofSeconds(20))
                            .build())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Milliseconds until the webhook said 503. */
    private static long refused(Exporter exporter, int number) {
        long begun = System.nanoTime();
        try {
            HttpResponse<String> answer = post(exporter, "LoadHigh", number);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            assertEquals(503, answer.statusCode(), answer.body());
            assertTrue(answer.headers().firstValue("Retry-After").isPresent());
            assertFalse(millis > 2000, "the webhook took " + millis + " ms");
            return millis;
        } catch (IOException e) {
            throw new AssertionError("no answer", e);
        }
    }

    private static Optional<Integer> stored(Exporter exporter, int number) {
        try {
            return Optional.of(post(exporter, "LoadHigh", number).statusCode())
                    .filter(code -> code == 202 || code == 200);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<JsonNode> takenBetween(JsonNode list, Instant from, Instant to) {
        for (JsonNode dump : list.path("items")) {
            Instant taken = Instant.parse(dump.path("takenAt").asText());
            if (taken.isAfter(from)
                    && taken.isBefore(to)
                    && dump.path("state").asText().equals("complete")) {
                return Optional.of(dump);
            }
        }
        return Optional.empty();
    }

    private static boolean listens(Exporter exporter) {
        try {
            URI address = exporter.address();
            new Socket(address.getHost(), address.getPort()).close();
            return true;
        } catch (ConnectException refused) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static HttpResponse<String> post(Exporter exporter, String name, int number) throws IOException {
        String alert = """
                {"version":"4","groupKey":"{}","truncatedAlerts":0,"status":"firing","receiver":"load-monitor",
                 "groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"","alerts":[
                 {"status":"firing","labels":{"alertname":"%s","n":"%d"},"annotations":{},
                  "startsAt":"%s","endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"%016x"}]}""";
        String body = alert.formatted(name, number, STARTED, number);
        return Http.post(exporter.address().resolve("/api/v1/alerts"), body);
    }

    private static final Instant STARTED = Instant.now();
}
