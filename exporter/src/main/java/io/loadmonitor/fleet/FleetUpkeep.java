package io.loadmonitor.fleet;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the partitions of the days to come and drops those of days that are too old; to be run once a day or more
 * often. Each step is a transaction of its own and waits no longer than some seconds for a lock, so hosts that ship are
 * not held up, and what could not be done is done the next time.
 */
public final class FleetUpkeep {
    /** The days to come that have partitions: so long it may fail unseen before rows go to the default one. */
    static final int DAYS_AHEAD = 7;

    private static final DateTimeFormatter SUFFIX = DateTimeFormatter.ofPattern("uuuuMMdd");

    /** {@code part_20261201} */
    private static final Pattern NAME = Pattern.compile("[a-z_]+_([0-9]{8})");

    private static final int LOCK_MILLIS = 5000;

    private final FleetRetention retention;
    private final int lockMillis;

    public FleetUpkeep(FleetRetention retention) {
        this(retention, LOCK_MILLIS);
    }

    FleetUpkeep(FleetRetention retention, int lockMillis) {
        this.retention = retention;
        this.lockMillis = lockMillis;
    }

    /** One of the tables that have a partition a day. */
    private record Daily(String table, String column, int days) {}

    private List<Daily> tables() {
        return List.of(
                new Daily("dump", "taken_at", retention.partDays()),
                new Daily("part", "taken_at", retention.partDays()),
                new Daily("text", "taken_at", retention.textDays()),
                new Daily("load", "minute", retention.loadDays()),
                new Daily("fleet_load", "minute", retention.fleetLoadDays()));
    }

    /** A thing to do, and what it is for people. */
    private record Step(String words, Work work) {}

    @FunctionalInterface
    private interface Work {
        long run(Connection connection) throws SQLException;
    }

    /**
     * @param done or, of a dry run, to be done; a line each
     * @param failed what could not be done, and why
     */
    public record Report(List<String> done, List<String> failed) {
        public Report {
            done = List.copyOf(done);
            failed = List.copyOf(failed);
        }
    }

    /**
     * @param dryRun only says what it would do
     * @throws FleetException when there is no store of this program's version
     */
    public Report run(FleetAddress address, boolean dryRun) throws FleetException {
        return run(address, dryRun, false);
    }

    /** Only the partitions of the days to come, where they are missing: nothing is deleted. */
    public Report makeDays(FleetAddress address) throws FleetException {
        return run(address, false, true);
    }

    private Report run(FleetAddress address, boolean dryRun, boolean onlyDays) throws FleetException {
        try (Connection connection = address.connect()) {
            int version = FleetSchema.version(connection);
            int newest = new FleetSchema().newest();
            if (version != newest) {
                throw new FleetException(
                        FleetException.Reason.SCHEMA,
                        (version == 0 ? "there is no store there" : "the store has version " + version)
                                + "; this program needs version " + newest + ": run \"fleet init\" first");
            }
            connection.setAutoCommit(false);
            List<Step> steps = onlyDays ? days(connection) : steps(connection);
            connection.rollback();
            List<String> done = new ArrayList<>();
            List<String> failed = new ArrayList<>();
            for (Step step : steps) {
                if (dryRun) {
                    done.add(step.words());
                } else {
                    run(connection, step, done, failed);
                }
            }
            return new Report(done, failed);
        } catch (SQLException e) {
            throw FleetException.of("look after the store", e);
        }
    }

    private void run(Connection connection, Step step, List<String> done, List<String> failed) throws SQLException {
        try {
            FleetSchema.execute(connection, "SET LOCAL lock_timeout = " + lockMillis);
            FleetSchema.execute(connection, "SELECT pg_advisory_xact_lock(1817206092, 2)");
            long rows = step.work().run(connection);
            connection.commit();
            if (rows >= 0) {
                done.add(step.words() + (rows > 0 ? ": " + rows + (rows == 1 ? " row" : " rows") : ""));
            }
        } catch (SQLException e) {
            connection.rollback();
            failed.add(step.words() + ": " + e.getMessage());
        }
    }

    private List<Step> days(Connection connection) throws SQLException {
        LocalDate today = today(connection);
        List<Step> steps = new ArrayList<>();
        for (Daily table : tables()) {
            Map<LocalDate, String> there = partitions(connection, table.table());
            for (LocalDate day = today.minusDays(1); !day.isAfter(today.plusDays(DAYS_AHEAD)); day = day.plusDays(1)) {
                if (!there.containsKey(day) && !day.isBefore(today.minusDays(table.days()))) {
                    steps.add(make(table, day));
                }
            }
        }
        return steps;
    }

    private List<Step> steps(Connection connection) throws SQLException {
        LocalDate today = today(connection);
        List<Step> steps = days(connection);
        for (Daily table : tables()) {
            Map<LocalDate, String> there = partitions(connection, table.table());
            LocalDate oldest = today.minusDays(table.days());
            // Of hosts that were away for long.
            for (LocalDate day : strayDays(connection, table, oldest, today)) {
                if (!there.containsKey(day) && day.isBefore(today.minusDays(1))) {
                    steps.add(make(table, day));
                }
            }
            there.forEach((day, name) -> {
                if (day.isBefore(oldest)) {
                    steps.add(new Step(
                            "drop load_monitor." + name,
                            open -> update(open, "DROP TABLE IF EXISTS load_monitor." + name)));
                }
            });
            steps.add(new Step(
                    "delete from load_monitor." + table.table() + "_other what is older than " + table.days() + " days",
                    open -> quiet(update(
                            open,
                            "DELETE FROM load_monitor." + table.table() + "_other WHERE " + table.column()
                                    + " < now() - interval '" + table.days() + " days' OR " + table.column()
                                    + " > now() + interval '" + table.days() + " days'"))));
        }
        steps.add(delete("incident", "ended_at < now() - interval '" + retention.incidentDays() + " days'"));
        steps.add(delete(
                "incident",
                "ended_at IS NULL AND heard_at < now() - interval '" + retention.incidentDays() + " days'"));
        steps.add(delete("signature", "last_used < current_date - " + retention.wordDays()));
        steps.add(delete(
                "signature_kernel",
                "NOT EXISTS (SELECT 1 FROM load_monitor.signature s WHERE s.id = signature_kernel.sig_id)"));
        steps.add(delete("name", "last_used < current_date - " + retention.wordDays()));
        steps.add(delete("host", "last_seen < now() - interval '" + retention.wordDays() + " days'"));
        steps.add(delete("line", "NOT EXISTS (SELECT 1 FROM load_monitor.host h WHERE h.id = line.host_id)"));
        return steps;
    }

    private static Step delete(String table, String condition) {
        return new Step(
                "delete from load_monitor." + table + " where " + condition,
                open -> quiet(update(open, "DELETE FROM load_monitor." + table + " WHERE " + condition)));
    }

    /** Where nothing was to do, nothing is said. */
    private static long quiet(long rows) {
        return rows == 0 ? -1 : rows;
    }

    /**
     * Beside the table, with what the default partition has of this day, and only then in it: so a day can be made
     * though rows of it have come.
     */
    private static Step make(Daily table, LocalDate day) {
        String name = table.table() + "_" + SUFFIX.format(day);
        String from = "'" + day + " 00:00:00+00'";
        String to = "'" + day.plusDays(1) + " 00:00:00+00'";
        return new Step("make load_monitor." + name, open -> {
            update(
                    open,
                    "CREATE TABLE load_monitor." + name + " (LIKE load_monitor." + table.table()
                            // Rows only come: what is seen by all is to be known early, for scans of the index alone.
                            + " INCLUDING DEFAULTS INCLUDING STORAGE) WITH"
                            + " (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)");
            // Until the day is in, nobody may put a row of it into the default partition.
            update(open, "LOCK TABLE load_monitor." + table.table() + "_other IN EXCLUSIVE MODE");
            long moved = update(
                    open,
                    "WITH moved AS (DELETE FROM load_monitor." + table.table() + "_other WHERE " + table.column()
                            + " >= "
                            + from + " AND " + table.column() + " < " + to + " RETURNING *) INSERT INTO load_monitor."
                            + name + " SELECT * FROM moved");
            update(
                    open,
                    "ALTER TABLE load_monitor." + table.table() + " ATTACH PARTITION load_monitor." + name
                            + " FOR VALUES FROM (" + from + ") TO (" + to + ")");
            return moved;
        });
    }

    private static LocalDate today(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT now()")) {
            rows.next();
            return rows.getObject(1, OffsetDateTime.class)
                    .withOffsetSameInstant(ZoneOffset.UTC)
                    .toLocalDate();
        }
    }

    private static Map<LocalDate, String> partitions(Connection connection, String table) throws SQLException {
        Map<LocalDate, String> days = new TreeMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                        + " WHERE i.inhparent = to_regclass('load_monitor.' || ?)")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Matcher matcher = NAME.matcher(String.valueOf(rows.getString(1)));
                    if (matcher.matches()) {
                        days.put(LocalDate.parse(matcher.group(1), SUFFIX), rows.getString(1));
                    }
                }
            }
        }
        return days;
    }

    private static List<LocalDate> strayDays(Connection connection, Daily table, LocalDate oldest, LocalDate today)
            throws SQLException {
        List<LocalDate> days = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT DISTINCT (" + table.column()
                        + " AT TIME ZONE 'UTC')::date FROM load_monitor." + table.table() + "_other WHERE "
                        + table.column() + " >= '" + oldest + " 00:00:00+00' AND " + table.column() + " < '" + today
                        + " 00:00:00+00' ORDER BY 1")) {
            while (rows.next()) {
                days.add(rows.getObject(1, LocalDate.class));
            }
        }
        return days;
    }

    private static long update(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeLargeUpdate(sql);
        }
    }
}
