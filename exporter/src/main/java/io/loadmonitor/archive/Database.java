package io.loadmonitor.archive;

import io.loadmonitor.archive.ArchiveException.Reason;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SQLite file's connections: one that writes, one that reads what is committed, and another one for what is read in
 * no time. In WAL mode a reader never waits for the writer. With {@code synchronous=FULL} the log is flushed to the disk
 * (fsync) at every commit, so what was committed survives a loss of power, too.
 *
 * <p>Each connection belongs to a thread of its own, and callers wait for that thread: a disk that does not answer (a
 * frozen file system, a dead path) holds whoever asks it for as long as it likes, and no signal ends that. So it holds
 * these threads, and a caller goes away when its patience is over, with reason STUCK.
 *
 * <p>Safe for use by several threads.
 *
 * @see <a href="https://www.sqlite.org/pragma.html#pragma_synchronous">synchronous</a>
 * @see <a href="https://www.sqlite.org/rescode.html">result codes</a>
 */
final class Database implements AutoCloseable {
    private static final int SQLITE_READONLY = 8;
    private static final int SQLITE_CORRUPT = 11;
    private static final int SQLITE_FULL = 13;
    private static final int SQLITE_NOTADB = 26;
    /** The log's index could not grow: how a full disk shows when it fills just then. */
    private static final int SQLITE_IOERR_SHMSIZE = 10 | 19 << 8;

    private static final Logger log = LoggerFactory.getLogger(Database.class);

    /** Another process (a person's sqlite3, a backup) may hold the file for a moment. */
    private static final int BUSY_TIMEOUT_MILLIS = 5000;

    /** Beyond it a file is not checked page by page at each start; a damaged page is then told when it is read. */
    private static final int CHECKED_PAGES = 4096;

    /** Whoever sends an alert or asks for a dump is answered within 2 s. */
    static final Duration SENDER = Duration.ofMillis(1500);

    /** Senders who wait as long as that; each holds a thread that serves. The others do not wait as long. */
    private static final int PATIENT_SENDERS = 3;

    private static final Duration CROWD = Duration.ofMillis(300);

    /** Whoever asks how things are is answered within a second. */
    static final Duration GLANCE = Duration.ofMillis(700);

    /** A page about very many dumps takes seconds. */
    private static final Duration PAGE = Duration.ofSeconds(20);

    /** Who has nothing else to do. */
    private static final Duration FOR_EVER = Duration.ofDays(365);

    private final Path path;
    private final Gone gone;
    private final Semaphore patientSenders = new Semaphore(PATIENT_SENDERS);

    /** Empty while the file is not open. */
    private volatile Optional<Channels> channels = Optional.empty();

    /** Why it is not open. */
    private volatile ArchiveException closed;

    /** Of the last writing: what was in its way; empty when nothing was. */
    private volatile Optional<String> trouble = Optional.empty();

    /** What SQLite dropped of the log at the opening. */
    private volatile Optional<String> droppedLog = Optional.empty();

    private Database(Path path, Gone gone) {
        this.path = path;
        this.gone = gone;
        this.closed = new ArchiveException(Reason.UNAVAILABLE, "the archive " + path + " is not open yet");
    }

    /** Asked before each writing; it may tell whoever can open the file anew. */
    @FunctionalInterface
    interface Gone {
        boolean isGone();
    }

    private record Channels(Channel writer, Channel reader, Channel glancer) {
        List<Channel> all() {
            // The writer is the last to close: it takes the log into the file.
            return List.of(glancer, reader, writer);
        }
    }

    /** Not open yet. */
    static Database at(Path path, Gone gone) {
        return new Database(path, gone);
    }

    /** For tests: opened, and watched by nobody. */
    static Database open(Path path) throws ArchiveException {
        Database database = at(path, () -> false);
        database.open();
        return database;
    }

    /** Work within one transaction: all of it is committed, or nothing. */
    @FunctionalInterface
    interface Work<T> {
        T run(Sql sql) throws SQLException, ArchiveException;
    }

    /** Opens the file, made by {@link ArchiveFile}; empty for a new archive. Changes nothing in a damaged one. */
    void open() throws ArchiveException {
        Optional<Connection> writer = Optional.empty();
        LogFile left = LogFile.read(path.resolveSibling(path.getFileName() + "-wal"));
        try {
            Connection connection = connect(path);
            writer = Optional.of(connection);
            Sql sql = new Sql(connection);
            if (sql.number("PRAGMA page_count") == 0) {
                // Before the first table, or it takes effect only after a VACUUM.
                sql.execute("PRAGMA auto_vacuum = INCREMENTAL");
            } else {
                check(sql, path);
                // Not one page more: a passive checkpoint moves pages and changes nothing.
                long taken = sql.one(row -> row.getLong(2), "PRAGMA wal_checkpoint(PASSIVE)")
                        .orElse(0L);
                droppedLog = left.dropped(Math.max(0, taken));
            }
            // Before the first write, and WAL mode is written into the file.
            Schema schema = Schema.of(sql, path);
            sql.execute("PRAGMA journal_mode = WAL");
            sql.execute("PRAGMA synchronous = FULL");
            sql.execute("PRAGMA journal_size_limit = 16777216");
            schema.upgrade(sql);
            // At once for writing: who reads first and then writes is refused when somebody else has written meanwhile.
            channels = Optional.of(new Channels(
                    new Channel("archive-writer", connection, "BEGIN IMMEDIATE"),
                    new Channel("archive-reader", readOnly(path), "BEGIN"),
                    new Channel("archive-glance", readOnly(path), "BEGIN")));
        } catch (SQLException e) {
            closeQuietly(writer, e);
            throw failure(path, e);
        } catch (ArchiveException | RuntimeException e) {
            closeQuietly(writer, e);
            throw e;
        }
    }

    /** From now on every call fails so, until it is opened again. */
    void shut(ArchiveException why) {
        closed = why;
        Optional<Channels> before = channels;
        channels = Optional.empty();
        before.ifPresent(open -> open.all().forEach(Channel::close));
    }

    /** What SQLite could not take from the log when the file was opened, in words. */
    Optional<String> droppedLog() {
        return droppedLog;
    }

    /** What is in the way of writing, by the last one and by whether it is open. */
    Optional<String> trouble() {
        return channels.isPresent() ? trouble : Optional.of(String.valueOf(closed.getMessage()));
    }

    private Channels channels() throws ArchiveException {
        Optional<Channels> now = channels;
        if (now.isEmpty()) {
            throw new ArchiveException(closed.reason(), String.valueOf(closed.getMessage()));
        }
        return now.get();
    }

    private static Connection readOnly(Path path) throws SQLException {
        Connection connection = connect(path);
        new Sql(connection).execute("PRAGMA query_only = ON");
        return connection;
    }

    private static Connection connect(Path path) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("busy_timeout", Integer.toString(BUSY_TIMEOUT_MILLIS));
        // Sorting must not need a writable /tmp.
        properties.setProperty("temp_store", "MEMORY");
        return DriverManager.getConnection("jdbc:sqlite:" + path, properties);
    }

    private static void check(Sql sql, Path path) throws SQLException, ArchiveException {
        sql.number("SELECT count(*) FROM sqlite_master");
        if (sql.number("PRAGMA page_count") > CHECKED_PAGES) {
            return;
        }
        String finding =
                sql.one(row -> row.getString(1), "PRAGMA quick_check(1)").orElse("no answer");
        if (!finding.equals("ok")) {
            throw damaged(path, finding.replaceAll("\\s+", " "));
        }
    }

    private static void closeQuietly(Optional<Connection> connection, Exception cause) {
        try {
            if (connection.isPresent()) {
                connection.get().close();
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** Runs work that writes. When it returns, it is on the disk. It waits for as long as the disk takes. */
    <T> T write(Work<T> work) throws ArchiveException {
        return written(work, FOR_EVER);
    }

    /**
     * The same for somebody who waits for an answer.
     *
     * @throws ArchiveException STUCK when that took longer than {@link #SENDER}. If the work had begun by then it is
     *     done when the disk is back, or not at all
     */
    <T> T writeSoon(Work<T> work) throws ArchiveException {
        if (channels().writer().isHeld()) {
            throw stuck(path, SENDER, Optional.empty());
        }
        boolean patient = patientSenders.tryAcquire();
        try {
            return written(work, patient ? SENDER : CROWD);
        } finally {
            if (patient) {
                patientSenders.release();
            }
        }
    }

    private static ArchiveException stuck(Path path, Duration patience, Optional<Exception> cause) {
        String words = "the disk of the archive " + path + " has not answered for " + patience.toMillis() + " ms";
        return cause.isPresent()
                ? new ArchiveException(Reason.STUCK, words, cause.get())
                : new ArchiveException(Reason.STUCK, words);
    }

    private <T> T written(Work<T> work, Duration patience) throws ArchiveException {
        Work<T> there = sql -> {
            if (gone.isGone()) {
                throw new ArchiveException(
                        Reason.UNAVAILABLE, "the file of the archive " + path + " was removed or replaced");
            }
            return work.run(sql);
        };
        try {
            T result = channels().writer().run(there, patience);
            trouble = Optional.empty();
            return result;
        } catch (ArchiveException e) {
            if (e.reason() != Reason.CLOSED) {
                trouble = Optional.of(String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    /**
     * Writes what is nothing, to see whether that is possible now.
     *
     * @throws ArchiveException why it is not; STUCK after {@link #GLANCE}
     */
    void tryWriting() throws ArchiveException {
        written(
                sql -> {
                    long before = sql.number("PRAGMA user_version");
                    sql.execute("PRAGMA user_version = " + (before == 0 ? 1 : 0));
                    return before;
                },
                GLANCE);
    }

    /** Writes all that is in it to an empty file, also when its own is not there any more. */
    void copyTo(Path copy) throws ArchiveException {
        String name = "'" + copy.toString().replace("'", "''") + "'";
        channels()
                .writer()
                .alone(
                        sql -> {
                            sql.execute("VACUUM INTO " + name);
                            return copy;
                        },
                        FOR_EVER);
    }

    /** Runs work that only reads, on what is committed as of its start. */
    <T> T read(Work<T> work) throws ArchiveException {
        return channels().reader().run(work, PAGE);
    }

    /** The same for what takes some milliseconds; it does not wait behind pages. */
    <T> T glance(Work<T> work) throws ArchiveException {
        return channels().glancer().run(work, GLANCE);
    }

    /** Gives free pages back to the file system, in steps, so that an alert never waits long for the writer. */
    void shrink() throws ArchiveException {
        long before = Long.MAX_VALUE;
        long free = write(sql -> sql.number("PRAGMA freelist_count"));
        while (free > 0 && free < before) {
            before = free;
            free = write(sql -> {
                sql.execute("PRAGMA incremental_vacuum(1000)");
                return sql.number("PRAGMA freelist_count");
            });
        }
        // Takes the log into the file and empties it.
        channels().writer().alone(sql -> sql.one(row -> row.getInt(1), "PRAGMA wal_checkpoint(TRUNCATE)"), FOR_EVER);
    }

    /**
     * From now on the file grows to this size at most; more is refused as if the disk were full.
     *
     * @return false when it is larger already: then it may not grow at all, until this is called again
     */
    boolean limitBytes(long bytes) throws ArchiveException {
        return write(sql -> {
            long pages = bytes / sql.number("PRAGMA page_size");
            return sql.number("PRAGMA max_page_count = " + pages) <= pages;
        });
    }

    /** Waits for what is under way as long as somebody who sends an alert; a disk that is stuck is left alone. */
    @Override
    public void close() {
        shut(new ArchiveException(Reason.CLOSED, "the archive " + path + " is closed"));
    }

    private static ArchiveException damaged(Path path, String finding) {
        return new ArchiveException(
                Reason.DAMAGED,
                "the archive " + path + " is damaged (" + finding
                        + "); it was left as it is: move it away, with " + path.getFileName()
                        + "-wal if there is one, and start again; `sqlite3 FILE .recover` may save what is in it");
    }

    private static String nativeFolder() {
        return System.getProperty("org.sqlite.tmpdir", System.getProperty("java.io.tmpdir", "/tmp"));
    }

    private static ArchiveException failure(Path path, SQLException e) {
        int code = e.getErrorCode();
        return switch (code == SQLITE_IOERR_SHMSIZE ? SQLITE_FULL : code & 0xff) {
            case SQLITE_FULL ->
                new ArchiveException(
                        Reason.FULL,
                        "the archive " + path + " cannot grow, its disk or its own bound is full: " + e.getMessage(),
                        e);
            case SQLITE_READONLY ->
                new ArchiveException(Reason.FULL, "the archive " + path + " cannot be written: " + e.getMessage(), e);
            case SQLITE_CORRUPT -> damaged(path, String.valueOf(e.getMessage()));
            case SQLITE_NOTADB ->
                new ArchiveException(
                        Reason.DAMAGED, "the file " + path + " is no SQLite database; it was left as it is", e);
            case 0 ->
                new ArchiveException(
                        Reason.FAILED,
                        "the archive " + path + ": " + e.getMessage() + "; where that is SQLite's native library, which"
                                + " is unpacked into " + nativeFolder()
                                + ", that folder may be read-only or mounted noexec: -Dorg.sqlite.tmpdir=DIRECTORY gives"
                                + " it another one",
                        e);
            default ->
                new ArchiveException(
                        Reason.FAILED, "the archive " + path + ": " + e.getMessage() + " (code " + code + ')', e);
        };
    }

    /** A connection and the one thread that uses it. */
    private final class Channel {
        private final Connection connection;
        private final Sql sql;
        private final ExecutorService thread;
        private final String begin;
        private volatile boolean busy;
        private volatile long begunNanos;

        Channel(String name, Connection connection, String begin) {
            this.connection = connection;
            this.begin = begin;
            this.sql = new Sql(connection);
            this.thread = Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, name);
                thread.setDaemon(true);
                return thread;
            });
        }

        /**
         * Within a transaction. It is begun and ended by hand: on some errors (SQLITE_FULL) SQLite rolls back by
         * itself, after which the driver's rollback fails and begins no new transaction, so that what comes next would
         * be committed piece by piece.
         */
        <T> T run(Work<T> work, Duration patience) throws ArchiveException {
            return alone(
                    unused -> {
                        sql.execute(begin);
                        try {
                            T result = work.run(sql);
                            sql.execute("COMMIT");
                            return result;
                        } catch (SQLException | ArchiveException | RuntimeException | Error e) {
                            rollBack(e);
                            throw e;
                        }
                    },
                    patience);
        }

        private void rollBack(Throwable cause) {
            try {
                sql.execute("ROLLBACK");
            } catch (SQLException e) {
                // Done by SQLite already.
                cause.addSuppressed(e);
            }
        }

        <T> T alone(Work<T> work, Duration patience) throws ArchiveException {
            Future<T> result;
            try {
                result = thread.submit(() -> {
                    begunNanos = System.nanoTime();
                    busy = true;
                    try {
                        return work.run(sql);
                    } finally {
                        busy = false;
                    }
                });
            } catch (RejectedExecutionException ended) {
                throw new ArchiveException(Reason.CLOSED, "the archive " + path + " is closed", ended);
            }
            return await(result, patience);
        }

        /** Whether what is under way has taken longer than a sender waits: who comes now need not wait at all. */
        boolean isHeld() {
            return busy && System.nanoTime() - begunNanos > SENDER.toNanos();
        }

        /** An interrupt does not end the wait: the work goes on, and its caller has to know how it ended. */
        private <T> T await(Future<T> result, Duration patience) throws ArchiveException {
            long until = System.nanoTime() + patience.toNanos();
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return result.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            } catch (TimeoutException e) {
                // Where it has not begun, it never will.
                result.cancel(false);
                throw stuck(path, patience, Optional.of(e));
            } catch (ExecutionException e) {
                throw thrown(e);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private ArchiveException thrown(ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof SQLException sqlFailure) {
                return failure(path, sqlFailure);
            }
            if (cause instanceof ArchiveException failed) {
                return failed;
            }
            if (cause instanceof RuntimeException fault) {
                throw fault;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("work of the archive threw what it cannot throw", cause);
        }

        void close() {
            if (thread.isShutdown()) {
                return;
            }
            Future<Void> ended = thread.submit(() -> {
                connection.close();
                return null;
            });
            thread.shutdown();
            try {
                await(ended, SENDER);
            } catch (ArchiveException e) {
                log.warn("The archive {} is left as it is: {}", path, e.getMessage());
            }
        }
    }
}
