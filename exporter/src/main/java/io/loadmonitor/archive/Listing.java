package io.loadmonitor.archive;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Puts a page's SELECT together: the conditions that a query has, and the cursor. Belongs to one thread. */
final class Listing {
    private final StringBuilder sql;
    private final List<Object> values = new ArrayList<>();

    Listing(String select) {
        sql = new StringBuilder(select).append(" WHERE 1 = 1");
    }

    Listing where(String condition, Object... bound) {
        sql.append(" AND ").append(condition);
        values.addAll(List.of(bound));
        return this;
    }

    <V> Listing where(String condition, Optional<V> value) {
        return value.isPresent() ? where(condition, value.get()) : this;
    }

    /** Newest first by the column of microseconds, then by number. */
    <T> Page<T> page(
            Sql connection,
            Sql.RowReader<T> reader,
            String time,
            String id,
            Cursor from,
            int limit,
            Function<T, Cursor> place)
            throws SQLException {
        where("(" + time + " < ? OR " + time + " = ? AND " + id + " < ?)", from.micros(), from.micros(), from.id());
        sql.append(" ORDER BY ").append(time).append(" DESC, ").append(id).append(" DESC LIMIT ?");
        values.add(limit + 1);
        List<T> rows = connection.all(reader, sql.toString(), values.toArray());
        if (rows.size() <= limit) {
            return new Page<>(rows, Optional.empty());
        }
        List<T> items = rows.subList(0, limit);
        return new Page<>(items, Optional.of(place.apply(items.get(limit - 1)).toString()));
    }
}
