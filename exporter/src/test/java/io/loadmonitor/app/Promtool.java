package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Prometheus' own checks. */
final class Promtool {
    private static final Path PROGRAM = Stream.of(
                    System.getenv().getOrDefault("PATH", "").split(":"))
            .map(folder -> Path.of(folder, "promtool"))
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(Path.of("promtool"));

    private final Path folder;

    Promtool(Path folder) {
        this.folder = folder;
        if (!Files.isExecutable(PROGRAM)) {
            String reason = "promtool is not installed (Debian package prometheus)";
            if (System.getenv("CI") != null || System.getenv("LOAD_MONITOR_REQUIRE_ALL") != null) {
                fail(reason);
            }
            abort(reason);
        }
    }

    /** Fails unless {@code promtool check metrics} is silent. */
    void checkMetrics(String text) throws IOException, InterruptedException {
        assertEquals("", run(text, PROGRAM.toString(), "check", "metrics"));
    }

    /**
     * Fails unless Prometheus' parser reads every line. It wants a time with each sample here, which a scrape has not.
     */
    void readOpenMetrics(String text) throws IOException, InterruptedException {
        String timed = text.lines()
                .map(line -> line.startsWith("#") ? line : line + " 1700000000")
                .reduce("", (all, line) -> all + line + "\n");
        Path file = Files.writeString(Files.createTempFile(folder, "metrics", ".txt"), timed);
        String answer = run(
                "",
                PROGRAM.toString(),
                "tsdb",
                "create-blocks-from",
                "openmetrics",
                file.toString(),
                Files.createTempDirectory(folder, "blocks").toString());
        assertEquals(
                List.of(), answer.lines().filter(line -> line.contains("rror")).toList());
    }

    private String run(String input, String... command) throws IOException, InterruptedException {
        Path in = Files.writeString(Files.createTempFile(folder, "promtool", ".in"), input);
        Path out = Files.createTempFile(folder, "promtool", ".out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            fail("promtool does not end");
        }
        String answer = Files.readString(out);
        assertEquals(0, process.exitValue(), answer);
        return answer;
    }
}
