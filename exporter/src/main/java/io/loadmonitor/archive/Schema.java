package io.loadmonitor.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tables, as a row of SQL files: {@code schema/001.sql} makes version 1, each later one makes the next. Table
 * {@code schema_version} says how far a database has come.
 */
final class Schema {
    private static final String VERSION_TABLE = "schema_version";

    private final List<String> scripts;
    private final int version;

    private Schema(List<String> scripts, int version) {
        this.scripts = scripts;
        this.version = version;
    }

    /** Only reads. Refuses a database of another program or of a newer version. */
    static Schema of(Sql sql, Path path) throws SQLException, ArchiveException {
        List<String> scripts = scripts();
        long version = version(sql, path);
        if (version > scripts.size()) {
            throw new ArchiveException(
                    ArchiveException.Reason.CORRUPT,
                    "the archive " + path + " has schema version " + version + ", but this program knows only up to "
                            + scripts.size() + ": it was written by a newer version; it was left as it is");
        }
        return new Schema(scripts, (int) version);
    }

    /** Brings the database to the newest version, one transaction a version. */
    void upgrade(Sql sql) throws SQLException {
        for (int next = version + 1; next <= scripts.size(); next++) {
            sql.execute("BEGIN");
            apply(sql, scripts.get(next - 1));
            if (next == 1) {
                sql.execute("CREATE TABLE " + VERSION_TABLE + " (version INTEGER NOT NULL)");
                sql.update("INSERT INTO " + VERSION_TABLE + " VALUES (?)", next);
            } else {
                sql.update("UPDATE " + VERSION_TABLE + " SET version = ?", next);
            }
            // Whatever fails before: closing the connection rolls back.
            sql.execute("COMMIT");
        }
    }

    private static long version(Sql sql, Path path) throws SQLException, ArchiveException {
        if (sql.number("SELECT count(*) FROM sqlite_master") == 0) {
            return 0;
        }
        if (sql.number(
                        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN (?, 'dump', 'incident')",
                        VERSION_TABLE)
                < 3) {
            throw new ArchiveException(
                    ArchiveException.Reason.CORRUPT,
                    "the file " + path
                            + " is an SQLite database, but no archive of load-monitor; it was left as it is");
        }
        String version = sql.one(row -> String.valueOf(row.getString(1)), "SELECT version FROM " + VERSION_TABLE)
                .orElse("no row");
        if (!version.matches("[1-9][0-9]{0,8}")) {
            throw new ArchiveException(
                    ArchiveException.Reason.CORRUPT,
                    "the archive " + path + " says \"" + version
                            + "\" for its schema version, which is no number from 1 on; it was left as it is");
        }
        return Long.parseLong(version);
    }

    private static void apply(Sql sql, String script) throws SQLException {
        for (String statement : script.split(";[ \t]*(\n|$)")) {
            if (!statement.isBlank()) {
                sql.execute(statement);
            }
        }
    }

    private static List<String> scripts() {
        List<String> scripts = new ArrayList<>();
        for (Optional<String> script = script(1); script.isPresent(); script = script(scripts.size() + 1)) {
            scripts.add(script.get());
        }
        return scripts;
    }

    private static Optional<String> script(int version) {
        String name = String.format("schema/%03d.sql", version);
        try (@Nullable InputStream in = Schema.class.getResourceAsStream(name)) {
            return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name + " from the program's own jar", e);
        }
    }
}
