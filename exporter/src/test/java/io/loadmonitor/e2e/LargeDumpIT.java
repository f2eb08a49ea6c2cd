package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.dump.RawDump;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An incident of dumps of 10,000 tasks, each with a name of its own, shown by the packaged exporter within the memory
 * that its flags allow. Such dumps were captured from real kernels (kmod/README.md, costs); these are written, for
 * their size.
 */
final class LargeDumpIT {
    private static final int TASKS = 10_000;
    private static final int STACKS = 200;
    private static final int FRAMES = 25;
    private static final int DUMPS = 3;
    private static final Instant FIRST = Instant.now().minus(Duration.ofHours(1));

    @Test
    void showsThemAllWithinItsMemory(@TempDir Path folder) throws Exception {
        try (Archive archive = Archive.open(
                new ArchiveSettings(
                        folder.resolve("archive.db"), InetAddress.getLocalHost().getHostName(), Retention.DEFAULT),
                Clock.systemUTC())) {
            for (int i = 1; i <= DUMPS; i++) {
                archive.storeFound(RawDump.of(dump(i).getBytes(StandardCharsets.US_ASCII)));
            }
        }
        try (Exporter.OnHost host = Exporter.OnHost.start(folder, List.of(), Tree.jar(), "--source=procfs")) {
            JsonNode incident =
                    host.exporter().json("/api/v1/incidents").path("items").path(0);
            String path = "/api/v1/incidents/" + incident.path("id").asLong();
            assertEquals(DUMPS, host.exporter().json(path).path("dumps").size());
            for (String page : List.of(
                    "/dumps/2",
                    "/dumps/1/diff/2",
                    "/incidents/" + incident.path("id").asLong(),
                    path + ".md",
                    "/api/v1/dumps/2",
                    "/api/v1/dumps/2/folded",
                    "/api/v1/dumps/2/flamegraph",
                    "/metrics")) {
                assertTrue(host.exporter().text(page).length() > 1000, page);
            }
            Set<String> files = unzip(host.exporter(), path + "/archive");
            assertEquals(3 + 5 * DUMPS, files.size(), files.toString());
            System.out.println(
                    DUMPS + " dumps of " + TASKS + " tasks: the exporter had " + Footprint.of(host.server()));
        }
    }

    private static Set<String> unzip(Exporter exporter, String path) throws Exception {
        Set<String> files = new TreeSet<>();
        try (InputStream answer = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(exporter.address().resolve(path))
                                        .build(),
                                BodyHandlers.ofInputStream())
                        .body();
                ZipInputStream zip = new ZipInputStream(answer)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                zip.transferTo(OutputStream.nullOutputStream());
                files.add(entry.getName());
            }
        }
        return files;
    }

    private static String dump(int id) {
        StringBuilder text =
                new StringBuilder("""
                load_monitor dump version=1 id=%d source=kmod boot_id=6f1c2b9e-0000-4000-8000-000000000001 \
                release=6.1.0-56-cloud-amd64
                trigger kind=threshold reason="load 4.43 >= 4.00" cause=present
                time wall=%s monotonic_ns=%d
                load avg1=4.43 avg5=1.11 avg15=0.37 active=%d cpus=2
                """.formatted(id, FIRST.plusSeconds(20L * id), id * 20_000_000_000L, TASKS));
        for (int stack = 1; stack <= STACKS; stack++) {
            text.append("stack id=")
                    .append(stack)
                    .append(" tasks=")
                    .append(TASKS / STACKS)
                    .append('\n');
            for (int frame = 0; frame < FRAMES; frame++) {
                text.append("  function_number_")
                        .append(stack)
                        .append('_')
                        .append(frame)
                        .append("+0x1af/0x3e0 [module_")
                        .append(frame)
                        .append("]\n");
            }
        }
        for (int task = 0; task < TASKS; task++) {
            text.append(("task pid=%d tgid=%d ppid=1 cpu=0 state=D on=sleep since_ms=35000 switches=12"
                            + " start_ns=2980000000 stack=%d cgroup=\"/kubepods.slice/pod%d\" comm=\"worker-%d\"\n")
                    .formatted(1000 + task, 1000 + task, 1 + task % STACKS, task % 500, task));
        }
        return text.append("end id=")
                .append(id)
                .append(" tasks=")
                .append(TASKS)
                .append('\n')
                .toString();
    }
}
