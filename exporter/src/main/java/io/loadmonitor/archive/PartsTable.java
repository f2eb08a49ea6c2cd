package io.loadmonitor.archive;

import io.loadmonitor.json.JsonReader;
import io.loadmonitor.json.JsonValue;
import io.loadmonitor.json.JsonWriter;
import io.loadmonitor.json.MalformedJsonException;
import io.loadmonitor.sample.DecomposedLoad;
import io.loadmonitor.sample.LoadTickParts;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The table load_parts. Methods run within a transaction of {@link Database}. */
final class PartsTable {
    /** How long before an incident and after it the parts are kept. */
    static final Duration AROUND = Duration.ofMinutes(15);

    /** Of one incident with the time around it. An hour of ticks; of a longer one every few. */
    static final int MOST_POINTS = 720;

    /** In one answer: as many as several incidents that lie close together may have. */
    private static final int MOST_READ = 5_000;

    /** Rows at most, and as a share of the archive's bytes: a row takes some 150. */
    private static final int MOST_ROWS = 100_000;

    private static final int BYTES_FOR_A_ROW = 2048;
    private static final long TICK_MICROS = 5_000_000;
    private static final double THOUSANDTHS = 1000;

    private static final Logger log = LoggerFactory.getLogger(PartsTable.class);
    private static final JsonWriter WRITER = new JsonWriter();
    private static final JsonReader READER = new JsonReader();

    private PartsTable() {}

    /** The time of an incident with what lies around it; without an end while it lasts. */
    record Window(Instant from, Optional<Instant> to) {
        boolean holds(Instant time) {
            return !time.isBefore(from) && (to.isEmpty() || !time.isAfter(to.get()));
        }
    }

    /** Of the host's own incidents, those that reach to this time or beyond it. */
    static List<Window> windows(Sql sql, String host, Instant since) throws SQLException {
        return sql.all(
                row -> new Window(
                        Sql.time(row, "began_us").minus(AROUND),
                        Sql.optionalTime(row, "ended_us").map(end -> end.plus(AROUND))),
                "SELECT began_us, ended_us FROM incident WHERE host = ? AND is_foreign = 0"
                        + " AND (ended_us IS NULL OR ended_us >= ?)",
                host,
                since.minus(AROUND));
    }

    /** Stores those that are not there yet, and thins out what has become too many around an incident. */
    static void put(Sql sql, String host, List<LoadTickParts> ticks, List<Window> windows) throws SQLException {
        for (LoadTickParts tick : ticks) {
            sql.update("""
                    INSERT INTO load_parts (host, time_us, active, load1, looked, parts) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (host, time_us) DO NOTHING""", host, tick.at(), tick.active(), tick.load1(), tick.looked() ? 1 : 0, text(tick));
        }
        for (Window window : windows) {
            if (ticks.stream().anyMatch(tick -> window.holds(tick.at()))) {
                thin(sql, host, window);
            }
        }
    }

    /**
     * Where there are too many, the one with the highest load of each piece of the time. A piece is 5 s doubled so often
     * that half as many are left; so those of a longer incident are made of whole ones of a shorter, and however often
     * this is done, nothing is further from the next than two pieces.
     */
    private static void thin(Sql sql, String host, Window window) throws SQLException {
        long from = Sql.micros(window.from());
        long to = window.to().isPresent() ? Sql.micros(window.to().get()) : Long.MAX_VALUE;
        String within = " FROM load_parts WHERE host = ? AND time_us >= ? AND time_us <= ?";
        if (sql.number("SELECT count(*)" + within, host, from, to) <= MOST_POINTS) {
            return;
        }
        long length = sql.number("SELECT max(time_us) - min(time_us)" + within, host, from, to);
        long piece = TICK_MICROS;
        while (length / piece >= MOST_POINTS / 2) {
            piece *= 2;
        }
        sql.update("""
                DELETE FROM load_parts WHERE host = ? AND time_us IN (SELECT time_us FROM (
                    SELECT time_us, row_number() OVER (
                        PARTITION BY time_us / ? ORDER BY load1 DESC, COALESCE(active, -1) DESC, time_us) AS place
                    FROM load_parts WHERE host = ? AND time_us >= ? AND time_us <= ?)
                  WHERE place > 1)""", host, piece, host, from, to);
    }

    /** Both ends included, the oldest first. */
    static List<LoadTickParts> between(Sql sql, String host, Instant from, Instant to) throws SQLException {
        return sql.all(PartsTable::tick, """
                        SELECT time_us, active, load1, looked, parts FROM load_parts
                        WHERE host = ? AND time_us >= ? AND time_us <= ? ORDER BY time_us LIMIT ?""", host, from, to, MOST_READ).stream()
                .flatMap(Optional::stream)
                .toList();
    }

    /** Deletes what lies around no incident any more, of the time around one that was deleted. */
    static void deleteAround(Sql sql, String host, Instant began, Optional<Instant> ended) throws SQLException {
        long around = AROUND.toNanos() / 1000;
        sql.update(
                """
                DELETE FROM load_parts WHERE host = ? AND time_us >= ? AND time_us <= ? AND NOT EXISTS (
                  SELECT 1 FROM incident i WHERE i.host = load_parts.host AND i.is_foreign = 0
                    AND i.began_us <= load_parts.time_us + ?
                    AND (i.ended_us IS NULL OR i.ended_us >= load_parts.time_us - ?))""",
                host,
                began.minus(AROUND),
                ended.map(end -> Sql.micros(end.plus(AROUND))).orElse(Long.MAX_VALUE),
                around,
                around);
    }

    /** Leaves one tick a minute of what is older: the one with the highest load. */
    static long thin(Sql sql, Instant before) throws SQLException {
        return sql.update("""
                DELETE FROM load_parts WHERE (host, time_us) IN (SELECT host, time_us FROM (
                    SELECT host, time_us, row_number() OVER (
                        PARTITION BY host, time_us / 60000000
                        ORDER BY load1 DESC, COALESCE(active, -1) DESC, time_us) AS place
                    FROM load_parts WHERE time_us < ?)
                  WHERE place > 1)""", before);
    }

    /** Deletes the oldest beyond 100,000 rows or beyond their share of the archive's bytes. */
    static long prune(Sql sql, Retention retention) throws SQLException {
        long most = Math.min(MOST_ROWS, retention.maxBytes() / BYTES_FOR_A_ROW);
        long excess = sql.number("SELECT count(*) FROM load_parts") - most;
        return excess <= 0 ? 0 : sql.update("""
                        DELETE FROM load_parts WHERE (host, time_us) IN (
                          SELECT host, time_us FROM load_parts ORDER BY time_us LIMIT ?)""", excess);
    }

    /** What is not seen is what is missing to the load, and not stored. */
    private static String text(LoadTickParts tick) {
        Map<String, List<Long>> parts = new TreeMap<>();
        TreeSet<String> causes = new TreeSet<>(tick.load1ByCause().keySet());
        causes.addAll(tick.tasks().keySet());
        causes.remove(DecomposedLoad.UNSEEN);
        for (String cause : causes) {
            long part = Math.round(tick.load1ByCause().getOrDefault(cause, 0.0) * THOUSANDTHS);
            long tasks = tick.tasks().getOrDefault(cause, 0);
            if (part > 0 || tasks > 0) {
                parts.put(cause, List.of(part, tasks));
            }
        }
        return new String(WRITER.bytes(parts), StandardCharsets.UTF_8);
    }

    /** Empty where the row is not what was stored: one odd row must not spoil a list of good ones. */
    private static Optional<LoadTickParts> tick(ResultSet row) throws SQLException {
        Instant at = Sql.time(row, "time_us");
        double load1 = row.getDouble("load1");
        OptionalInt active = Sql.optionalInt(row, "active");
        String text = String.valueOf(row.getString("parts"));
        Map<String, Integer> tasks = new HashMap<>();
        Map<String, Double> byCause = new HashMap<>();
        long seen = 0;
        try {
            Map<String, JsonValue> fields = READER.read(text.getBytes(StandardCharsets.UTF_8))
                    .fields()
                    .orElseThrow(() -> new IllegalArgumentException("not an object"));
            for (Map.Entry<String, JsonValue> field : fields.entrySet()) {
                List<JsonValue> numbers = field.getValue().items().orElse(List.of());
                long part = number(numbers, 0);
                int count = Math.toIntExact(number(numbers, 1));
                seen += part;
                if (part > 0) {
                    byCause.put(field.getKey(), part / THOUSANDTHS);
                }
                if (count > 0) {
                    tasks.put(field.getKey(), count);
                }
            }
            byCause.put(DecomposedLoad.UNSEEN, Math.max(0, Math.round(load1 * THOUSANDTHS) - seen) / THOUSANDTHS);
            return Optional.of(new LoadTickParts(at, active, load1, tasks, byCause, row.getInt("looked") != 0));
        } catch (MalformedJsonException | IllegalArgumentException | ArithmeticException e) {
            log.error("The parts of the load at {} are stored as \"{}\", which is none: {}", at, text, e.getMessage());
            return Optional.empty();
        }
    }

    private static long number(List<JsonValue> numbers, int index) {
        if (index >= numbers.size() || numbers.get(index).whole().isEmpty()) {
            throw new IllegalArgumentException("a cause without two numbers");
        }
        return numbers.get(index).whole().getAsLong();
    }
}
