package io.loadmonitor.archive;

import io.loadmonitor.archive.ArchiveException.Reason;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The SQLite file's two connections: one that writes, one that reads what is committed, each used by one thread at a
 * time. In WAL mode a reader never waits for the writer. With {@code synchronous=FULL} the log is flushed to the disk
 * (fsync) at every commit, so what was committed survives a loss of power, too.
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

    /** Another process (a person's sqlite3, a backup) may hold the file for a moment. */
    private static final int BUSY_TIMEOUT_MILLIS = 5000;

    /** Beyond it a file is not checked page by page at each start; a damaged page is then told when it is read. */
    private static final int CHECKED_PAGES = 4096;

    private final Path path;
    private final Channel writer;
    private final Channel reader;

    private Database(Path path, Connection writer, Connection reader) {
        this.path = path;
        this.writer = new Channel(writer);
        this.reader = new Channel(reader);
    }

    /** Work within one transaction: all of it is committed, or nothing. */
    @FunctionalInterface
    interface Work<T> {
        T run(Sql sql) throws SQLException, ArchiveException;
    }

    /** Opens the file, made by {@link ArchiveFile}; empty for a new archive. Changes nothing in a damaged one. */
    static Database open(Path path) throws ArchiveException {
        Optional<Connection> writer = Optional.empty();
        try {
            Connection connection = connect(path);
            writer = Optional.of(connection);
            Sql sql = new Sql(connection);
            if (sql.number("PRAGMA page_count") == 0) {
                // Before the first table, or it takes effect only after a VACUUM.
                sql.execute("PRAGMA auto_vacuum = INCREMENTAL");
            } else {
                check(sql, path);
            }
            // Before the first write, and WAL mode is written into the file.
            Schema schema = Schema.of(sql, path);
            sql.execute("PRAGMA journal_mode = WAL");
            sql.execute("PRAGMA synchronous = FULL");
            sql.execute("PRAGMA journal_size_limit = 16777216");
            schema.upgrade(sql);
            Connection reader = connect(path);
            new Sql(reader).execute("PRAGMA query_only = ON");
            return new Database(path, connection, reader);
        } catch (SQLException e) {
            closeQuietly(writer, e);
            throw failure(path, e);
        } catch (ArchiveException e) {
            closeQuietly(writer, e);
            throw e;
        }
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

    /** Runs work that writes. When it returns, it is on the disk. */
    <T> T write(Work<T> work) throws ArchiveException {
        return writer.run(work);
    }

    /** Runs work that only reads, on what is committed as of its start. */
    <T> T read(Work<T> work) throws ArchiveException {
        return reader.run(work);
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
        writer.alone(sql -> sql.one(row -> row.getInt(1), "PRAGMA wal_checkpoint(TRUNCATE)"));
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

    @Override
    public void close() {
        reader.close();
        // The last to close: it takes the log into the file.
        writer.close();
    }

    private static ArchiveException damaged(Path path, String finding) {
        return new ArchiveException(
                Reason.CORRUPT,
                "the archive " + path + " is damaged (" + finding
                        + "); it was left as it is: move it away, with " + path.getFileName()
                        + "-wal if there is one, and start again; `sqlite3 FILE .recover` may save what is in it");
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
                        Reason.CORRUPT, "the file " + path + " is no SQLite database; it was left as it is", e);
            default ->
                new ArchiveException(
                        Reason.FAILED, "the archive " + path + ": " + e.getMessage() + " (code " + code + ')', e);
        };
    }

    /** A connection that one thread at a time uses. */
    private final class Channel {
        private final ReentrantLock lock = new ReentrantLock();
        private final Connection connection;
        private final Sql sql;
        private boolean closed;

        Channel(Connection connection) {
            this.connection = connection;
            this.sql = new Sql(connection);
        }

        /**
         * Within a transaction. It is begun and ended by hand: on some errors (SQLITE_FULL) SQLite rolls back by
         * itself, after which the driver's rollback fails and begins no new transaction, so that what comes next would
         * be committed piece by piece.
         */
        <T> T run(Work<T> work) throws ArchiveException {
            return alone(unused -> {
                sql.execute("BEGIN");
                try {
                    T result = work.run(sql);
                    sql.execute("COMMIT");
                    return result;
                } catch (SQLException | ArchiveException | RuntimeException e) {
                    rollBack(e);
                    throw e;
                }
            });
        }

        private void rollBack(Exception cause) {
            try {
                sql.execute("ROLLBACK");
            } catch (SQLException e) {
                // Done by SQLite already.
                cause.addSuppressed(e);
            }
        }

        <T> T alone(Work<T> work) throws ArchiveException {
            lock.lock();
            try {
                if (closed) {
                    throw new ArchiveException(Reason.CLOSED, "the archive " + path + " is closed");
                }
                return work.run(sql);
            } catch (SQLException e) {
                throw failure(path, e);
            } finally {
                lock.unlock();
            }
        }

        void close() {
            lock.lock();
            try {
                closed = true;
                connection.close();
            } catch (SQLException e) {
                throw new IllegalStateException("cannot close the archive " + path, e);
            } finally {
                lock.unlock();
            }
        }
    }
}
