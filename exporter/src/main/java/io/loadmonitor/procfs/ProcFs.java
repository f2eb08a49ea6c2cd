package io.loadmonitor.procfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A mounted proc file system: {@code /proc}, the host's /proc that a container sees elsewhere, or a test's directory.
 *
 * <p>Text is read as ISO-8859-1, so that every char is one byte and names under somebody else's control lose nothing.
 * Immutable, safe for use by several threads.
 *
 * @param root the mount point
 */
public record ProcFs(Path root) {
    /** No file that this package reads comes near; a fake one may not fill the memory. */
    private static final int MAX_FILE_BYTES = 4 << 20;

    private static final int FIRST_BUFFER_BYTES = 1024;

    /** {@code /proc}. */
    public static ProcFs ofThisHost() {
        return new ProcFs(Path.of("/proc"));
    }

    /**
     * The whole text of a file.
     *
     * @param name relative to the mount point, such as {@code loadavg}
     * @throws IOException when it cannot be read; a task that ended meanwhile shows as {@link
     *     java.nio.file.NoSuchFileException} (ENOENT) or as the text of ESRCH
     */
    public String read(String name) throws IOException {
        return read(root.resolve(name));
    }

    /** The whole text of a file of this file system, by its full path. */
    String read(Path file) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file, StandardOpenOption.READ)) {
            ByteBuffer text = ByteBuffer.allocate(FIRST_BUFFER_BYTES);
            while (channel.read(text) >= 0) {
                if (!text.hasRemaining()) {
                    if (text.capacity() >= MAX_FILE_BYTES) {
                        throw new IOException(file + " is larger than " + MAX_FILE_BYTES + " bytes");
                    }
                    text = ByteBuffer.wrap(Arrays.copyOf(text.array(), 4 * text.capacity()))
                            .position(text.capacity());
                }
            }
            return new String(text.array(), 0, text.position(), StandardCharsets.ISO_8859_1);
        }
    }

    /**
     * The process id of this program as this mount numbers it, from the link {@code self}. It differs from {@link
     * ProcessHandle#pid()} where a container reads its host's /proc. Empty where the mount belongs to a pid namespace
     * that this program is not in.
     */
    public OptionalLong ownPid() {
        try {
            return OptionalLong.of(
                    Long.parseLong(Files.readSymbolicLink(root.resolve("self")).toString()));
        } catch (IOException | NumberFormatException notAMember) {
            return OptionalLong.empty();
        }
    }

    /**
     * Whether this program is in the initial pid namespace, so that {@link #ownPid()} is its number for the kernel
     * itself: by the link {@code self/ns/pid}, whose inode is the same on every boot ({@code PROC_PID_INIT_INO} of
     * {@code include/linux/proc_ns.h}). False where the link cannot be read.
     */
    public boolean isOfInitialPids() {
        try {
            return Files.readSymbolicLink(root.resolve("self/ns/pid"))
                    .toString()
                    .equals("pid:[4026531836]");
        } catch (IOException notAMember) {
            return false;
        }
    }

    /**
     * Whether this program may read the stacks of other tasks, {@code /proc/PID/stack}: it tries its own, for which the
     * kernel wants CAP_SYS_ADMIN ({@code proc_pid_stack()} in {@code fs/proc/base.c}), and where kernel threads show
     * the first of those, for which it also wants the right to trace it. Takes some microseconds. False as well where
     * the kernel has no such file.
     */
    public boolean mayReadStacks() {
        return (ownPid().isEmpty() || canRead("self/stack")) && (!showsKernelThreads() || canRead("2/stack"));
    }

    /** In a pid namespace of its own, a task of this number is an ordinary one. */
    private boolean showsKernelThreads() {
        try {
            TaskStat second = TaskStat.parse(read("2/stat"));
            return second.ppid() == 0 && second.comm().equals("kthreadd");
        } catch (IOException notThere) {
            return false;
        }
    }

    private boolean canRead(String name) {
        try {
            read(name);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /** {@code sys/kernel/random/boot_id}: changes with every boot. Empty where it cannot be read. */
    public Optional<String> bootId() {
        return word("sys/kernel/random/boot_id");
    }

    /**
     * {@code sys/kernel/osrelease}: the kernel's release as {@code uname -r} prints it. Empty where it cannot be read.
     */
    public Optional<String> release() {
        return word("sys/kernel/osrelease");
    }

    private Optional<String> word(String name) {
        try {
            String text = read(name).strip();
            boolean oneWord = !text.isEmpty() && text.chars().allMatch(c -> c > 0x20 && c <= 0x7e);
            return oneWord ? Optional.of(text) : Optional.empty();
        } catch (IOException absent) {
            return Optional.empty();
        }
    }
}
