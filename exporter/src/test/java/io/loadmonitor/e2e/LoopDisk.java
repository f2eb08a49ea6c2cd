package io.loadmonitor.e2e;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An ext4 file system on a loop device. It can be frozen: who writes to it then waits in D until it is thawed, as on
 * a path that is gone or a suspended device. And its power can be cut: what was not flushed is gone. Needs root.
 */
final class LoopDisk implements AutoCloseable {
    private static final long BYTES = 96L << 20;

    /**
     * {@code #define EXT4_IOC_SHUTDOWN _IOR('X', 125, __u32)} of Linux 6.18's include/uapi/linux/ext4.h: no request
     * reaches the device any more.
     */
    private static final long SHUTDOWN = 0x8004587dL;

    /** {@code EXT4_GOING_FLAGS_NOLOGFLUSH}: not even the journal is written. */
    private static final int WITHOUT_LOG = 2;

    private final Path image;
    private final Path place;
    private boolean frozen;

    private LoopDisk(Path image, Path place) {
        this.image = image;
        this.place = place;
    }

    static LoopDisk mount(Path folder) throws IOException {
        Path image = folder.resolve("disk.img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        run("mkfs.ext4", "-q", "-F", image.toString());
        Path place = Files.createDirectories(folder.resolve("disk"));
        run("mount", "-o", "loop", image.toString(), place.toString());
        return new LoopDisk(image, place);
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

    /**
     * What was written and not flushed does not reach the device, nor does anything later: each call gives EIO. What a
     * real disk may lose beside this is what it said it had flushed.
     */
    void cutPower() throws IOException {
        int folder = C.open(place.toString(), 0);
        try {
            if (folder < 0 || C.ioctl(folder, new NativeLong(SHUTDOWN), new int[] {WITHOUT_LOG}) != 0) {
                throw new IOException("cannot shut down " + place + ": errno " + Native.getLastError());
            }
        } finally {
            C.close(folder);
        }
    }

    /** After a cut, when nobody uses it any more: its journal is played back, as at a boot. */
    void powerOn() throws IOException {
        run("umount", place.toString());
        run("fsck.ext4", "-p", image.toString());
        run("mount", "-o", "loop", image.toString(), place.toString());
    }

    /** Thaws it first: a frozen file system cannot be given back. */
    @Override
    public void close() throws IOException {
        thaw();
        run("umount", "-l", place.toString());
    }

    private static final CLibrary C = Native.load("c", CLibrary.class);

    /** Of libc. */
    private interface CLibrary extends Library {
        int open(String path, int flags);

        int ioctl(int descriptor, NativeLong request, int[] flags);

        int close(int descriptor);
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
