package io.loadmonitor.archive;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an archive holds under another name than the host's own. When that is all it holds, the host was renamed, or is
 * a container that gets a name anew at each start: everything goes on under the new name. So what waits is taken, an
 * alert that comes again is known, and limits hold on. Methods run within a transaction of {@link Database}.
 */
final class FormerHost {
    private static final Logger log = LoggerFactory.getLogger(FormerHost.class);

    private static final List<String> TABLES = List.of(
            "spell",
            "incident",
            "dump",
            "capture_grant",
            "limit_clock",
            "load_tick",
            "load_parts",
            "signature",
            "dump_signature");

    private FormerHost() {}

    private record Waiting(String host, long captures) {}

    /** @return the name under which all was kept before; empty when nothing was renamed */
    static Optional<String> adopt(Sql sql, String host) throws SQLException {
        List<String> hosts = sql.all(
                row -> row.getString(1),
                "SELECT host FROM incident UNION SELECT host FROM dump UNION SELECT host FROM capture_grant");
        if (hosts.size() == 1 && !hosts.contains(host)) {
            // An empty archive may have been opened under the new name before.
            sql.update("DELETE FROM limit_clock WHERE host = ?", host);
            for (String table : TABLES) {
                sql.update("UPDATE " + table + " SET host = ? WHERE host = ?", host, hosts.get(0));
            }
            return Optional.of(hosts.get(0));
        }
        // Of several hosts, nobody can tell which one this was.
        for (Waiting other : sql.all(
                row -> new Waiting(row.getString(1), row.getLong(2)),
                "SELECT host, count(*) FROM dump WHERE state = 'CAPTURING' AND host <> ? GROUP BY host ORDER BY host",
                host)) {
            log.warn(
                    "{} captures wait in the archive for host {} and are not taken: this host is {}",
                    other.captures(),
                    other.host(),
                    host);
        }
        return Optional.empty();
    }
}
