package io.loadmonitor.fleet;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The questions that people ask of all hosts. Each is one statement, by a reader's rights; no more than four run at a
 * time, and one that has no answer within ten seconds is given up. Safe for use by several threads.
 */
public final class FleetStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FleetStore.class);

    private static final int CONNECTIONS = 4;
    private static final long WAIT_SECONDS = 5;
    private static final int ANSWER_SECONDS = 10;
    private static final int MOST_ROWS = 1000;

    private final FleetAddress address;
    private final Semaphore places = new Semaphore(CONNECTIONS, true);
    /** Guarded by itself. */
    private final Deque<Connection> idle = new ArrayDeque<>();

    public FleetStore(FleetAddress address) {
        this.address = address;
    }

    /**
     * A place in the kernel that many hosts have and few had before.
     *
     * @param hosts in the window
     * @param hostsBefore of as many sightings before it, a day at most
     * @param firstSeen by any host, ever
     */
    public record Spread(
            String signature,
            long hosts,
            long tasks,
            Instant since,
            Instant latest,
            long hostsBefore,
            Instant firstSeen,
            String cause,
            String title,
            List<String> frames) {
        public Spread {
            frames = List.copyOf(frames);
        }
    }

    /** Mean of the load of all hosts in a stretch of time, by one cause. */
    public record LoadPoint(Instant at, String cause, String title, double load1) {}

    /** A place in the kernel. */
    public record Place(String signature, List<String> frames, String cause, String title, Instant firstSeen) {
        public Place {
            frames = List.copyOf(frames);
        }
    }

    /** A host that has something, and since when and how much. */
    public record Sighting(
            long hostId,
            String host,
            Optional<String> url,
            Optional<String> kernel,
            Optional<Instant> first,
            Instant last,
            long dumps,
            long tasks) {}

    /** A host and what somebody has to know of it. */
    public record Host(
            long id,
            String name,
            Optional<String> url,
            Optional<String> kernel,
            Optional<String> version,
            Instant firstSeen,
            Instant lastSeen,
            OptionalDouble clockAheadSeconds,
            boolean nameIsShared,
            List<String> formerNames,
            boolean wentBack) {
        public Host {
            formerNames = List.copyOf(formerNames);
        }
    }

    public record FleetIncident(
            long hostId,
            String host,
            Optional<String> url,
            long id,
            Instant began,
            Optional<Instant> ended,
            List<String> alerts,
            List<String> causes,
            String headline,
            int dumps) {
        public FleetIncident {
            alerts = List.copyOf(alerts);
            causes = List.copyOf(causes);
        }
    }

    /** Incidents of several hosts that overlap and share a cause. */
    public record Shared(
            String cause,
            String title,
            long hosts,
            long incidents,
            Instant began,
            Optional<Instant> ended,
            boolean lasts,
            List<String> names) {
        public Shared {
            names = List.copyOf(names);
        }
    }

    /** A dump of a host. */
    public record FleetDump(
            Instant takenAt, long number, String trigger, OptionalDouble load1, OptionalInt tasks, String headline) {}

    /** A kernel of the fleet and whether a signature was seen on it. */
    public record Kernel(String release, Optional<Instant> firstSeen, long hosts) {}

    /** A place that only kernels from some release on have. */
    public record NewPlace(Place place, List<String> kernels) {
        public NewPlace {
            kernels = List.copyOf(kernels);
        }
    }

    /** By what hosts are searched for. */
    public enum Search {
        FUNCTION,
        PROGRAM,
        CGROUP;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @FunctionalInterface
    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** What spreads: places that at least so many hosts had in the time up to then. */
    public List<Spread> spreading(Instant upto, Duration within, int leastHosts) throws FleetException {
        return ask(
                row -> new Spread(
                        word(row.getLong("sig_id")),
                        row.getLong("hosts"),
                        row.getLong("tasks"),
                        time(row, "since"),
                        time(row, "latest"),
                        row.getLong("hosts_before"),
                        time(row, "first_seen"),
                        row.getString("cause"),
                        row.getString("title"),
                        texts(row, "frames")),
                "SELECT * FROM load_monitor.spreading(?, CAST(? AS interval), ?)",
                upto,
                within.toSeconds() + " s",
                leastHosts);
    }

    /** The load of all hosts by cause, in steps of so many minutes; causes in the order of their names. */
    public List<LoadPoint> load(Instant from, Instant to, int stepMinutes) throws FleetException {
        return ask(
                20 * MOST_ROWS,
                row -> new LoadPoint(
                        time(row, "at"), row.getString("cause"), row.getString("title"), row.getDouble("load1")),
                """
                SELECT date_bin(CAST(? AS interval), f.minute, timestamptz '2000-01-01 00:00:00+00') AS at,
                    c.name AS cause, c.title, sum(f.load1) / count(DISTINCT f.minute) AS load1
                FROM load_monitor.fleet_load f JOIN load_monitor.cause c ON c.id = f.cause_id
                WHERE f.minute >= ? AND f.minute <= ? GROUP BY 1, 2, 3 ORDER BY 1, 2""",
                stepMinutes + " min",
                from,
                to);
    }

    public Optional<Place> place(String signature) throws FleetException {
        return ask(FleetStore::place, """
                        SELECT s.id AS sig_id, s.frames, c.name AS cause, c.title, s.first_seen
                        FROM load_monitor.signature s JOIN load_monitor.cause c ON c.id = s.cause_id WHERE s.id = ?""", HexFormat.fromHexDigitsToLong(signature)).stream()
                .findFirst();
    }

    /** Hosts that had a signature, those that had it last first. */
    public List<Sighting> hosts(String signature, Instant from, Instant to) throws FleetException {
        return ask(
                row -> new Sighting(
                        row.getLong("host_id"),
                        row.getString("name"),
                        text(row, "url"),
                        text(row, "kernel"),
                        Optional.of(time(row, "first_at")),
                        time(row, "last_at"),
                        row.getLong("dumps"),
                        row.getLong("tasks")),
                "SELECT * FROM load_monitor.signature_hosts(?, ?, ?) ORDER BY last_at DESC, name LIMIT " + MOST_ROWS,
                HexFormat.fromHexDigitsToLong(signature),
                from,
                to);
    }

    /** The kernels of the fleet's hosts, and when a signature was first seen on each. */
    public List<Kernel> kernels(String signature) throws FleetException {
        return ask(
                row -> new Kernel(row.getString("release"), optionalTime(row, "first_seen"), row.getLong("hosts")),
                """
                SELECT k.release, sk.first_seen,
                    (SELECT count(*) FROM load_monitor.host h WHERE h.kernel_id = k.id) AS hosts
                FROM load_monitor.kernel k
                LEFT JOIN load_monitor.signature_kernel sk ON sk.kernel_id = k.id AND sk.sig_id = ?
                ORDER BY k.version, k.release LIMIT 500""",
                HexFormat.fromHexDigitsToLong(signature));
    }

    /** Places that kernels from this release on have and older ones of the fleet have not, the newest first. */
    public List<NewPlace> newSince(String release) throws FleetException {
        return ask(
                row -> new NewPlace(place(row), texts(row, "kernels")),
                "SELECT * FROM load_monitor.new_since_kernel(?)",
                release);
    }

    /** Hosts that had tasks in a function, of a program, or in a control group with these words in its path. */
    public List<Sighting> search(Search by, String words, Instant from, Instant to) throws FleetException {
        return ask(
                row -> new Sighting(
                        row.getLong("host_id"),
                        row.getString("name"),
                        text(row, "url"),
                        Optional.empty(),
                        Optional.empty(),
                        time(row, "last_at"),
                        0,
                        row.getLong("tasks")),
                "SELECT * FROM load_monitor.hosts_by_" + by.word() + "(?, ?, ?) ORDER BY tasks DESC, name LIMIT "
                        + MOST_ROWS,
                words,
                from,
                to);
    }

    /** Incidents that lasted in that time, those that last and the newest first. */
    public List<FleetIncident> incidents(Instant from, Instant to, boolean openOnly) throws FleetException {
        return ask(FleetStore::incident, """
                SELECT i.*, h.name, h.url FROM load_monitor.incident i JOIN load_monitor.host h ON h.id = i.host_id
                WHERE i.began_at <= ? AND (i.ended_at IS NULL OR i.ended_at >= ? AND NOT ?)
                ORDER BY i.ended_at IS NULL DESC, i.began_at DESC LIMIT 200""", to, from, openOnly);
    }

    /** Incidents of several hosts that overlap in time and share a cause. */
    public List<Shared> shared(Instant from, Instant to) throws FleetException {
        return ask(
                row -> new Shared(
                        row.getString("cause"),
                        row.getString("title"),
                        row.getLong("hosts"),
                        row.getLong("incidents"),
                        time(row, "began_at"),
                        optionalTime(row, "ended_at"),
                        row.getBoolean("lasts"),
                        texts(row, "names")),
                "SELECT * FROM load_monitor.shared_incidents(?, ?)",
                from,
                to);
    }

    /** Hosts of this name: one, but where two have the same. */
    public List<Host> named(String name) throws FleetException {
        return ask(
                row -> new Host(
                        row.getLong("id"),
                        row.getString("name"),
                        text(row, "url"),
                        text(row, "kernel"),
                        text(row, "version"),
                        time(row, "first_seen"),
                        time(row, "last_seen"),
                        row.getObject("ahead") == null
                                ? OptionalDouble.empty()
                                : OptionalDouble.of(row.getDouble("ahead")),
                        row.getBoolean("name_is_shared"),
                        texts(row, "former_names"),
                        row.getBoolean("went_back")),
                "SELECT *, extract(epoch FROM clock_ahead)::float8 AS ahead FROM load_monitor.hosts WHERE name = ?"
                        + " ORDER BY last_seen DESC LIMIT 50",
                name);
    }

    /** How many hosts have been heard of in that time by the store's clock. */
    public long hostsSince(Instant from) throws FleetException {
        return ask(row -> row.getLong(1), "SELECT count(*) FROM load_monitor.host WHERE last_seen >= ?", from)
                .get(0);
    }

    /** The newest dumps of a host. */
    public List<FleetDump> dumps(long host, Instant from, Instant to) throws FleetException {
        return ask(
                row -> new FleetDump(
                        time(row, "taken_at"),
                        row.getLong("number"),
                        row.getString("trigger"),
                        row.getObject("load1") == null
                                ? OptionalDouble.empty()
                                : OptionalDouble.of(row.getDouble("load1")),
                        OptionalInt.of(row.getInt("tasks")),
                        row.getString("headline")),
                """
                SELECT taken_at, number, trigger, load1, tasks, headline FROM load_monitor.dump
                WHERE host_id = ? AND taken_at >= ? AND taken_at <= ? ORDER BY taken_at DESC LIMIT 100""",
                (int) host,
                from,
                to);
    }

    /** The incidents of a host, the newest first. */
    public List<FleetIncident> incidentsOf(long host) throws FleetException {
        return ask(FleetStore::incident, """
                SELECT i.*, h.name, h.url FROM load_monitor.incident i JOIN load_monitor.host h ON h.id = i.host_id
                WHERE i.host_id = ? ORDER BY i.began_at DESC LIMIT 100""", (int) host);
    }

    /** What is in the way of answers; empty when nothing is. */
    public Optional<String> obstacle() {
        try {
            int version = ask(row -> row.getInt(1), "SELECT max(version) FROM load_monitor.schema_version")
                    .get(0);
            int newest = new FleetSchema().newest();
            return version == newest
                    ? Optional.empty()
                    : Optional.of("the store has version " + version + "; this program needs version " + newest);
        } catch (FleetException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static Place place(ResultSet row) throws SQLException {
        return new Place(
                word(row.getLong("sig_id")),
                texts(row, "frames"),
                row.getString("cause"),
                row.getString("title"),
                time(row, "first_seen"));
    }

    private static FleetIncident incident(ResultSet row) throws SQLException {
        return new FleetIncident(
                row.getLong("host_id"),
                row.getString("name"),
                text(row, "url"),
                row.getLong("id"),
                time(row, "began_at"),
                optionalTime(row, "ended_at"),
                texts(row, "alerts"),
                texts(row, "causes"),
                row.getString("headline"),
                row.getInt("dumps"));
    }

    private static String word(long signature) {
        return HexFormat.of().toHexDigits(signature);
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static Optional<Instant> optionalTime(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    private static Optional<String> text(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return array == null ? List.of() : List.of((String[]) array.getArray());
    }

    private <T> List<T> ask(Row<T> reader, String sql, Object... values) throws FleetException {
        return ask(MOST_ROWS, reader, sql, values);
    }

    private <T> List<T> ask(int mostRows, Row<T> reader, String sql, Object... values) throws FleetException {
        boolean entered = false;
        try {
            entered = places.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!entered) {
            throw new FleetException(FleetException.Reason.BUSY, "too many ask the store at once");
        }
        try {
            return answered(mostRows, reader, sql, values);
        } finally {
            places.release();
        }
    }

    private <T> List<T> answered(int mostRows, Row<T> reader, String sql, Object... values) throws FleetException {
        Optional<Connection> kept = taken();
        if (kept.isPresent()) {
            try {
                return run(kept.get(), mostRows, reader, sql, values);
            } catch (SQLException e) {
                close(kept.get());
                if (FleetException.of("ask", e).reason() != FleetException.Reason.UNREACHABLE) {
                    throw FleetException.of("ask " + address, e);
                }
                // The server was started anew since: once more, by a new connection.
                LOG.debug("a connection to the store was closed", e);
            }
        }
        Connection fresh = address.connect();
        try {
            return run(fresh, mostRows, reader, sql, values);
        } catch (SQLException e) {
            close(fresh);
            throw FleetException.of("ask " + address, e);
        }
    }

    private <T> List<T> run(Connection connection, int mostRows, Row<T> reader, String sql, Object... values)
            throws SQLException {
        List<T> all = new ArrayList<>();
        // Whoever fails does not give it back, so it is closed in whatever state it is.
        connection.setAutoCommit(false);
        try (Statement setting = connection.createStatement()) {
            // To compile a question takes longer than to answer it. Of the transaction alone: a pooler keeps nothing.
            setting.execute("SET LOCAL jit = off");
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setQueryTimeout(ANSWER_SECONDS);
            statement.setMaxRows(mostRows);
            for (int i = 0; i < values.length; i++) {
                if (values[i] instanceof Instant time) {
                    statement.setObject(i + 1, time.atOffset(ZoneOffset.UTC), Types.TIMESTAMP_WITH_TIMEZONE);
                } else {
                    statement.setObject(i + 1, values[i]);
                }
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    all.add(reader.read(rows));
                }
            }
        }
        connection.commit();
        give(connection);
        return all;
    }

    private Optional<Connection> taken() {
        synchronized (idle) {
            return Optional.ofNullable(idle.poll());
        }
    }

    private void give(Connection connection) {
        synchronized (idle) {
            idle.push(connection);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("a connection to the store could not be closed in order", e);
        }
    }

    @Override
    public void close() {
        synchronized (idle) {
            idle.forEach(FleetStore::close);
            idle.clear();
        }
    }
}
