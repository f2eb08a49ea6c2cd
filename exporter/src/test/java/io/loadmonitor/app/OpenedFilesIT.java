package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the packaged jar opens in /proc, by strace: its own code, its libraries and Java's. */
final class OpenedFilesIT {
    /**
     * {@code 8628 openat(AT_FDCWD, "/proc/1/task/1/stat", O_RDONLY) = 5}, and its form with {@code <unfinished ...>}.
     */
    private static final Pattern OPENED = Pattern.compile("\\bopen(?:at)?\\((?:[^\"(]*, )?\"(/proc/[^\"]*)\"");

    /**
     * Reading these takes the mmap_lock of the task that they tell of, or waits for its exec: fs/proc/base.c and
     * fs/proc/task_mmu.c. A task that is stuck in a page fault holds that lock, and its readers wait as long as it
     * does.
     */
    private static final Pattern HELD_BY_A_STUCK_TASK = Pattern.compile(
            "/proc/([0-9]+)/(task/[0-9]+/)?(cmdline|environ|auxv|exe|maps|smaps|smaps_rollup|numa_maps|mem|pagemap"
                    + "|map_files.*)");

    @TempDir
    Path folder;

    @Test
    void waitsForNoLockThatAStuckTaskHolds() throws Exception {
        assumeTrue(hasStrace(), "strace is not installed");
        Path trace = folder.resolve("trace");
        Path config = Files.writeString(folder.resolve("quiet.yml"), "triggers: {load: off}\n");
        try (RunningExporter exporter = RunningExporter.start(
                folder,
                "--web.listen-address=127.0.0.1:0",
                "--source=procfs",
                "--config.file=" + config,
                "--archive.path=" + folder.resolve("archive.db"))) {
            exporter.address();
            Process strace = new ProcessBuilder(
                            "strace",
                            "-f",
                            "-qq",
                            "-e",
                            "trace=open,openat",
                            "-e",
                            "signal=none",
                            "-o",
                            trace.toString(),
                            "-p",
                            Long.toString(exporter.pid()))
                    .inheritIO()
                    .start();
            try {
                long giveUp = System.nanoTime() + Duration.ofSeconds(60).toNanos();
                while (!Files.exists(trace) || Files.size(trace) == 0) {
                    assertTrue(strace.isAlive() && System.nanoTime() < giveUp, "strace sees nothing");
                    exporter.get("/metrics", "*/*");
                    Thread.sleep(100);
                }
                assertEquals(
                        202,
                        exporter.post("/api/v1/dumps", "{\"reason\":\"test\"}").statusCode());
                exporter.metrics(metrics -> metrics.contains("\nload_monitor_dumps_total{trigger=\"manual\",} 1.0\n"));
                exporter.get("/api/v1/status", "*/*");
            } finally {
                strace.destroy();
                strace.waitFor(60, TimeUnit.SECONDS);
            }
        }
        List<String> opened = Files.readString(trace)
                .lines()
                .map(OPENED::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .toList();
        // The trace saw the scrape and the dump: else it would prove nothing.
        assertTrue(opened.contains("/proc/loadavg"), opened.toString());
        assertTrue(opened.stream().anyMatch(file -> file.matches("/proc/1/task/1/stat")), opened.toString());
        assertEquals(
                List.of(),
                opened.stream()
                        .filter(file -> HELD_BY_A_STUCK_TASK.matcher(file).matches())
                        .distinct()
                        .toList());
    }

    /** In CI nothing is skipped. */
    private static boolean hasStrace() throws InterruptedException, IOException {
        try {
            return new ProcessBuilder("strace", "-V")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException absent) {
            if (System.getenv("CI") != null || System.getenv("LOAD_MONITOR_REQUIRE_ALL") != null) {
                throw absent;
            }
            return false;
        }
    }
}
