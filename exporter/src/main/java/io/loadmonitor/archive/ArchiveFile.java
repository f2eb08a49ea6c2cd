package io.loadmonitor.archive;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
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
    private static final DateTimeFormatter ASIDE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final String LOG = "-wal";
    private static final String KEPT_LOG = "-wal.kept";

    /** Four times what the log is cut to when it is emptied. */
    private static final long MOST_LOG_BYTES = 64L << 20;

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path path;

    /** Guarded by this, as the one below: there while the file is claimed. */
    private Optional<FileChannel> lockChannel = Optional.empty();

    /** Which file it is, by device and inode. */
    private Optional<Object> identity = Optional.empty();

    private ArchiveFile(Path path) {
        this.path = path;
    }

    /** Not claimed yet. */
    static ArchiveFile at(Path path) {
        return new ArchiveFile(path);
    }

    static ArchiveFile claim(Path path) throws ArchiveException {
        ArchiveFile file = at(path);
        file.claim();
        return file;
    }

    /** Makes it where there is none, and locks it. */
    synchronized void claim() throws ArchiveException {
        close();
        try {
            @Nullable Path folder = path.getParent();
            if (folder != null && !Files.isDirectory(folder)) {
                Files.createDirectories(folder, attribute("rwx------"));
            }
            // Whoever comes by another name meets the same lock.
            FileChannel channel = lock(Files.exists(path) ? path.toRealPath() : path);
            try {
                create(path);
                lockChannel = Optional.of(channel);
                identity = key();
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new ArchiveException(
                    ArchiveException.Reason.FAILED, "cannot open the archive " + path + ": " + words(e), e);
        }
    }

    /** Java's message is the name of the file alone where it is missing or closed to us. */
    private static String words(IOException fault) {
        if (fault instanceof NoSuchFileException) {
            return "no file can be made in that folder";
        }
        if (fault instanceof AccessDeniedException denied) {
            return "this user is not allowed to open " + denied.getFile();
        }
        if (fault instanceof FileAlreadyExistsException inTheWay) {
            return inTheWay.getFile() + " is no folder";
        }
        return String.valueOf(fault.getMessage());
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

    /** For its owner alone from the first moment on. */
    static void create(Path path) throws IOException {
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

    private Optional<Object> key() throws IOException {
        return Optional.ofNullable(
                Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    }

    /** Whether what was claimed is not there any more, or something else is in its place. */
    synchronized boolean gone() {
        try {
            return identity.isPresent() && !key().equals(identity);
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            // Who cannot look knows nothing.
            return false;
        }
    }

    /**
     * Renames the file, with its log, so that a new one can begin and `sqlite3 FILE .recover` finds both together.
     *
     * @return the new name
     */
    synchronized Path moveAside(String why, Instant now) throws IOException {
        String suffix = "." + why + "-" + ASIDE.format(now);
        Path aside = path.resolveSibling(path.getFileName() + suffix);
        Path asideLog = aside.resolveSibling(aside.getFileName() + LOG);
        Files.move(path, aside);
        if (Files.exists(beside(KEPT_LOG))) {
            Files.move(beside(KEPT_LOG), asideLog);
        } else if (Files.exists(beside(LOG))) {
            Files.move(beside(LOG), asideLog);
        }
        Files.deleteIfExists(beside(LOG));
        Files.deleteIfExists(beside("-shm"));
        return aside;
    }

    /**
     * Keeps a copy of the log, which is there after a crash alone: SQLite takes what it can from it and writes over the
     * rest, or deletes it when the file is no database.
     */
    synchronized void keepLog() {
        try {
            if (Files.exists(beside(LOG)) && Files.size(beside(LOG)) <= MOST_LOG_BYTES) {
                Files.copy(
                        beside(LOG),
                        beside(KEPT_LOG),
                        StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        } catch (IOException e) {
            // A full disk: then what SQLite leaves is all that is left.
        }
    }

    /** Copies the log as it was, where not all of it could be taken. */
    synchronized Path copyLogAside(Instant now) throws IOException {
        Path aside = beside(".damaged-" + ASIDE.format(now) + LOG);
        Files.copy(
                Files.exists(beside(KEPT_LOG)) ? beside(KEPT_LOG) : beside(LOG),
                aside,
                StandardCopyOption.COPY_ATTRIBUTES);
        return aside;
    }

    /** All is well: SQLite has the log. */
    synchronized void dropKeptLog() {
        try {
            Files.deleteIfExists(beside(KEPT_LOG));
        } catch (IOException e) {
            // It is tried again at the next start.
        }
    }

    private Path beside(String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    /** The names of what was moved aside and is still there. */
    List<String> aside() {
        @Nullable Path folder = path.toAbsolutePath().getParent();
        if (folder == null) {
            return List.of();
        }
        String name = path.getFileName() + ".";
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(file -> file.startsWith(name) && file.matches(".*\\.(damaged|removed)-[0-9TZ]+(-wal)?"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
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

    /** Gives the claim up. */
    @Override
    public synchronized void close() {
        Optional<FileChannel> held = lockChannel;
        lockChannel = Optional.empty();
        identity = Optional.empty();
        try {
            if (held.isPresent()) {
                held.get().close();
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot give up the lock of " + path, e);
        }
    }
}
