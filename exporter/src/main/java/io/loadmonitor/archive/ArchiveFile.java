package io.loadmonitor.archive;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The database file as a file: made for its owner alone, because dumps show kernel stacks that only root may see, and
 * locked against a second exporter, which would take the first one's captures for leftovers of an earlier run.
 *
 * <p>The lock is on a file beside it ({@code FILE.lock}), never on the database itself: closing any descriptor of a
 * file drops all POSIX locks that the process has on it, and SQLite relies on its own (sqlite.org/howtocorrupt.html,
 * 2.2).
 */
final class ArchiveFile implements AutoCloseable {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path path;
    private final FileChannel lockChannel;

    private ArchiveFile(Path path, FileChannel lockChannel) {
        this.path = path;
        this.lockChannel = lockChannel;
    }

    static ArchiveFile claim(Path path) throws ArchiveException {
        try {
            @Nullable Path folder = path.getParent();
            if (folder != null && !Files.isDirectory(folder)) {
                Files.createDirectories(folder, attribute("rwx------"));
            }
            FileChannel channel = lock(path);
            try {
                create(path);
                return new ArchiveFile(path, channel);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new ArchiveException(ArchiveException.Reason.FAILED, "cannot open the archive " + path + ": " + e, e);
        }
    }

    private static FileChannel lock(Path path) throws IOException, ArchiveException {
        Path lockFile = path.resolveSibling(path.getFileName() + ".lock");
        FileChannel channel = FileChannel.open(
                lockFile, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), attribute("rw-------"));
        try {
            @Nullable FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very process; answered as if by another.
        }
        channel.close();
        throw new ArchiveException(
                ArchiveException.Reason.FAILED,
                "the archive " + path + " is in use by another process, which holds " + lockFile);
    }

    private static void create(Path path) throws IOException {
        try {
            Files.createFile(path, attribute("rw-------"));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isRegularFile(path)) {
                throw new IOException(path + " is no regular file", e);
            }
            if (!Files.getPosixFilePermissions(path).equals(OWNER_ONLY) && Files.isWritable(path)) {
                Files.setPosixFilePermissions(path, OWNER_ONLY);
            }
        }
    }

    private static FileAttribute<Set<PosixFilePermission>> attribute(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }

    Path path() {
        return path;
    }

    /** Of the database and its write-ahead log. */
    long sizeBytes() {
        return size(path) + size(path.resolveSibling(path.getFileName() + "-wal"));
    }

    /** What this user may still write on the file's file system. */
    long usableBytes() throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    private static long size(Path path) {
        try {
            return Files.size(path);
        } catch (IOException e) {
            // The log comes and goes.
            return 0;
        }
    }

    @Override
    public void close() {
        try {
            lockChannel.close();
        } catch (IOException e) {
            throw new IllegalStateException("cannot give up the lock of " + path, e);
        }
    }
}
