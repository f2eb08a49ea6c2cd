package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.resolved;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RemarksTest {
    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private Archive archive;

    @BeforeEach
    void open() throws ArchiveException {
        archive = Archive.open(new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT), clock);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void keepsNotesAndTagsOfAnIncident() throws ArchiveException {
        long incident = incident(1, NOON);
        assertEquals(Optional.of(Remarks.NONE), archive.remarks(incident));
        assertEquals(Remarks.Change.DONE, archive.addNote(incident, "user:anna", "the disk again"));
        assertEquals(Remarks.Change.DONE, archive.addNote(incident, "user:bob", "replaced\nat noon"));
        assertEquals(Remarks.Change.DONE, archive.tag(incident, new TreeSet<>(List.of("disk", "db1"))));
        archive.close();
        open();
        Remarks remarks = archive.remarks(incident).orElseThrow();
        assertEquals(
                List.of("user:anna: the disk again", "user:bob: replaced\nat noon"),
                remarks.notes().stream()
                        .map(note -> note.author() + ": " + note.text())
                        .toList());
        assertEquals(List.of("db1", "disk"), remarks.tags());
        assertEquals(
                Remarks.Change.DONE,
                archive.removeNote(incident, remarks.notes().get(0).id()));
        archive.tag(incident, new TreeSet<>());
        assertEquals(1, archive.remarks(incident).orElseThrow().notes().size());
        assertEquals(List.of(), archive.remarks(incident).orElseThrow().tags());
    }

    @Test
    void keepsThemWhereIncidentsBecomeOne() throws ArchiveException {
        long early = incident(1, NOON);
        archive.takeIn(List.of(routed(resolved(1, NOON, NOON.plusSeconds(60)))));
        long late = incident(2, NOON.plusSeconds(7_200));
        assertNotEquals(early, late);
        archive.addNote(early, "anybody", "the first");
        archive.addNote(late, "anybody", "the second");
        archive.tag(late, new TreeSet<>(List.of("disk")));

        // One more alert has lasted over both times.
        assertEquals(early, incident(3, NOON.plusSeconds(30)));

        assertEquals(archive.remarks(early), archive.remarks(late));
        assertEquals(
                List.of("the first", "the second"),
                archive.remarks(early).orElseThrow().notes().stream()
                        .map(IncidentNote::text)
                        .toList());
        assertEquals(List.of("disk"), archive.remarks(early).orElseThrow().tags());
    }

    @Test
    void findsIncidentsByATag() throws ArchiveException {
        long early = incident(1, NOON);
        archive.takeIn(List.of(routed(resolved(1, NOON, NOON.plusSeconds(60)))));
        long late = incident(2, NOON.plusSeconds(7_200));
        archive.tag(early, new TreeSet<>(List.of("disk", "db1")));
        archive.tag(late, new TreeSet<>(List.of("disk")));

        assertEquals(List.of(late, early), tagged("disk"));
        assertEquals(List.of(early), tagged("db1"));
        assertEquals(List.of(), tagged("db"), "a tag is a word");
    }

    private List<Long> tagged(String tag) throws ArchiveException {
        return archive
                .incidents(new IncidentQuery(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(tag),
                        DumpNames.ANY,
                        Optional.empty(),
                        10))
                .items()
                .stream()
                .map(Incident::id)
                .toList();
    }

    @Test
    void goesWithItsIncident() throws Exception {
        archive.close();
        Duration month = Duration.ofDays(30);
        archive = Archive.open(
                new ArchiveSettings(
                        folder.resolve("a.db"), "vm", new Retention(100, month, Duration.ZERO, 1 << 30, 0, false)),
                clock,
                () -> Long.MAX_VALUE,
                DumpReading::of,
                clock::nanos);
        long incident = archive.takeIn(List.of(routed(firing(1, NOON))))
                .get(0)
                .incidentId()
                .getAsLong();
        archive.store(archive.beginNext().orElseThrow().dumpId(), DumpTexts.manual(1, NOON.plusSeconds(60)));
        archive.takeIn(List.of(routed(resolved(1, NOON, NOON.plusSeconds(40)))));
        archive.addNote(incident, "anybody", "the disk again");
        archive.tag(incident, new TreeSet<>(List.of("disk")));
        archive.prune();
        assertEquals(1, archive.remarks(incident).orElseThrow().notes().size());
        clock.advance(month.plusSeconds(30));
        archive.takeIn(List.of(routed(firing(2, clock.instant()))));
        archive.prune();
        clock.advance(Duration.ofSeconds(61));
        archive.prune();
        assertEquals(Optional.empty(), archive.remarks(incident));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("a.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT (SELECT count(*) FROM incident_note) + (SELECT count(*) FROM incident_tag)")) {
            assertEquals(0, row.getInt(1));
        }
    }

    @Test
    void hasBoundsAndKnowsWhatThereIsNot() throws ArchiveException {
        assertEquals(Optional.empty(), archive.remarks(4711));
        assertEquals(Remarks.Change.UNKNOWN, archive.addNote(4711, "anybody", "x"));
        assertEquals(Remarks.Change.UNKNOWN, archive.removeNote(4711, 1));
        assertEquals(Remarks.Change.UNKNOWN, archive.tag(4711, new TreeSet<>()));
        long incident = incident(1, NOON);
        archive.takeIn(List.of(routed(resolved(1, NOON, NOON.plusSeconds(5)))));
        long other = incident(2, NOON.plusSeconds(36_000));
        archive.addNote(other, "anybody", "of the other one");
        long note = archive.remarks(other).orElseThrow().notes().get(0).id();
        assertEquals(Remarks.Change.UNKNOWN, archive.removeNote(incident, note), "it is another incident's");
        for (int i = 0; i < Remarks.MOST_NOTES; i++) {
            assertEquals(Remarks.Change.DONE, archive.addNote(incident, "anybody", "note " + i));
        }
        assertEquals(Remarks.Change.FULL, archive.addNote(incident, "anybody", "one more"));
        assertThrows(IllegalArgumentException.class, () -> archive.addNote(incident, "anybody", " "));
        assertThrows(
                IllegalArgumentException.class,
                () -> archive.addNote(incident, "anybody", "x".repeat(Remarks.MAX_TEXT + 1)));
    }

    private long incident(long number, Instant start) throws ArchiveException {
        IntakeOutcome outcome =
                archive.takeIn(List.of(routed(firing(number, start)))).get(0);
        archive.beginNext();
        if (outcome.dumpId().isPresent()) {
            archive.fail(outcome.dumpId().getAsLong(), "not in this test");
        }
        return outcome.incidentId().getAsLong();
    }
}
