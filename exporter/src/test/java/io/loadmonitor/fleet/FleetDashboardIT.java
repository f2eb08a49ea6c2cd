package io.loadmonitor.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each query of the dashboard, as Grafana's PostgreSQL data source would send it, on a real PostgreSQL. */
final class FleetDashboardIT {
    private static final Path DASHBOARD = Path.of("../grafana/fleet/load-monitor-fleet.json");
    private static final Path OF_HOSTS = Path.of("../grafana/dashboards/load-monitor.json");

    @TempDir
    Path folder;

    @Test
    void eachQueryAnswersWithTheColumnsThatItsPanelNeeds() throws Exception {
        Map<String, String> columns = new TreeMap<>(Map.of(
                "1", "time metric value",
                "2", "signature title hosts hosts_before tasks since frames",
                "3", "host began ended alerts headline dumps page",
                "4", "title hosts incidents began ended names",
                "5", "level value self label"));
        try (PostgresServer server = PostgresServer.start("fsync=off")) {
            String database = server.database("dashboard");
            new FleetSchema().apply(server.address(database));
            new FleetUpkeep(FleetRetention.DEFAULT).run(server.address(database), false);
            server.user("a_host", FleetSchema.HOSTS);
            server.user("grafana", FleetSchema.READERS);
            for (int i = 0; i < 4; i++) {
                try (FleetArchive host =
                        FleetArchive.open(folder.resolve(i + ".db"), "web-" + i, server.address(database, "a_host"))) {
                    host.fill(1, 3).shipAll();
                }
            }
            server.execute(
                    database,
                    "INSERT INTO load_monitor.fleet_load SELECT date_trunc('minute', now()) - interval '5 min', id, 0, 1.5,"
                            + " 1 FROM load_monitor.cause");
            JsonNode panels = new ObjectMapper().readTree(DASHBOARD.toFile()).path("panels");
            try (Connection reader = server.address(database, "grafana").connect();
                    Statement statement = reader.createStatement()) {
                for (JsonNode panel : panels) {
                    String place = "panel " + panel.path("id") + ", "
                            + panel.path("title").asText();
                    String sql = interpolated(
                            panel.path("targets").path(0).path("rawSql").asText());
                    assertFalse(sql.contains("$"), place + ": a macro is left in " + sql);
                    try (ResultSet rows = statement.executeQuery(sql)) {
                        List<String> names = new ArrayList<>();
                        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                            names.add(rows.getMetaData().getColumnName(i));
                        }
                        assertEquals(columns.remove(panel.path("id").asText()), String.join(" ", names), place);
                        assertTrue(rows.next(), place + " is empty: " + sql);
                        if (panel.path("type").asText().equals("flamegraph")) {
                            assertNested(rows);
                        }
                    }
                }
            }
            assertEquals(Map.of(), columns, "panels that are not there");
            assertIncidentsOfTheChosenHosts(server.address(database, "grafana"));
        }
    }

    /** The one panel of the hosts' dashboard that asks the store, by what people choose above it. */
    private static void assertIncidentsOfTheChosenHosts(FleetAddress address) throws Exception {
        List<JsonNode> asking = new ArrayList<>();
        for (JsonNode row : new ObjectMapper().readTree(OF_HOSTS.toFile()).path("panels")) {
            row.path("panels").forEach(asking::add);
        }
        assertEquals(1, asking.size(), "panels that are folded away");
        String sql = interpolated(asking.get(0).at("/targets/0/rawSql").asText());
        // As Grafana writes one value, several, and its "All", whose own value it takes as it is.
        assertEquals(List.of("web-1"), hosts(address, sql, "web-1:9817"));
        assertEquals(List.of("web-1", "web-3"), hosts(address, sql, "(web-1:9817|web-3:1234)"));
        assertEquals(List.of(), hosts(address, sql, "(web:9817|1:9817)"));
        assertEquals(List.of("web-0", "web-1", "web-2", "web-3"), hosts(address, sql, ".+"));
    }

    private static List<String> hosts(FleetAddress address, String sql, String instances) throws Exception {
        List<String> hosts = new ArrayList<>();
        try (Connection reader = address.connect();
                Statement statement = reader.createStatement();
                ResultSet rows = statement.executeQuery(sql.replace("${instance:regex}", instances))) {
            while (rows.next()) {
                hosts.add(rows.getString("Host"));
                assertTrue(rows.getString("Page").startsWith("http://" + rows.getString("Host") + ":9817/incidents/"));
                assertFalse(rows.getString("What the load was").isEmpty());
            }
        }
        hosts.sort(null);
        return hosts;
    }

    /** A parent before its children, each child a level below, and what children have sums to no more than the parent. */
    private static void assertNested(ResultSet rows) throws Exception {
        assertEquals("all", rows.getString("label"));
        long root = rows.getLong("value");
        assertEquals(24, root, "tasks of four hosts' three dumps");
        int before = 0;
        long selves = rows.getLong("self");
        while (rows.next()) {
            int level = rows.getInt("level");
            assertTrue(level >= 1 && level <= before + 1, "level " + level + " after " + before);
            selves += rows.getLong("self");
            before = level;
        }
        assertEquals(root, selves, "what the frames have of their own is all there is");
    }

    /** @see <a href="https://grafana.com/docs/grafana/latest/datasources/postgres/">its macros</a> */
    private static String interpolated(String sql) {
        String from = "'" + Instant.now().minusSeconds(3600) + "'";
        String to = "'" + Instant.now() + "'";
        return sql.replaceAll("\\$__timeGroup\\(([a-z.]+), *\\$__interval\\)", "floor(extract(epoch from $1)/60)*60")
                .replaceAll("\\$__timeFilter\\(([a-z.]+)\\)", "$1 BETWEEN " + from + " AND " + to)
                .replace("$__timeFrom()", from)
                .replace("$__timeTo()", to);
    }
}
