package io.loadmonitor.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The command {@code fleet} as a program of its own, which serves the pages of a store on a port of loopback. */
final class FleetPages implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("address=127\\.0\\.0\\.1:([0-9]+)");
    private static final long START_SECONDS = 120;

    private final Process process;
    private final int port;

    private FleetPages(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * @param url of the store, by a reader
     * @param folder for the log
     */
    static FleetPages start(String url, Path folder) throws IOException, InterruptedException {
        Path log = folder.resolve("fleet.log");
        Process process = new ProcessBuilder(command("fleet", "--fleet.url=" + url, "--web.listen-address=127.0.0.1:0"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            Matcher matcher = LISTENING.matcher(Files.readString(log));
            if (matcher.find()) {
                return new FleetPages(process, Integer.parseInt(matcher.group(1)));
            }
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new AssertionError("the fleet's server does not listen:\n" + Files.readString(log));
            }
            Thread.sleep(50);
        }
    }

    /** Runs the program to its end, which must be good; what it said. */
    static String program(String... arguments) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command(arguments)).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), String.join(" ", arguments) + ":\n" + said);
        return said;
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.loadmonitor.app.Main"));
        command.addAll(List.of(arguments));
        return command;
    }

    URI address(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
