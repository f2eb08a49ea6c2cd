package io.loadmonitor.e2e;

import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What a virtual machine printed that ran {@code exporter/src/test/vm/bpf.sh}.
 *
 * @param texts of the looks, by name and source
 * @param lines what the script itself said
 */
record BpfGuest(Map<String, String> texts, String lines) {
    /** A slow machine takes four; the guest ends by itself. */
    private static final int LIFETIME_SECONDS = 900;

    /**
     * Boots a kernel and waits for the guest's end.
     *
     * @param kernel {@code bookworm:cloud-amd64}
     * @throws AssertionError when it was not all looked at
     */
    static BpfGuest run(Path folder, String kernel) {
        Program.require(kernel.endsWith("-arm64") ? "qemu-system-aarch64" : "qemu-system-x86_64");
        Program.require("prometheus-node-exporter");
        Program.need(System.getProperty("user.name").equals("root"), "making the kernel's build chroot needs root");
        String[] name = kernel.split(":", -1);
        Path scripts = Tree.root().resolve("exporter/src/test/vm");
        String prepared = output(
                folder.resolve("prepare.log"),
                List.of(
                        scripts.resolve("prepare").toString(),
                        name[0],
                        name[1],
                        Tree.jar().toString(),
                        folder.toString(),
                        "bpf.sh"));
        Path console = folder.resolve("console");
        output(
                folder.resolve("boot.log"),
                List.of(
                        Tree.root().resolve("kmod/tests/qemu/boot").toString(),
                        prepared.strip().lines().reduce((first, last) -> last).orElseThrow(),
                        folder.resolve("initramfs").toString(),
                        console.toString(),
                        "--timeout",
                        Integer.toString(LIFETIME_SECONDS),
                        "--",
                        "-drive",
                        "file=" + folder.resolve("disk") + ",if=none,id=disk,format=raw,readonly=on",
                        "-device",
                        "virtio-blk-pci,drive=disk"));
        return read(console);
    }

    /** Its standard output; fails with both, and with the guest's console, when its status is not 0. */
    private static String output(Path errors, List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(2L * LIFETIME_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                Path console = errors.resolveSibling("console");
                throw new AssertionError(String.join(" ", command) + " failed\n" + output + Files.readString(errors)
                        + (Files.exists(console) ? Files.readString(console, StandardCharsets.ISO_8859_1) : ""));
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    static BpfGuest read(Path console) {
        try {
            return of(Files.readString(console, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BpfGuest of(String console) {
        Map<String, String> texts = new LinkedHashMap<>();
        StringBuilder text = new StringBuilder();
        StringBuilder said = new StringBuilder();
        String name = "";
        for (String line : console.lines().toList()) {
            if (line.equals("=== end")) {
                texts.put(name, text.toString());
                name = "";
            } else if (line.startsWith("=== ")) {
                name = line.substring(4);
                text.setLength(0);
            } else if (line.startsWith("guest: ")) {
                said.append(line).append('\n');
            } else if (!name.isEmpty() && !line.matches("\\[ *[0-9]+\\.[0-9]+] .*")) {
                text.append(line).append('\n');
            }
        }
        if (said.indexOf("guest: all was looked at") < 0) {
            throw new AssertionError("the guest did not get to the end:\n" + console);
        }
        return new BpfGuest(texts, said.toString());
    }

    boolean says(String words) {
        return lines.contains("guest: " + words);
    }

    String text(String look, String source) {
        String text = texts.get(look + " " + source);
        if (text == null) {
            throw new AssertionError(
                    "no look \"" + look + "\" by " + source + " among " + texts.keySet() + "\n" + lines);
        }
        return text;
    }

    /** The dump in a text, which may have lines of a log before it. */
    StackDump dump(String look, String source) {
        String dump = text(look, source)
                .lines()
                .filter(line -> !line.startsWith("ts="))
                .collect(Collectors.joining("\n", "", "\n"));
        return DumpParser.parse(RawDump.of(dump.getBytes(StandardCharsets.ISO_8859_1)));
    }
}
