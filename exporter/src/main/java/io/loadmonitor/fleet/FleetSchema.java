package io.loadmonitor.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The store's tables, as a row of SQL files: {@code schema/001.sql} makes version 1, each later one makes the next.
 * What has no rows (functions, views, rights) is put in anew whenever this program brings the store to its version.
 */
public final class FleetSchema {
    static final String HOSTS = "load_monitor_host";
    static final String READERS = "load_monitor_reader";

    private static final int LEAST_SERVER = 150000;

    private static final List<String> ANEW = List.of("ingest", "questions", "rights");

    private final List<String> scripts = scripts();

    /** The version that this program makes. */
    public int newest() {
        return scripts.size();
    }

    /**
     * What is to be done.
     *
     * @param from version of the store; 0 where there is none
     * @param roles that are missing
     */
    public record Plan(int from, int to, List<String> roles) {
        public Plan {
            roles = List.copyOf(roles);
        }

        /** A line each, for people. */
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add(
                    from == 0
                            ? "there is no store yet: make schema load_monitor, version " + to
                            : from == to
                                    ? "the store has version " + to + ", the newest: its tables stay as they are"
                                    : "the store has version " + from + ": bring it to version " + to);
            roles.forEach(role -> lines.add("create role " + role + " (without login)"));
            lines.add("put in functions, views and rights of version " + to);
            return lines;
        }
    }

    /** Only reads. Refuses a server that is too old and a store that is newer than this program. */
    public Plan plan(FleetAddress address) throws FleetException {
        try (Connection connection = address.connect()) {
            return plan(connection);
        } catch (SQLException e) {
            throw FleetException.of("read the store's version", e);
        }
    }

    private Plan plan(Connection connection) throws SQLException, FleetException {
        long server = number(connection, "SELECT current_setting('server_version_num')::int");
        if (server < LEAST_SERVER) {
            throw new FleetException(
                    FleetException.Reason.SCHEMA,
                    "the server has version " + server / 10000 + "; the store needs PostgreSQL 15 or later");
        }
        int version = version(connection);
        if (version > newest()) {
            throw new FleetException(
                    FleetException.Reason.SCHEMA,
                    "the store has version " + version + ", but this program knows only up to " + newest()
                            + ": a newer one made it; nothing was changed");
        }
        List<String> roles = new ArrayList<>();
        for (String role : List.of(HOSTS, READERS)) {
            if (number(connection, "SELECT count(*) FROM pg_roles WHERE rolname = '" + role + "'") == 0) {
                roles.add(role);
            }
        }
        return new Plan(version, newest(), roles);
    }

    /** 0 where there is no store. */
    static int version(Connection connection) throws SQLException, FleetException {
        if (number(connection, "SELECT count(*) FROM pg_namespace WHERE nspname = 'load_monitor'") == 0) {
            return 0;
        }
        if (number(connection, "SELECT count(*) FROM pg_class WHERE oid = to_regclass('load_monitor.schema_version')")
                == 0) {
            throw new FleetException(
                    FleetException.Reason.SCHEMA,
                    "the database has a schema load_monitor that this program did not make (no table schema_version);"
                            + " it was left as it is");
        }
        return (int) number(connection, "SELECT max(version) FROM load_monitor.schema_version");
    }

    /**
     * Makes the store, or brings it to this program's version: all of it or nothing.
     *
     * @return what was done
     */
    public Plan apply(FleetAddress address) throws FleetException {
        return apply(address, newest());
    }

    /** For tests: an older one. */
    Plan apply(FleetAddress address, int to) throws FleetException {
        try (Connection connection = address.connect()) {
            connection.setAutoCommit(false);
            execute(connection, "SET LOCAL lock_timeout = '30s'");
            // One at a time, whoever else does the same at this moment.
            execute(connection, "SELECT pg_advisory_xact_lock(1817206092, 1)");
            Plan plan = plan(connection);
            for (String role : plan.roles()) {
                execute(connection, "CREATE ROLE " + role + " NOLOGIN");
            }
            if (plan.from() == 0) {
                execute(connection, "CREATE SCHEMA load_monitor");
                execute(
                        connection,
                        "CREATE TABLE load_monitor.schema_version (version int PRIMARY KEY,"
                                + " made_at timestamptz NOT NULL DEFAULT now())");
            }
            for (int next = plan.from() + 1; next <= to; next++) {
                execute(connection, scripts.get(next - 1));
                execute(connection, "INSERT INTO load_monitor.schema_version (version) VALUES (" + next + ")");
            }
            if (to == newest()) {
                for (String name : ANEW) {
                    execute(connection, script(name).orElseThrow());
                }
            }
            connection.commit();
            return new Plan(plan.from(), to, plan.roles());
        } catch (SQLException e) {
            FleetException failure = FleetException.of("make the store", e);
            throw failure.reason() == FleetException.Reason.RIGHTS
                    ? new FleetException(
                            failure.reason(),
                            failure.getMessage() + " (the user needs CREATE in the database; a role that is missing"
                                    + " can also be made by an administrator: CREATE ROLE " + HOSTS
                                    + " NOLOGIN; CREATE ROLE " + READERS + " NOLOGIN)",
                            e)
                    : failure;
        }
    }

    static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> scripts() {
        List<String> scripts = new ArrayList<>();
        for (Optional<String> script = script(number(1));
                script.isPresent();
                script = script(number(scripts.size() + 1))) {
            scripts.add(script.get());
        }
        return scripts;
    }

    private static String number(int version) {
        return String.format(Locale.ROOT, "%03d", version);
    }

    private static Optional<String> script(String name) {
        String file = "schema/" + name + ".sql";
        try (@Nullable InputStream in = FleetSchema.class.getResourceAsStream(file)) {
            return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + " from the program's own jar", e);
        }
    }
}
