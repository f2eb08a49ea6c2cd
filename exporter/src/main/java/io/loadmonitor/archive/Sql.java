package io.loadmonitor.archive;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Statements with their values bound, on one connection. Belongs to the thread that has the connection. */
final class Sql {
    private static final Instant EPOCH = Instant.EPOCH;

    private final Connection connection;

    Sql(Connection connection) {
        this.connection = connection;
    }

    /** Reads one row. */
    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Runs a statement without values to its end; what it answers is dropped. */
    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Not execute(): that takes one step only, and incremental_vacuum frees one page a step.
            statement.executeUpdate(sql);
        }
    }

    /** How many rows it changed. Optional values are bound as what they hold, empty ones as NULL. */
    int update(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values)) {
            return statement.executeUpdate();
        }
    }

    /** The number that a new row got; the statement ends with {@code RETURNING id}. */
    long insert(String sql, Object... values) throws SQLException {
        return one(row -> row.getLong(1), sql, values).orElseThrow();
    }

    <T> List<T> all(RowReader<T> reader, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values);
                ResultSet rows = statement.executeQuery()) {
            List<T> all = new ArrayList<>();
            while (rows.next()) {
                all.add(reader.read(rows));
            }
            return all;
        }
    }

    <T> Optional<T> one(RowReader<T> reader, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
        }
    }

    /** The one number that the statement gives. */
    long number(String sql, Object... values) throws SQLException {
        return one(row -> row.getLong(1), sql, values).orElseThrow();
    }

    PreparedStatement prepare(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < values.length; i++) {
                bind(statement, i + 1, values[i]);
            }
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    private static void bind(PreparedStatement statement, int index, Object value) throws SQLException {
        if (value instanceof Optional<?> optional) {
            if (optional.isPresent()) {
                bind(statement, index, optional.get());
            } else {
                statement.setObject(index, null);
            }
        } else if (value instanceof OptionalLong optional) {
            statement.setObject(index, optional.isPresent() ? (Object) optional.getAsLong() : null);
        } else if (value instanceof OptionalInt optional) {
            statement.setObject(index, optional.isPresent() ? (Object) optional.getAsInt() : null);
        } else if (value instanceof OptionalDouble optional) {
            statement.setObject(index, optional.isPresent() ? (Object) optional.getAsDouble() : null);
        } else if (value instanceof Instant time) {
            statement.setLong(index, micros(time));
        } else if (value instanceof Boolean flag) {
            statement.setInt(index, flag ? 1 : 0);
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(index, bytes);
        } else if (value instanceof Enum<?> constant) {
            statement.setString(index, constant.name());
        } else {
            statement.setObject(index, value);
        }
    }

    /**
     * Microseconds since 1970, rounded down. Not by {@code Instant.until}, which goes by nanoseconds on Java 17 and
     * holds no more than 292 years of them.
     */
    static long micros(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1000);
    }

    /** The constant of this name; another one where the column has a word that this version does not know. */
    static <E extends Enum<E>> E constant(ResultSet row, String column, E otherwise) throws SQLException {
        String name = row.getString(column);
        for (E constant : otherwise.getDeclaringClass().getEnumConstants()) {
            if (constant.name().equals(name)) {
                return constant;
            }
        }
        return otherwise;
    }

    static Instant time(long micros) {
        return EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return time(row.getLong(column));
    }

    static Optional<Instant> optionalTime(ResultSet row, String column) throws SQLException {
        long micros = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(time(micros));
    }

    static Optional<String> optionalText(ResultSet row, String column) throws SQLException {
        @Nullable String text = row.getString(column);
        return Optional.ofNullable(text);
    }

    static OptionalLong optionalLong(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
    }

    static OptionalInt optionalInt(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? OptionalInt.empty() : OptionalInt.of(value);
    }

    static OptionalDouble optionalDouble(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
