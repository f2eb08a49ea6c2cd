package io.loadmonitor.e2e;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An ext4 file system on a loop device that can be frozen: whoever writes to it then waits in D until it is thawed, as
 * on a path that is gone or a suspended device. Needs root.
 */
final class FrozenDisk implements AutoCloseable {
    private static final long BYTES = 96L << 20;

    private final Path place;
    private boolean frozen;

    private FrozenDisk(Path place) {
        this.place = place;
    }

    static FrozenDisk mount(Path folder) throws IOException {
        Path image = folder.resolve("disk.img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        run("mkfs.ext4", "-q", "-F", image.toString());
        Path place = Files.createDirectories(folder.resolve("disk"));
        run("mount", "-o", "loop", image.toString(), place.toString());
        return new FrozenDisk(place);
    }

    Path place() {
        return place;
    }

    /** To be thawed before what runs on the disk is ended: no signal reaches a thread that waits for it. */
    void freeze() throws IOException {
        run("fsfreeze", "-f", place.toString());
        frozen = true;
    }

    void thaw() throws IOException {
        if (frozen) {
            run("fsfreeze", "-u", place.toString());
            frozen = false;
        }
    }

    /** Thaws it first: a frozen file system cannot be given back. */
    @Override
    public void close() throws IOException {
        thaw();
        run("umount", "-l", place.toString());
    }

    private static void run(String... command) throws IOException {
        Process process =
                new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code;
        try {
            code = process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(String.join(" ", command) + " was interrupted", e);
        }
        if (code != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }
}
