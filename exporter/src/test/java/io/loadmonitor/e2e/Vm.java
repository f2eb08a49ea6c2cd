package io.loadmonitor.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A virtual machine with a Debian kernel, the module and the exporter from the packaged jar; its ports 9817 and, of a
 * node_exporter, 9100 are reachable on the host's loopback. {@code exporter/src/test/vm/guest.sh} is what runs in it.
 */
final class Vm implements AutoCloseable, Loop.Load {
    private final Server server;
    private final Path console;
    private final Exporter exporter;
    private final String nodeExporter;
    private final int controlPort;

    private Vm(Server server, Path console, Exporter exporter, String nodeExporter, int controlPort) {
        this.server = server;
        this.console = console;
        this.exporter = exporter;
        this.nodeExporter = nodeExporter;
        this.controlPort = controlPort;
    }

    /**
     * Boots a kernel of a Debian suite, and waits until the exporter in it is ready.
     *
     * @param suite {@code bookworm}
     * @param flavour {@code cloud-amd64}
     * @param lifetime after which the machine is ended, however it is: no limit for a test, which ends when nothing
     *     moves any more, but against a machine that nobody looks after
     */
    static Vm start(Path folder, String suite, String flavour, Duration lifetime) {
        Program.require("qemu-system-x86_64");
        Program.require("prometheus-node-exporter");
        Program.need(userIsRoot(), "making the kernel's build chroot needs root");
        Path scripts = Tree.root().resolve("exporter/src/test/vm");
        String kernel = run(
                folder,
                List.of(
                        scripts.resolve("prepare").toString(),
                        suite,
                        flavour,
                        Tree.jar().toString(),
                        folder.toString()));
        Path console = folder.resolve("console");
        int port = Server.freePort();
        int nodePort = Server.freePort();
        int controlPort = Server.freePort();
        Server server = Server.start(
                "vm",
                folder,
                List.of(
                        Tree.root().resolve("kmod/tests/qemu/boot").toString(),
                        kernel,
                        folder.resolve("initramfs").toString(),
                        console.toString(),
                        "--timeout",
                        Long.toString(lifetime.toSeconds()),
                        "--",
                        "-serial",
                        "tcp:127.0.0.1:" + controlPort + ",server=on,wait=off",
                        "-drive",
                        "file=" + folder.resolve("disk") + ",if=none,id=disk,format=raw,readonly=on",
                        "-device",
                        "virtio-blk-pci,drive=disk",
                        "-netdev",
                        "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:" + port + "-:9817,hostfwd=tcp:127.0.0.1:"
                                + nodePort + "-:9100",
                        "-device",
                        "virtio-net-pci,netdev=net"));
        Exporter exporter = new Exporter(URI.create("http://127.0.0.1:" + port));
        Vm vm = new Vm(server, console, exporter, "127.0.0.1:" + nodePort, controlPort);
        try {
            server.await(
                    "exporter in the guest is ready",
                    vm.printing(),
                    () -> Http.get(exporter.address().resolve("/-/ready")));
        } catch (AssertionError e) {
            String tail = vm.tail();
            vm.close();
            throw new AssertionError(e.getMessage() + "\n" + tail, e);
        }
        return vm;
    }

    Exporter exporter() {
        return exporter;
    }

    /** The host:port of the guest's node_exporter. */
    String nodeExporter() {
        return nodeExporter;
    }

    /** What the guest printed. */
    String console() {
        try {
            return new String(Files.readAllBytes(console), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(no console: " + e + ")";
        }
    }

    /** Moves when the guest prints something. */
    Progress printing() {
        return Progress.changing(() -> "the guest's console, " + console().length() + " characters");
    }

    /** Moves when the guest prints something, or the state of a dump or an incident in it is another one. */
    Progress working() {
        return Progress.changing(() -> "the guest's console, " + console().length() + " characters, and "
                + exporter.find("/api/v1/incidents") + exporter.find("/api/v1/dumps?limit=3"));
    }

    String tail() {
        String text = console();
        return "--- end of the guest's console\n" + text.substring(Math.max(0, text.length() - 6000)) + server.tail();
    }

    @Override
    public void raise() {
        tell("raise");
    }

    @Override
    public void end() {
        tell("end");
    }

    /** From now on the module takes a dump by itself when 6 tasks are active. */
    void watch() {
        tell("watch");
    }

    /** Suspends the device-mapper device dm-0 of the name data, with eight readers. */
    void suspend() {
        tell("suspend");
    }

    /** Resumes it, and returns when that is done; the readers end. */
    void resume() {
        tell("resume");
        awaitWord("has resumed it");
    }

    /** Ends the guest in order. Returns the status of {@code boot}: 0 when the console shows no fault of the kernel. */
    int off() {
        tell("off");
        return server.awaitEnd(printing());
    }

    @Override
    public void close() {
        server.close();
    }

    private void tell(String command) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), controlPort);
                OutputStream line = socket.getOutputStream()) {
            line.write((command + "\n").getBytes(StandardCharsets.US_ASCII));
            line.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the machine takes no command: " + command + "\n" + tail(), e);
        }
        awaitWord(command);
    }

    private void awaitWord(String word) {
        server.await(
                "guest: " + word,
                printing(),
                () -> console().contains("guest: " + word) ? Optional.of(word) : Optional.empty());
    }

    private static boolean userIsRoot() {
        return System.getProperty("user.name").equals("root");
    }

    /** Runs a command to its end; its last line of output. */
    private static String run(Path folder, List<String> command) {
        Path log = folder.resolve("prepare.log");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(log.toFile()).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(15, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed\n" + Files.readString(log));
            }
            return output.strip().lines().reduce((first, last) -> last).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
