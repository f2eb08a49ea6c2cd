package io.loadmonitor.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A process that serves until it is closed. What it prints goes to a file, shown when something fails. */
final class Server implements AutoCloseable {
    private final String name;
    private final Process process;
    private final Path log;

    private Server(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    static Server start(String name, Path folder, List<String> command) {
        Path log = folder.resolve(name + ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return new Server(name, process, log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + String.join(" ", command), e);
        }
    }

    /** A port on loopback that was free a moment ago. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until {@code probe} gives something; fails with the end of the log when the process dies or time runs out.
     */
    <T> T await(String what, Duration limit, Supplier<Optional<T>> probe) {
        return Wait.until(
                name + ": " + what,
                limit,
                () -> {
                    requireAlive(what);
                    return probe.get();
                },
                this::tail);
    }

    /** As {@link #await(String, Duration, Supplier)}, for as long as something moves. */
    <T> T await(String what, Progress progress, Supplier<Optional<T>> probe) {
        return Wait.whileMoving(
                name + ": " + what,
                progress,
                () -> {
                    requireAlive(what);
                    return probe.get();
                },
                this::tail);
    }

    private void requireAlive(String what) {
        if (!process.isAlive()) {
            throw new AssertionError(
                    name + " ended with status " + process.exitValue() + " while waiting: " + what + "\n" + tail());
        }
    }

    long pid() {
        return process.pid();
    }

    String log() {
        try {
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(no log: " + e + ")";
        }
    }

    String tail() {
        String text = log();
        return "--- end of " + log + "\n" + text.substring(Math.max(0, text.length() - 6000));
    }

    /** Waits for the process to end by itself, as long as something moves; its exit status. */
    int awaitEnd(Progress progress) {
        return Wait.whileMoving(
                "the end of " + name,
                progress,
                () -> process.isAlive() ? Optional.empty() : Optional.of(process.exitValue()),
                this::tail);
    }

    /** Waits until it is so, dead or alive. */
    void awaitQuiet(Duration limit, Supplier<Boolean> quiet) {
        Wait.until(name + " is quiet", limit, () -> Optional.of(true).filter(yes -> quiet.get()), this::tail);
    }

    void awaitGone(Duration limit) {
        awaitQuiet(limit, () -> !process.isAlive());
    }

    /** Ends the process and those that it started. */
    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        children.forEach(ProcessHandle::destroy);
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
