package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.resolved;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ArchiveTest {
    private static final Reason REASON = new Reason("because");

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
    void keepsTheTextByteForByteAndSaysWhatItSays() throws ArchiveException {
        long id = archive.reserveDump(DumpTrigger.MANUAL, Optional.of(REASON), OptionalLong.empty());
        assertEquals(
                DumpState.CAPTURING, archive.dump(id).orElseThrow().summary().state());
        RawDump raw = DumpTexts.manual(17, NOON.minusSeconds(1));

        DumpSummary summary = archive.store(id, raw);

        assertEquals(
                new DumpSummary(
                        id,
                        "vm",
                        DumpState.COMPLETE,
                        Optional.of("kmod"),
                        DumpTrigger.MANUAL,
                        Optional.of(REASON.escaped()),
                        NOON.minusSeconds(1),
                        OptionalDouble.of(4.42),
                        OptionalInt.of(2),
                        OptionalInt.of(1),
                        OptionalInt.of(2),
                        summary.headline(),
                        Optional.empty(),
                        OptionalLong.empty(),
                        raw.sizeBytes(),
                        Optional.empty()),
                summary);
        assertTrue(summary.headline().contains(" at 12:04:09 (load 4.42) = "), summary.headline());
        assertEquals(Optional.of(raw), archive.raw(id));
        ArchivedDump stored = archive.dump(id).orElseThrow();
        assertEquals(summary, stored.summary());
        assertEquals(
                "busy\\n(1)", stored.dump().orElseThrow().tasks().get(1).comm().escaped());
    }

    @Test
    void keepsADumpThatWasCutOffAsItIs() throws ArchiveException {
        long id = archive.reserveDump(DumpTrigger.MANUAL, Optional.of(REASON), OptionalLong.empty());
        RawDump raw = DumpTexts.cutOff(17, NOON);

        DumpSummary summary = archive.store(id, raw);

        assertEquals(DumpState.INCOMPLETE, summary.state());
        assertEquals(Optional.of(raw), archive.raw(id));
        assertEquals(1, archive.totals().dumps());
    }

    @Test
    void keepsWhateverBytesASourceGives() throws ArchiveException {
        Random random = new Random(7);
        for (int size : new int[] {0, 1, 4095, 300_000}) {
            byte[] bytes = new byte[size];
            random.nextBytes(bytes);
            long id = archive.reserveDump(DumpTrigger.MANUAL, Optional.of(REASON), OptionalLong.empty());

            DumpSummary summary = archive.store(id, RawDump.of(bytes));

            assertEquals(DumpState.INCOMPLETE, summary.state());
            assertEquals(Optional.of(RawDump.of(bytes)), archive.raw(id));
        }
    }

    @Test
    void storesATextOnlyForADumpThatWaitsForIt() throws ArchiveException {
        long id = archive.reserveDump(DumpTrigger.MANUAL, Optional.of(REASON), OptionalLong.empty());
        archive.store(id, DumpTexts.manual(1, NOON));

        assertEquals(
                "no dump 1 waits for its text: its state is COMPLETE",
                assertThrows(ArchiveException.class, () -> archive.store(id, DumpTexts.manual(2, NOON)))
                        .getMessage());
        assertEquals(
                "no dump 1 waits for its text: its state is COMPLETE",
                assertThrows(ArchiveException.class, () -> archive.fail(id, "x"))
                        .getMessage());
        assertEquals(
                "no dump 99 waits for its text: there is none of this number",
                assertThrows(ArchiveException.class, () -> archive.fail(99, "x"))
                        .getMessage());
        assertEquals(Optional.of(DumpTexts.manual(1, NOON)), archive.raw(id));
    }

    @Test
    void storesAFoundDumpOnce() throws ArchiveException {
        assertTrue(archive.storeFound(DumpTexts.automatic(17, NOON)).isPresent());

        assertEquals(Optional.empty(), archive.storeFound(DumpTexts.automatic(17, NOON)));
        // The same dump, read when a module was gone whose symbols were in it.
        String otherwise = DumpTexts.of(17, "threshold", NOON, "vf", "/", "0xffffffffc0000000");
        assertEquals(Optional.empty(), archive.storeFound(DumpTexts.raw(otherwise)));
        assertEquals(1, archive.totals().dumps());
        // The module was loaded anew and counts anew.
        assertTrue(archive.storeFound(DumpTexts.automatic(17, NOON.plusSeconds(60)))
                .isPresent());
    }

    @Test
    void findsInTheRingOnlyOnceWhatItAskedForItself() throws ArchiveException {
        long id = archive.reserveDump(DumpTrigger.ALERT, Optional.of(REASON), OptionalLong.empty());
        archive.store(id, DumpTexts.manual(17, NOON));
        assertEquals(Optional.empty(), archive.storeFound(DumpTexts.manual(17, NOON)));

        // And the other way round: found first, then stored for whoever asked for it.
        archive.storeFound(DumpTexts.manual(18, NOON));
        long asked = archive.reserveDump(DumpTrigger.ALERT, Optional.of(REASON), OptionalLong.empty());
        String text = DumpTexts.of(18, "manual", NOON, "vf", "/", "other");
        archive.store(asked, DumpTexts.raw(text));

        assertEquals(List.of(asked, id), ids(DumpQuery.newest(10)));
    }

    @Test
    void keepsTheWholeOneOfTwoTextsOfADump() throws ArchiveException {
        RawDump whole = DumpTexts.manual(17, NOON);
        RawDump cutOff = DumpTexts.cutOff(17, NOON);

        // Found whole, then cut off for whoever asked for it.
        archive.storeFound(whole);
        long asked =
                archive.takeIn(List.of(routed(firing(1, NOON)))).get(0).dumpId().getAsLong();
        Optional<EscapedText> reason =
                archive.beginNext().map(WaitingCapture::reason).map(Reason::escaped);
        DumpSummary kept = archive.store(asked, cutOff);
        assertEquals(
                new DumpSummary(
                        asked,
                        "vm",
                        DumpState.COMPLETE,
                        Optional.of("kmod"),
                        DumpTrigger.ALERT,
                        reason,
                        NOON,
                        OptionalDouble.of(4.42),
                        OptionalInt.of(2),
                        OptionalInt.of(1),
                        OptionalInt.of(2),
                        kept.headline(),
                        Optional.empty(),
                        OptionalLong.of(1),
                        whole.sizeBytes(),
                        Optional.empty()),
                kept);
        assertEquals(Optional.of(whole), archive.raw(asked));
        assertEquals(List.of(asked), ids(DumpQuery.newest(10)));
        assertEquals(List.of(asked), ids(DumpQuery.of(DumpNames.ANY.withComm("vf"), 10)));
        assertEquals(
                2,
                archive.dump(asked).orElseThrow().dump().orElseThrow().tasks().size());
        // And it is known from now on, by its text and by its identity.
        assertEquals(Optional.empty(), archive.storeFound(whole));
        assertEquals(Optional.empty(), archive.storeFound(cutOff));
        assertEquals(List.of(asked), ids(DumpQuery.newest(10)));
        assertEquals(Optional.of(whole), archive.raw(asked));
    }

    @Test
    void mendsADumpThatWasCutOffWithTheWholeOneThatItFinds() throws ArchiveException {
        RawDump whole = DumpTexts.manual(17, NOON);
        long asked = archive.reserveDump(DumpTrigger.MANUAL, Optional.of(REASON), OptionalLong.empty());
        assertEquals(
                DumpState.INCOMPLETE,
                archive.store(asked, DumpTexts.cutOff(17, NOON)).state());

        assertEquals(Optional.empty(), archive.storeFound(whole));

        DumpSummary mended = archive.dump(asked).orElseThrow().summary();
        assertEquals(DumpState.COMPLETE, mended.state());
        assertEquals(Optional.of(REASON.escaped()), mended.reason());
        assertEquals(OptionalInt.of(2), mended.tasks());
        assertEquals(whole.sizeBytes(), mended.rawBytes());
        assertEquals(Optional.of(whole), archive.raw(asked));
        assertEquals(List.of(asked), ids(DumpQuery.newest(10)));
        assertEquals(List.of(asked), ids(DumpQuery.of(DumpNames.ANY.withComm("busy\\n(1)"), 10)));
    }

    @Test
    void keepsTheLongerOneOfTwoTextsThatWereCutOff() throws ArchiveException {
        RawDump longer = DumpTexts.cutOff(17, NOON);
        String text = DumpTexts.of(17, "manual", NOON, "vf", "/", "kernel_clone");
        RawDump shorter = DumpTexts.raw(text.substring(0, text.indexOf("task pid=94")));
        long asked = archive.reserveDump(DumpTrigger.MANUAL, Optional.of(REASON), OptionalLong.empty());
        archive.store(asked, longer);

        archive.storeFound(shorter);
        assertEquals(Optional.of(longer), archive.raw(asked));
        long again = archive.reserveDump(DumpTrigger.MANUAL, Optional.of(REASON), OptionalLong.empty());
        archive.store(again, shorter);

        assertEquals(Optional.of(longer), archive.raw(again));
        assertEquals(List.of(again), ids(DumpQuery.newest(10)));
    }

    @Test
    void tellsHowAFoundDumpWasTriggered() throws ArchiveException {
        assertEquals(
                DumpTrigger.THRESHOLD,
                archive.storeFound(DumpTexts.automatic(1, NOON)).orElseThrow().trigger());
        DumpSummary active = archive.storeFound(DumpTexts.raw(DumpTexts.of(2, "active", NOON, "a", "/", "f")))
                .orElseThrow();
        assertEquals(DumpTrigger.ACTIVE, active.trigger());
        assertEquals(Optional.of(new EscapedText("why not")), active.reason());
        assertEquals(
                DumpTrigger.UNKNOWN,
                archive.storeFound(DumpTexts.raw(DumpTexts.of(3, "whim", NOON, "a", "/", "f")))
                        .orElseThrow()
                        .trigger());
    }

    /** A capture may wait until long after its alert, and a board without a clock of its own writes 1970. */
    @Test
    void givesAnIncidentTheDumpThatItAskedForWheneverThatWasTaken() throws ArchiveException {
        long incident = archive.takeIn(List.of(routed(firing(1, NOON))))
                .get(0)
                .incidentId()
                .getAsLong();
        long asked = archive.beginNext().orElseThrow().dumpId();
        archive.takeIn(List.of(routed(resolved(1, NOON, NOON.plusSeconds(60)))));

        archive.store(asked, DumpTexts.manual(3, Instant.parse("1970-01-01T00:05:00Z")));

        assertEquals(List.of(asked), dumpsOf(incident));
        assertEquals(
                OptionalLong.of(incident),
                archive.dump(asked).orElseThrow().summary().incidentId());
    }

    @Test
    void givesAnIncidentTheDumpsFromTenMinutesBeforeItToItsEnd() throws ArchiveException {
        Instant start = NOON;
        long early = found(1, start.minusSeconds(900));
        long before = found(2, start.minusSeconds(599));
        long incident = archive.takeIn(List.of(routed(firing(1, start))))
                .get(0)
                .incidentId()
                .getAsLong();
        long own = archive.beginNext().orElseThrow().dumpId();
        archive.store(own, DumpTexts.manual(3, start.plusSeconds(40)));
        long later = found(4, start.plusSeconds(90));
        long after = found(5, start.plusSeconds(110));

        assertEquals(List.of(before, own, later, after), dumpsOf(incident));
        archive.takeIn(List.of(routed(resolved(1, start, start.plusSeconds(100)))));

        assertEquals(List.of(before, own, later, after), dumpsOf(incident), "the load goes on a moment");
        long other = archive.dump(early).orElseThrow().summary().incidentId().orElseThrow();
        assertEquals(
                IncidentKind.LOAD,
                archive.incident(other).orElseThrow().incident().kind());
        assertEquals(
                OptionalLong.of(incident),
                archive.dump(before).orElseThrow().summary().incidentId());
    }

    @Test
    void givesADumpToTheIncidentThatBeganNearestToIt() throws ArchiveException {
        long first = archive.takeIn(List.of(routed(firing(1, NOON))))
                .get(0)
                .incidentId()
                .getAsLong();
        long near = found(1, NOON.plusSeconds(20));
        long far = found(2, NOON.plusSeconds(280));
        assertEquals(
                OptionalLong.of(first),
                archive.dump(far).orElseThrow().summary().incidentId());

        long second = archive.takeIn(List.of(routed(firing(2, NOON.plusSeconds(300)))))
                .get(0)
                .incidentId()
                .getAsLong();

        assertEquals(
                OptionalLong.of(first),
                archive.dump(near).orElseThrow().summary().incidentId());
        assertEquals(
                OptionalLong.of(second),
                archive.dump(far).orElseThrow().summary().incidentId());
    }

    @Test
    void showsWhatTheModuleTookInEveryIncidentOfThatTime() throws ArchiveException {
        long crossing = found(1, NOON.minusSeconds(2));
        long first = archive.takeIn(List.of(routed(firing(1, NOON))))
                .get(0)
                .incidentId()
                .getAsLong();
        long second = archive.takeIn(List.of(routed(firing(2, NOON))))
                .get(0)
                .incidentId()
                .getAsLong();

        assertTrue(dumpsOf(first).contains(crossing), "the first incident lacks it");
        assertTrue(dumpsOf(second).contains(crossing), "the second incident lacks it");
        assertEquals(
                dumpsOf(second).size(),
                archive.incident(second).orElseThrow().incident().dumps());
    }

    @Test
    void givesAManualDumpOnlyToAnIncidentInWhoseCourseItWasTaken() throws ArchiveException {
        long before = archive.reserveDump(DumpTrigger.MANUAL, Optional.of(REASON), OptionalLong.empty());
        archive.store(before, DumpTexts.manual(1, NOON.minusSeconds(5)));
        long incident = archive.takeIn(List.of(routed(firing(1, NOON))))
                .get(0)
                .incidentId()
                .getAsLong();
        long during = archive.reserveDump(DumpTrigger.MANUAL, Optional.of(REASON), OptionalLong.empty());

        assertEquals(
                OptionalLong.of(incident),
                archive.store(during, DumpTexts.manual(2, NOON.plusSeconds(5))).incidentId());
        assertEquals(
                OptionalLong.empty(),
                archive.dump(before).orElseThrow().summary().incidentId());
    }

    @Test
    void tellsTheHeadlineOfTheDumpThatTheAlertAskedFor() throws ArchiveException {
        long incident = archive.takeIn(List.of(routed(firing(1, NOON))))
                .get(0)
                .incidentId()
                .getAsLong();
        assertEquals(
                Optional.empty(),
                archive.incident(incident).orElseThrow().incident().headline());
        found(1, NOON.plusSeconds(90));
        assertTrue(archive.incident(incident)
                .orElseThrow()
                .incident()
                .headline()
                .orElseThrow()
                .contains("12:05:40"));

        archive.store(archive.beginNext().orElseThrow().dumpId(), DumpTexts.manual(2, NOON.plusSeconds(1)));

        assertTrue(archive.incident(incident)
                .orElseThrow()
                .incident()
                .headline()
                .orElseThrow()
                .contains("12:04:11"));
    }

    @Test
    void givesEveryDumpOnOnePageWhileNewOnesArrive() throws ArchiveException {
        List<Long> expected = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            // Several of the same moment: the page may end among them.
            expected.add(0, found(i, NOON.plusSeconds(i / 4)));
        }
        List<Long> seen = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            Page<DumpSummary> page = archive.dumps(
                    new DumpQuery(Optional.empty(), Optional.empty(), Optional.empty(), DumpNames.ANY, cursor, 7));
            page.items().forEach(dump -> seen.add(dump.id()));
            cursor = page.next();
            found(1000 + seen.size(), NOON.plusSeconds(500 + seen.size()));
        } while (cursor.isPresent());

        assertEquals(expected, seen);
    }

    @Test
    void refusesACursorThatItDidNotGive() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> archive.dumps(new DumpQuery(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        DumpNames.ANY,
                        Optional.of("yesterday"),
                        7)));

        assertEquals("the cursor \"yesterday\" is none that a page's next gave", refused.getMessage());
    }

    @Test
    void pagesIncidentsAndTellsOpenFromClosed() throws ArchiveException {
        for (int i = 1; i <= 5; i++) {
            Instant start = NOON.plusSeconds(3600L * i);
            archive.takeIn(List.of(routed(firing(i, start))));
            if (i < 5) {
                archive.takeIn(List.of(routed(resolved(i, start, start.plusSeconds(9)))));
            }
        }

        Page<Incident> first = archive.incidents(incidents(Optional.of(false), Optional.empty(), 3));
        Page<Incident> second = archive.incidents(incidents(Optional.of(false), first.next(), 3));

        assertEquals(
                List.of(4L, 3L, 2L), first.items().stream().map(Incident::id).toList());
        assertEquals(List.of(1L), second.items().stream().map(Incident::id).toList());
        assertEquals(Optional.empty(), second.next());
        assertEquals(
                List.of(5L),
                archive.incidents(incidents(Optional.of(true), Optional.empty(), 3)).items().stream()
                        .map(Incident::id)
                        .toList());
    }

    @Test
    void grantsOneManualDumpAtATimeAndSaysWhenTheNext() throws ArchiveException {
        Reservation.Granted granted = assertInstanceOf(Reservation.Granted.class, archive.reserveManual(REASON));
        assertEquals(new Reservation.Busy(granted.dumpId()), archive.reserveManual(REASON));
        assertEquals(granted.dumpId(), archive.beginNext().orElseThrow().dumpId());
        assertEquals(new Reservation.Busy(granted.dumpId()), archive.reserveManual(REASON));
        archive.store(granted.dumpId(), DumpTexts.manual(1, NOON));
        clock.advance(Duration.ofMillis(999));

        assertEquals(
                Optional.of(NOON.plusSeconds(1)),
                refusal(archive.reserveManual(REASON)).next());
        archive.close();
        open();
        assertEquals(
                Optional.of(NOON.plusSeconds(1)),
                refusal(archive.reserveManual(REASON)).next());
        clock.advance(Duration.ofMillis(1));
        assertInstanceOf(Reservation.Granted.class, archive.reserveManual(REASON));
    }

    private static Refusal refusal(Reservation answer) {
        return assertInstanceOf(Reservation.Refused.class, answer).refusal();
    }

    @Test
    void putsAnInterruptedRunInOrder() throws ArchiveException {
        archive.takeIn(List.of(routed(firing(1, NOON))));
        long forAlert = archive.beginNext().orElseThrow().dumpId();
        long manual = ((Reservation.Granted) reserveAfter(forAlert)).dumpId();
        archive.close();

        open();

        assertEquals(
                Optional.of("the exporter stopped during the capture"),
                archive.dump(manual).orElseThrow().summary().failure());
        assertEquals(forAlert, archive.beginNext().orElseThrow().dumpId());
        assertEquals(Optional.empty(), archive.beginNext());
    }

    private Reservation reserveAfter(long forAlert) throws ArchiveException {
        assertEquals(new Reservation.Busy(forAlert), archive.reserveManual(REASON));
        return new Reservation.Granted(
                archive.reserveDump(DumpTrigger.MANUAL, Optional.of(REASON), OptionalLong.empty()), true);
    }

    @Test
    void readsATextAtTheNextStartThatWasStoredUnread() throws Exception {
        DumpSummary read = archive.storeFound(DumpTexts.automatic(1, NOON)).orElseThrow();
        archive.close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("a.db"));
                Statement statement = connection.createStatement()) {
            // As it is between the two steps.
            statement.executeUpdate("UPDATE dump SET parsed = 0, state = 'INCOMPLETE', identity = NULL, headline = '',"
                    + " trigger_kind = 'UNKNOWN', source = NULL, load1 = NULL, active = NULL, tasks = NULL, reason ="
                    + " NULL");
            statement.executeUpdate("DELETE FROM dump_name");
        }

        open();

        assertEquals(read, archive.dump(read.id()).orElseThrow().summary());
        assertEquals(List.of(read.id()), ids(DumpQuery.of(DumpNames.ANY.withComm("vf"), 10)));
    }

    @Test
    void losesNoEvidenceToABugInTheReader() throws ArchiveException {
        archive.close();
        ArchiveSettings settings = new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT);
        archive = Archive.open(
                settings,
                clock,
                () -> Long.MAX_VALUE,
                raw -> {
                    throw new IllegalStateException("a bug");
                },
                clock::nanos);

        DumpSummary unread = archive.storeFound(DumpTexts.automatic(1, NOON)).orElseThrow();

        assertEquals(DumpState.INCOMPLETE, unread.state());
        assertEquals("The text is stored; nobody has read it yet.", unread.headline());
        assertEquals(Optional.of(DumpTexts.automatic(1, NOON)), archive.raw(unread.id()));
        archive.close();
        open();
        assertEquals(
                DumpState.COMPLETE,
                archive.dump(unread.id()).orElseThrow().summary().state());
    }

    @Test
    void countsADumpAsBeingTakenUntilItsTextIsRead() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        openReading(raw -> {
            reading.countDown();
            await(goOn);
            return DumpReading.of(raw);
        });
        long id =
                archive.takeIn(List.of(routed(firing(1, NOON)))).get(0).dumpId().getAsLong();
        archive.beginNext();
        FutureTask<DumpSummary> storing = new FutureTask<>(() -> archive.store(id, DumpTexts.manual(1, NOON)));
        new Thread(storing, "storing").start();
        await(reading);

        assertEquals(
                DumpState.CAPTURING, archive.dump(id).orElseThrow().summary().state());
        assertEquals(List.of(DumpState.CAPTURING), states());
        assertEquals(
                DumpState.CAPTURING,
                archive.incident(1).orElseThrow().dumps().get(0).state());
        assertEquals(
                Optional.empty(), archive.incident(1).orElseThrow().incident().headline());
        assertEquals(0, archive.totals().dumps());
        assertEquals(Optional.of(DumpTexts.manual(1, NOON)), archive.raw(id), "the evidence is there already");
        assertEquals(
                "no dump 1 waits for its text: it has one already",
                assertThrows(ArchiveException.class, () -> archive.fail(id, "x"))
                        .getMessage());
        Archive crashed = copy();
        goOn.countDown();

        assertEquals(DumpState.COMPLETE, storing.get().state());
        assertEquals(List.of(DumpState.COMPLETE), states());
        // What a crash at that moment had left was read at the next open.
        assertEquals(storing.get(), crashed.dump(id).orElseThrow().summary());
        assertEquals(Optional.empty(), crashed.beginNext());
        crashed.close();
    }

    @Test
    void listsAFoundDumpOnlyWhenItKnowsWhatItIs() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        openReading(raw -> {
            reading.countDown();
            await(goOn);
            return DumpReading.of(raw);
        });
        FutureTask<Optional<DumpSummary>> storing =
                new FutureTask<>(() -> archive.storeFound(DumpTexts.automatic(1, NOON.minusSeconds(60))));
        new Thread(storing, "storing").start();
        await(reading);

        assertEquals(List.of(), states());
        assertEquals(0, archive.totals().dumps());
        long incident = archive.takeIn(List.of(routed(firing(1, NOON))))
                .get(0)
                .incidentId()
                .getAsLong();
        assertEquals(1, archive.incident(incident).orElseThrow().incident().dumps(), "its own alone");
        Archive crashed = copy();
        goOn.countDown();

        DumpSummary found = storing.get().orElseThrow();
        assertEquals(DumpState.COMPLETE, found.state());
        assertEquals(OptionalLong.of(incident), found.incidentId());
        assertEquals(
                List.of(DumpState.CAPTURING, DumpState.COMPLETE), states(), "the alert's own, which waits, is newer");
        assertEquals(found, crashed.dump(found.id()).orElseThrow().summary());
        crashed.close();
    }

    @Test
    void neverShowsAStateBetweenBeingTakenAndTheFinalOne() throws Exception {
        long id = archive.reserveDump(DumpTrigger.MANUAL, Optional.of(REASON), OptionalLong.empty());
        CountDownLatch looking = new CountDownLatch(1);
        FutureTask<DumpState> look = new FutureTask<>(() -> {
            while (true) {
                DumpState state = archive.dump(id).orElseThrow().summary().state();
                looking.countDown();
                if (state != DumpState.CAPTURING) {
                    return state;
                }
            }
        });
        new Thread(look, "looking").start();
        await(looking);

        archive.store(id, DumpTexts.manual(1, NOON));

        assertEquals(DumpState.COMPLETE, look.get());
    }

    private void openReading(Function<RawDump, DumpReading> reader) throws ArchiveException {
        archive.close();
        archive = Archive.open(
                new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT),
                clock,
                () -> Long.MAX_VALUE,
                reader,
                clock::nanos);
    }

    /** The archive as a crash at this moment would leave it, opened again. */
    private Archive copy() throws Exception {
        Path copy = folder.resolve("copy.db");
        Files.copy(folder.resolve("a.db"), copy);
        Files.copy(folder.resolve("a.db-wal"), folder.resolve("copy.db-wal"));
        return Archive.open(new ArchiveSettings(copy, "vm", Retention.DEFAULT), clock);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<DumpState> states() throws ArchiveException {
        return archive.dumps(DumpQuery.newest(10)).items().stream()
                .map(DumpSummary::state)
                .toList();
    }

    @Test
    void saysThatItIsClosed() {
        archive.close();
        archive.close();

        ArchiveException closed = assertThrows(ArchiveException.class, () -> archive.totals());
        assertEquals(ArchiveException.Reason.CLOSED, closed.reason());
        assertEquals(
                ArchiveException.Reason.CLOSED,
                assertThrows(ArchiveException.class, () -> archive.takeIn(List.of(routed(firing(1, NOON)))))
                        .reason());
    }

    @Test
    void countsWhatItHolds() throws ArchiveException {
        assertEquals(
                new ArchiveTotals(
                        0,
                        archive.totals().bytes(),
                        Optional.empty(),
                        0,
                        0,
                        Map.of("max_age", 0L, "max_dumps", 0L, "max_size", 0L, "min_free_disk", 0L)),
                archive.totals());
        found(1, NOON.minusSeconds(50));
        found(2, NOON);
        archive.takeIn(List.of(routed(firing(1, NOON))));

        ArchiveTotals totals = archive.totals();

        assertEquals(2, totals.dumps());
        assertEquals(Optional.of(NOON.minusSeconds(50)), totals.oldest());
        assertEquals(1, totals.waiting());
        assertEquals(1, totals.openIncidents());
        assertTrue(totals.bytes() > 10_000, totals.toString());
    }

    private long found(long id, Instant at) throws ArchiveException {
        return archive.storeFound(DumpTexts.automatic(id, at)).orElseThrow().id();
    }

    private List<Long> ids(DumpQuery query) throws ArchiveException {
        return archive.dumps(query).items().stream().map(DumpSummary::id).toList();
    }

    private List<Long> dumpsOf(long incident) throws ArchiveException {
        IncidentDetail detail = archive.incident(incident).orElseThrow();
        assertEquals(detail.incident().dumps(), detail.dumps().size());
        return detail.dumps().stream().map(DumpSummary::id).toList();
    }

    private static IncidentQuery incidents(Optional<Boolean> open, Optional<String> cursor, int limit) {
        return new IncidentQuery(
                Optional.empty(),
                Optional.empty(),
                open,
                Optional.of("LoadHigh"),
                Optional.empty(),
                DumpNames.ANY,
                cursor,
                limit);
    }
}
