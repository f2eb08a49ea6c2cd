package io.loadmonitor.capture;

import io.loadmonitor.procfs.ProcFs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A /proc of captured files ({@code procfs/fixtures/}), whose threads are copies of captured ones. */
final class FakeProc {
    private final Path root;

    FakeProc(Path root) throws IOException {
        this.root = root;
        for (String name : new String[] {"loadavg", "stat", "uptime"}) {
            Files.write(root.resolve(name), capture(name));
        }
        Path kernel = Files.createDirectories(root.resolve("sys/kernel/random")).getParent();
        Files.write(kernel.resolve("random/boot_id"), capture("boot_id"));
        Files.write(kernel.resolve("osrelease"), capture("osrelease"));
    }

    ProcFs procFs() {
        return new ProcFs(root);
    }

    Path directory(long pid, long tid) {
        return root.resolve(pid + "/task/" + tid);
    }

    /** Makes this program the process {@code pid}. */
    void self(long pid) throws IOException {
        Files.createDirectories(root.resolve(Long.toString(pid)));
        Files.createSymbolicLink(root.resolve("self"), Path.of(Long.toString(pid)));
    }

    /** A thread like the captured one, with its own id. */
    void thread(long pid, long tid, String like) throws IOException {
        Path directory = Files.createDirectories(directory(pid, tid));
        for (String name : new String[] {"stack", "wchan", "cgroup"}) {
            if (!like.equals("odd-names")) {
                Files.write(directory.resolve(name), capture(like + '/' + name));
            }
        }
        write(pid, tid, "stat", text(like + "/stat").replaceFirst("^\\d+", Long.toString(tid)));
    }

    void write(long pid, long tid, String name, String latin1) throws IOException {
        Files.write(directory(pid, tid).resolve(name), latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    void write(String name, String text) throws IOException {
        Files.writeString(root.resolve(name), text);
    }

    static String text(String capture) throws IOException {
        return new String(capture(capture), StandardCharsets.ISO_8859_1);
    }

    private static byte[] capture(String name) throws IOException {
        try (InputStream bytes = ProcFs.class.getResourceAsStream("fixtures/linux-6.18.44-x86_64/" + name)) {
            if (bytes == null) {
                throw new IOException("there is no capture " + name);
            }
            return bytes.readAllBytes();
        }
    }
}
