package io.loadmonitor.archive;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static io.loadmonitor.archive.TestAlerts.firing;
import static io.loadmonitor.archive.TestAlerts.resolved;
import static io.loadmonitor.archive.TestAlerts.routed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.incident.IncidentLife;
import io.loadmonitor.incident.LoadSpell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LoadIncidentsTest {
    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private Archive archive;
    private long dumps;

    @BeforeEach
    void open() throws ArchiveException {
        open(Retention.DEFAULT);
    }

    private void open(Retention retention) throws ArchiveException {
        archive = Archive.open(
                new ArchiveSettings(folder.resolve("a.db"), "vm", retention),
                clock,
                () -> Long.MAX_VALUE,
                DumpReading::of,
                clock::nanos);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void aDumpOfTheModuleWithoutAnAlertIsAnIncident() throws ArchiveException {
        DumpSummary dump = found(NOON);

        Incident incident = only();
        assertEquals(IncidentKind.LOAD, incident.kind());
        assertEquals(NOON, incident.startedAt());
        assertTrue(incident.open());
        assertEquals(Optional.of(dump.headline()), incident.headline());
        assertEquals(List.of(dump.id()), shown(incident.id()));
        assertEquals(OptionalLong.of(incident.id()), dump.incidentId());
        assertEquals(List.of(), incident.alerts());
    }

    @Test
    void aManualDumpIsNone() throws ArchiveException {
        archive.storeFound(DumpTexts.manual(1, NOON));
        assertEquals(List.of(), listed());
    }

    @Test
    void furtherDumpsWithinTheHoldJoinAndLaterOnesBeginAnother() throws ArchiveException {
        long first = found(NOON).id();
        long second = found(NOON.plusSeconds(290)).id();
        long third = found(NOON.plusSeconds(290 + 300)).id();
        long fourth = found(NOON.plusSeconds(290 + 300 + 301)).id();

        List<Incident> incidents = listed();
        assertEquals(2, incidents.size());
        assertEquals(List.of(first, second, third), shown(incidents.get(1).id()));
        assertEquals(List.of(fourth), shown(incidents.get(0).id()));
    }

    @Test
    void dumpsInAnyOrderMakeTheSame() throws ArchiveException {
        long late = found(NOON.plusSeconds(120)).id();
        long early = found(NOON).id();

        assertEquals(NOON, only().startedAt());
        assertEquals(List.of(early, late), shown(only().id()));
    }

    @Test
    void itIsOpenForTheHoldAndThenEndsWithTheNewestDump() throws ArchiveException {
        found(NOON);
        found(NOON.plusSeconds(20));
        clock.set(NOON.plusSeconds(20).plus(LoadSpell.HOLD).minusMillis(1));
        assertTrue(only().open());
        assertEquals(1, archive.incidents(query(Optional.of(true))).items().size());

        clock.advance(Duration.ofMillis(1));
        assertEquals(Optional.of(NOON.plusSeconds(20)), only().endedAt());
        assertEquals(0, archive.incidents(query(Optional.of(true))).items().size());
        assertEquals(1, archive.incidents(query(Optional.of(false))).items().size());
    }

    @Test
    void aDumpInAnAlertsTimeBeginsNone() throws ArchiveException {
        archive.takeIn(List.of(routed(firing(1, NOON))));
        found(NOON.minusSeconds(500));
        found(NOON.plusSeconds(5000));

        assertEquals(IncidentKind.ALERT, only().kind());
    }

    @Test
    void anAlertThatComesLaterTakesItOver() throws ArchiveException {
        long early = found(NOON.minusSeconds(1100)).id();
        found(NOON.minusSeconds(850));
        found(NOON.minusSeconds(560));
        long load = only().id();
        List<Long> before = shown(load);

        long alert = archive.takeIn(List.of(routed(firing(1, NOON))))
                .get(0)
                .incidentId()
                .orElseThrow();

        assertEquals(load, alert, "the number under which it was known stays");
        assertEquals(load, only().id());
        assertEquals(IncidentKind.ALERT, only().kind());
        assertTrue(shown(alert).containsAll(before), "it shows the dumps from before its own lead, too");
        assertEquals(
                OptionalLong.of(alert),
                archive.dump(early).orElseThrow().summary().incidentId());
        assertEquals(NOON.minusSeconds(1100), only().startedAt());
    }

    @Test
    void anAlertOfAnotherTimeLeavesItAlone() throws ArchiveException {
        found(NOON.minus(IncidentLife.LEAD).minusSeconds(1));
        archive.takeIn(List.of(routed(firing(1, NOON))));
        assertEquals(2, listed().size());
    }

    @Test
    void dumpsAfterAnAlertThatEndedEarlierThanItWasKnownAreALoad() throws ArchiveException {
        archive.takeIn(List.of(routed(firing(1, NOON))));
        long during = found(NOON.plusSeconds(100)).id();
        long after = found(NOON.plusSeconds(900)).id();
        long later = found(NOON.plusSeconds(920)).id();
        assertEquals(1, listed().size());

        archive.takeIn(List.of(routed(resolved(1, NOON, NOON.plusSeconds(600)))));

        List<Incident> incidents = listed();
        assertEquals(
                List.of(IncidentKind.LOAD, IncidentKind.ALERT),
                incidents.stream().map(Incident::kind).toList());
        assertEquals(List.of(after, later), shown(incidents.get(0).id()));
        assertTrue(shown(incidents.get(1).id()).contains(during));
    }

    @Test
    void anAlertThatIsOpenAgainTakesOverWhatCameBetween() throws ArchiveException {
        archive.takeIn(List.of(routed(firing(1, NOON))));
        archive.takeIn(List.of(routed(resolved(1, NOON, NOON.plusSeconds(60)))));
        found(NOON.plusSeconds(300));
        assertEquals(2, listed().size());

        clock.advance(Duration.ofMinutes(10));
        archive.takeIn(List.of(routed(firing(1, NOON))));

        assertEquals(IncidentKind.ALERT, only().kind());
    }

    @Test
    void aRestartChangesNothing() throws ArchiveException {
        RawDump raw = automatic(NOON, "load 4.43 >= 4.00", "");
        archive.storeFound(raw);
        found(NOON.plusSeconds(20));
        List<Incident> before = listed();

        archive.close();
        open();

        assertEquals(Optional.empty(), archive.storeFound(raw));
        assertEquals(before, listed());
    }

    @Test
    void itLastsWhileTheTicksShowTheLoad() throws ArchiveException {
        archive.storeFound(automatic(NOON, "load 4.43 >= 4.00", ""));

        for (int minute = 0; minute < 10; minute++) {
            archive.keepSamples(samples(NOON.plusSeconds(5 + 60 * minute), 5, 12, 4.0));
        }
        archive.keepSamples(samples(NOON.plusSeconds(605), 5, 12, 3.99));

        clock.advance(Duration.ofHours(1));
        assertEquals(Optional.of(NOON.plusSeconds(600)), only().endedAt());
        archive.keepSamples(samples(NOON.plusSeconds(2000), 5, 2, 99));
        assertEquals(Optional.of(NOON.plusSeconds(600)), only().endedAt(), "a load after the hold is another one");
    }

    @Test
    void itLastsWhileTheTicksShowAsManyActiveTasksAsTheModuleComparedWith() throws ArchiveException {
        archive.storeFound(automatic(NOON, "active 10 >= 8", ""));
        archive.keepSamples(List.of(LoadSample.tick(NOON.plusSeconds(60), 8, OptionalDouble.of(1))));
        archive.keepSamples(List.of(LoadSample.tick(NOON.plusSeconds(120), 7, OptionalDouble.of(99))));

        clock.advance(Duration.ofHours(1));
        assertEquals(Optional.of(NOON.plusSeconds(60)), only().endedAt());
    }

    @Test
    void keepsTheTicksAroundAnIncidentAndNoOthers() throws ArchiveException {
        List<LoadSample> day = samples(NOON.minusSeconds(3600), 60, 120, 1.0);
        assertEquals(List.of(), archive.keepSamples(day));
        found(NOON);

        List<LoadSample> kept = archive.keepSamples(day);

        assertEquals(NOON.minus(IncidentLife.LEAD), kept.get(0).at());
        assertEquals(NOON.plus(LoadSpell.HOLD), kept.get(kept.size() - 1).at());
        archive.keepSamples(day);
        assertEquals(kept, ticks().own());
        archive.close();
        open();
        assertEquals(kept, ticks().own());
    }

    @Test
    void keepsTheTicksThatTheModuleTellsOnce() throws ArchiveException {
        archive.storeFound(automatic(
                NOON,
                "load 4.43 >= 4.00",
                "tick age_ms=0 active=10 avg1=4.43\nhistory period_ms=5004 active=10x7,0x2000\n"));
        int first = ticks().ofModule().size();
        assertEquals(120, first, "those of ten minutes before the incident");
        assertEquals(OptionalInt.of(10), ticks().ofModule().get(first - 1).active());

        archive.storeFound(automatic(
                NOON.plusSeconds(20),
                "load 5.00 >= 4.00",
                "tick age_ms=30 active=10 avg1=5.72\nhistory period_ms=5004 active=10x11,0x2000\n"));
        assertEquals(first + 4, ticks().ofModule().size());
    }

    @Test
    void keepsNoMoreTicksThanASixteenthOfTheBytesAllow() throws ArchiveException {
        archive.close();
        open(new Retention(1000, Duration.ofDays(30), 1 << 20, 0));
        archive.takeIn(List.of(routed(firing(1, NOON))));
        archive.keepSamples(samples(NOON, 5, 3000, 5));
        clock.set(NOON.plusSeconds(15_000));

        archive.prune();

        List<LoadSample> left = ticks().own();
        assertEquals(1024, left.size());
        assertEquals(NOON.plusSeconds(5 * 2999), left.get(1023).at());
    }

    @Test
    void goesWithItsDumpsAndWithTheAlertThatTookItOver() throws ArchiveException {
        archive.keep(new Retention(1000, Duration.ofDays(30), Duration.ZERO, 1 << 30, 0, false));
        found(NOON);
        archive.takeIn(List.of(routed(firing(1, NOON))));
        archive.takeIn(List.of(routed(resolved(1, NOON, NOON.plusSeconds(1)))));
        archive.beginNext();
        archive.fail(2, "no reason");
        archive.keepSamples(samples(NOON, 5, 10, 5));
        clock.advance(Duration.ofDays(31));

        archive.prune();

        assertEquals(List.of(), listed());
        assertEquals(Optional.empty(), archive.incident(1));
        assertEquals(List.of(), ticks().own());
    }

    /**
     * Whatever comes in whatever order, each time into an archive of its own: no dump of the module is without an
     * incident that is listed. {@code IncidentLifePropertyTest} has the many histories.
     */
    @Test
    void everyDumpOfTheModuleIsInAnIncidentThatIsListed() throws Exception {
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            Instant base = NOON.plusSeconds(1_000_000L * seed);
            List<Long> all = new ArrayList<>();
            for (int step = 0; step < 25; step++) {
                Instant at = base.plusSeconds(random.nextInt(6000));
                long alert = 100L * seed + random.nextInt(4);
                Instant start = base.plusSeconds(1500 * (alert % 100));
                clock.set(base.plusSeconds(6000 + 120L * step));
                switch (random.nextInt(4)) {
                    case 0 -> archive.takeIn(List.of(routed(firing(alert, start))));
                    case 1 ->
                        archive.takeIn(
                                List.of(routed(resolved(alert, start, start.plusSeconds(random.nextInt(2000))))));
                    case 2 -> archive.keepSamples(samples(at, 5, 100, random.nextInt(8)));
                    default -> all.add(found(at).id());
                }
            }
            List<Long> listed = listed().stream()
                    .map(Incident::id)
                    .flatMap(id -> shown(id).stream())
                    .toList();
            assertTrue(listed.containsAll(all), "seed " + seed + ": " + all + " but only " + listed);
            for (long dump : all) {
                long own =
                        archive.dump(dump).orElseThrow().summary().incidentId().orElseThrow();
                assertTrue(shown(own).contains(dump), "seed " + seed + ": dump " + dump + " names incident " + own);
            }
            archive.close();
            Files.delete(folder.resolve("a.db"));
            open();
        }
    }

    private StoredTicks ticks() throws ArchiveException {
        return archive.ticks("vm", NOON.minus(Duration.ofDays(1)), NOON.plus(Duration.ofDays(1)));
    }

    private DumpSummary found(Instant at) throws ArchiveException {
        return archive.storeFound(automatic(at, "why not", "")).orElseThrow();
    }

    private RawDump automatic(Instant at, String reason, String ticks) {
        dumps++;
        return DumpTexts.raw(DumpTexts.of(dumps, "threshold", at, "vf", "/", "kernel_clone")
                .replace("why not", reason)
                .replace("\ncount ", "\n" + ticks + "count "));
    }

    private static List<LoadSample> samples(Instant from, int step, int count, double load) {
        return IntStream.range(0, count)
                .mapToObj(i -> LoadSample.tick(from.plusSeconds((long) step * i), 3, OptionalDouble.of(load)))
                .toList();
    }

    private Incident only() throws ArchiveException {
        List<Incident> incidents = listed();
        assertEquals(1, incidents.size());
        return incidents.get(0);
    }

    private List<Incident> listed() throws ArchiveException {
        return archive.incidents(query(Optional.empty())).items();
    }

    private List<Long> shown(long incident) {
        try {
            IncidentDetail detail = archive.incident(incident).orElseThrow();
            assertEquals(detail.incident().dumps(), detail.dumps().size());
            return detail.dumps().stream().map(DumpSummary::id).collect(Collectors.toList());
        } catch (ArchiveException e) {
            throw new IllegalStateException(e);
        }
    }

    private static IncidentQuery query(Optional<Boolean> open) {
        return new IncidentQuery(
                Optional.empty(),
                Optional.empty(),
                open,
                Optional.empty(),
                Optional.empty(),
                DumpNames.ANY,
                Optional.empty(),
                500);
    }
}
