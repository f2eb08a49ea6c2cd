package io.loadmonitor.app;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged jar as a process of its own. */
final class RunningExporter implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("msg=listening address=(127\\.0\\.0\\.1:[0-9]+) ");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final Path out;
    private final Path log;

    private RunningExporter(Process process, Path out, Path log) {
        this.process = process;
        this.out = out;
        this.log = log;
    }

    /** Starts it and does not wait. */
    static RunningExporter start(Path folder, String... arguments) throws IOException {
        return startInto(folder, Files.createTempFile(folder, "exporter", ".out"), arguments);
    }

    /** The same with a standard output that leads elsewhere. */
    static RunningExporter startInto(Path folder, Path out, String... arguments) throws IOException {
        // Whoever started these tests may ignore SIGHUP, as nohup does, and a program gets that from him.
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--default-signal=HUP",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@jvm.options",
                "-jar",
                System.getProperty("load-monitor.jar")));
        command.addAll(List.of(arguments));
        Path log = Files.createTempFile(folder, "exporter", ".log");
        Process process = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(log.toFile())
                .start();
        return new RunningExporter(process, out, log);
    }

    /** Waits until it has ended. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still running\n" + log());
        }
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    /** SIGTERM. */
    void end() {
        process.destroy();
    }

    /** SIGHUP. */
    void hangUp() throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-HUP", Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new AssertionError("kill ended with " + code);
        }
    }

    String out() {
        return read(out);
    }

    String log() {
        return read(log);
    }

    URI address() throws InterruptedException {
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < giveUp && process.isAlive()) {
            Matcher listening = LISTENING.matcher(log());
            if (listening.find()) {
                return URI.create("http://" + listening.group(1));
            }
            Thread.sleep(20);
        }
        throw new AssertionError("does not listen\n" + log());
    }

    HttpResponse<String> get(String path, String accept) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(address().resolve(path))
                        .header("Accept", accept)
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(address().resolve(path))
                        .header("Content-Type", "application/json")
                        .timeout(PATIENCE)
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The metrics as text, once they are as wanted. */
    String metrics(Predicate<String> wanted) throws IOException, InterruptedException {
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        String metrics = "";
        while (System.nanoTime() < giveUp) {
            metrics = get("/metrics", "text/plain").body();
            if (wanted.test(metrics)) {
                return metrics;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("not as wanted:\n" + metrics + "\n" + log());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
