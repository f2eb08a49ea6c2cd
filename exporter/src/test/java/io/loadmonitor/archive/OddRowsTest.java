package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows as a person's hand, a later version or a damaged page may leave them. */
final class OddRowsTest {
    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private Archive archive;

    @BeforeEach
    void open() throws ArchiveException {
        archive = Archive.open(new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT), clock);
        archive.storeFound(DumpTexts.automatic(1, NOON));
        archive.storeFound(DumpTexts.automatic(2, NOON.plusSeconds(30)));
        archive.takeIn(List.of(routed(firing(1, NOON.plusSeconds(7200)))));
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void spoilNoList() throws Exception {
        sql("UPDATE dump SET state = 'MELTED', trigger_kind = 'WHIM' WHERE id = 1");
        sql("UPDATE incident SET end_reason = 'BORED' WHERE ended_us IS NOT NULL");
        sql("UPDATE spell SET labels = '{', annotations = 'x', starts_at = 'noon' WHERE kind = 'ALERT'");

        List<DumpSummary> dumps = archive.dumps(DumpQuery.newest(10)).items();
        assertEquals(3, dumps.size(), dumps.toString());
        DumpSummary odd = archive.dump(1).orElseThrow().summary();
        assertEquals(DumpState.FAILED, odd.state());
        assertEquals(DumpTrigger.UNKNOWN, odd.trigger());
        List<Incident> incidents =
                archive.incidents(IncidentQuery.of(DumpNames.ANY, 10)).items();
        assertEquals(2, incidents.size(), incidents.toString());
        IncidentAlert alert = incidents.get(0).alerts().get(0);
        assertEquals(Map.of(), alert.labels());
        assertEquals(NOON.plusSeconds(7200), alert.startsAt());
        assertTrue(archive.takeIn(List.of(routed(firing(2, NOON.plusSeconds(7300)))))
                .get(0)
                .stored());
    }

    @Test
    void ofTheSchemasVersionAreTold() throws Exception {
        for (String version : List.of("-1", "0", "'abc'", "''")) {
            archive.close();
            sql("UPDATE schema_version SET version = " + version);
            assertTold("says \"" + version.replace("'", "") + "\" for its schema version");
        }
        sql("DELETE FROM schema_version");
        assertTold("says \"no row\" for its schema version");
    }

    private void assertTold(String words) {
        ArchiveException refused = assertThrows(
                ArchiveException.class,
                () -> Archive.open(new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT), clock));
        assertEquals(ArchiveException.Reason.CORRUPT, refused.reason());
        assertTrue(
                Optional.ofNullable(refused.getMessage()).orElse("").contains(words),
                () -> String.valueOf(refused.getMessage()));
    }

    private void sql(String update) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("a.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(update);
        }
    }
}
