package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.dump.Reason;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FormerHostTest {
    private static final Duration COOLDOWN = Duration.ofHours(1);

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();

    @Test
    void goesOnUnderTheNewNameWhenAllItHoldsIsOfOneOther() throws Exception {
        try (Archive old = open("web-5d9c")) {
            old.takeIn(List.of(routed(firing(1, NOON), COOLDOWN)));
            old.storeFound(DumpTexts.automatic(7, NOON));
        }

        try (Archive renamed = open("web-77fb")) {
            assertEquals(1, renamed.totals().waiting());
            assertEquals(
                    IntakeOutcome.Outcome.KNOWN,
                    renamed.takeIn(List.of(routed(firing(1, NOON), COOLDOWN)))
                            .get(0)
                            .outcome());
            assertEquals(Optional.empty(), renamed.storeFound(DumpTexts.automatic(7, NOON)), "it is known");
            assertEquals(
                    1,
                    renamed.takeIn(List.of(routed(firing(2, NOON), COOLDOWN)))
                            .get(0)
                            .dumpId()
                            .getAsLong(),
                    "shared");
            assertEquals(Optional.of(1L), renamed.beginNext().map(WaitingCapture::dumpId));
            assertEquals("web-77fb", renamed.store(1, DumpTexts.manual(8, NOON)).host());
            assertEquals(List.of("web-77fb"), hosts(renamed));
        }
        try (Archive again = open("web-5d9c")) {
            assertEquals(List.of("web-5d9c"), hosts(again), "however often");
        }
    }

    @Test
    void goesOnUnderANameThatAnEmptyArchiveHadBefore() throws Exception {
        open("later").close();
        try (Archive old = open("before")) {
            old.takeIn(List.of(routed(firing(1, NOON), COOLDOWN)));
        }
        try (Archive renamed = open("later")) {
            assertEquals(1, renamed.totals().waiting());
        }
    }

    @Test
    void takesNothingFromSeveralHosts() throws Exception {
        try (Archive one = open("one")) {
            one.takeIn(List.of(routed(firing(1, NOON))));
            one.storeFound(DumpTexts.automatic(7, NOON));
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("a.db"));
                Statement statement = connection.createStatement()) {
            assertEquals(1, statement.executeUpdate("UPDATE dump SET host = 'two' WHERE state = 'COMPLETE'"));
        }

        try (Archive three = open("three")) {
            assertEquals(0, three.totals().waiting());
            assertEquals(Optional.empty(), three.beginNext());
            three.reserveManual(new Reason("mine"));
            assertEquals(List.of("one", "three", "two"), hosts(three));
        }
        try (Archive one = open("one")) {
            assertEquals(Optional.of(1L), one.beginNext().map(WaitingCapture::dumpId));
        }
    }

    private Archive open(String host) throws ArchiveException {
        return Archive.open(new ArchiveSettings(folder.resolve("a.db"), host, Retention.DEFAULT), clock);
    }

    private static List<String> hosts(Archive archive) throws ArchiveException {
        return archive.dumps(DumpQuery.newest(100)).items().stream()
                .map(DumpSummary::host)
                .distinct()
                .sorted()
                .toList();
    }
}
