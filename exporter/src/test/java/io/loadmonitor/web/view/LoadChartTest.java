package io.loadmonitor.web.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.sample.LoadTickParts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class LoadChartTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final Instant END = NOON.plusSeconds(1000);

    private static final LoadChart.Held LASTING = new LoadChart.Held("alert", NOON, Optional.empty());

    @Test
    void drawsStepsOfActiveTasksAndALineOfTheAverage() {
        LoadChart chart = chart(List.of(tick(0, 10, 1.0), tick(5, 20, 2.0)));
        // 25 is the top of the scale, so 10 is 60 % below it.
        assertEquals("M0.0 150V90.0H5.0V30.0H10.0V150Z", chart.activeArea());
        assertEquals("M0.0 144.0L5.0 138.0", chart.loadLine());
        assertEquals(
                List.of("0", "5", "10", "15", "20"),
                chart.scale().stream().map(LoadChart.Level::label).toList());
        assertEquals("176.0", chart.scale().get(0).y());
        assertEquals("56.0", chart.scale().get(4).y());
        assertTrue(chart.words()
                .startsWith("From 12:00:00 to 12:16:40 UTC: 20 active tasks at most, 1-minute load up to 2.00"));
    }

    @Test
    void drawsNothingWhereNothingIsKnown() {
        LoadChart chart = chart(List.of(tick(0, 10, 1.0), tick(31, 10, 1.0)));
        assertEquals("M0.0 150V25.0H5.0V150ZM31.0 150V25.0H36.0V150Z", chart.activeArea());
        assertEquals(2, chart.loadLine().chars().filter(c -> c == 'M').count());
        assertFalse(chart(List.of()).drawn());
        assertEquals(List.of(), chart(List.of()).rows());
    }

    @Test
    void marksDumpsAndTheAlertWithinTheTime() {
        LoadChart chart = LoadChart.of(
                NOON,
                END,
                List.of(tick(0, 10, 1.0)),
                Optional.empty(),
                new LoadChart.Held("alert", NOON.plusSeconds(250), Optional.of(NOON.plusSeconds(500))),
                List.of(),
                List.of(
                        new LoadChart.Marked(7, NOON.plusSeconds(100), "first"),
                        new LoadChart.Marked(9, END.plusSeconds(5), "later")),
                9);
        assertEquals(
                List.of("10.00%", "100.00%"),
                chart.marks().stream().map(Mark::x).toList());
        assertEquals(List.of("1", "2"), chart.marks().stream().map(Mark::text).toList());
        assertEquals(
                List.of(false, true), chart.marks().stream().map(Mark::chosen).toList());
        assertEquals(
                new LoadChart.Span("25.00%", "25.00%", "alert"), chart.spans().get(0));
    }

    @Test
    void drawsWhatTheLoadConsistedOfWhereItIsKnown() {
        List<LoadTickParts> parts = List.of(parts(0, 10, 2.0, 1.5), parts(5, 20, 4.0, 3.75));
        LoadChart chart = LoadChart.of(
                NOON,
                END,
                List.of(tick(0, 10, 2.0), tick(5, 20, 4.0)),
                Optional.of(CauseBands.highest(parts, CauseCatalogue.standard())),
                LASTING,
                List.of(),
                List.of(),
                0);
        assertEquals("", chart.activeArea());
        assertEquals("M0.0 90.0H5.0V30.0", chart.activeLine());
        assertEquals("M0.0 138.0L5.0 126.0", chart.loadLine());
        assertEquals(
                List.of("waiting for NFS", "unseen"),
                chart.bands().stream().map(LoadArea.Band::title).toList());
        assertEquals(
                "M0.0 141.0L5.0 127.5L5.0 150.0L0.0 150.0Z",
                chart.bands().get(0).path());
        assertEquals("Highest at 12:00:05 UTC: load 4.00 = 3.75 waiting for NFS + 0.25 unseen", chart.highest());
        assertEquals(
                "load 2.00 = 1.50 waiting for NFS + 0.50 unseen; 10 active tasks",
                chart.moments().get(0).words());
        assertEquals("3.75 waiting for NFS + 0.25 unseen", chart.rows().get(1).parts());
    }

    @Test
    void joinsWhatIsLeftOfALongTime() {
        List<LoadSample> day = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            day.add(tick(120 * i, 10, 1.0));
        }
        LoadChart chart = LoadChart.of(
                NOON, NOON.plusSeconds(120 * 700), day, Optional.empty(), LASTING, List.of(), List.of(), 0);
        assertEquals(1, chart.loadLine().chars().filter(c -> c == 'M').count());
        assertTrue(chart.moments().size() <= 180, "moments: " + chart.moments().size());
        assertTrue(
                chart.moments().get(0).time().startsWith("22 Nov, 12:0"),
                chart.moments().get(0).time());
        assertTrue(
                chart.times().stream().anyMatch(label -> label.text().equals("23 Nov")),
                "midnight says the day: " + chart.times());
    }

    @Test
    void marksDoNotCoverEachOther() {
        for (int apart : new int[] {1, 7, 30, 61, 200}) {
            for (int count : new int[] {1, 4, 50}) {
                List<LoadChart.Marked> dumps = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    dumps.add(new LoadChart.Marked(i + 1, NOON.plusSeconds((long) apart * i), "dump " + (i + 1)));
                }
                Instant to = NOON.plusSeconds(Math.max(1000, apart * count));
                List<Mark> marks = LoadChart.of(NOON, to, List.of(), Optional.empty(), LASTING, List.of(), dumps, count)
                        .marks();
                for (int i = 0; i < marks.size(); i++) {
                    for (int j = i + 1; j < marks.size(); j++) {
                        Mark one = marks.get(i);
                        Mark other = marks.get(j);
                        double distance = (percent(other) - percent(one)) * 340 / 100;
                        assertTrue(one.lane() != other.lane() || distance >= one.width(), one + " is under " + other);
                    }
                }
                assertTrue(marks.stream().allMatch(mark -> mark.lane() < Mark.MOST_LANES), marks.toString());
                assertEquals(1, marks.stream().filter(Mark::chosen).count(), marks.toString());
                String last = marks.get(marks.size() - 1).text();
                assertTrue(last.equals("" + count) || last.endsWith("–" + count), last);
            }
        }
    }

    private static double percent(Mark mark) {
        return Double.parseDouble(mark.x().replace("%", ""));
    }

    private static LoadTickParts parts(int seconds, int active, double load, double nfs) {
        return new LoadTickParts(
                NOON.plusSeconds(seconds),
                OptionalInt.of(active),
                load,
                Map.of("nfs", active),
                Map.of("nfs", nfs, "unseen", load - nfs),
                true);
    }

    @Test
    void keepsLabelsOfNeighbouringLevelsApart() {
        LoadChart chart = levels(
                new LoadChart.Limit(8, "load"), new LoadChart.Limit(9, "active"), new LoadChart.Limit(100, "far"));
        assertEquals(
                List.of("load", "active"),
                chart.levels().stream().map(LoadChart.Level::label).toList(),
                "one that is far above the load would press it to the bottom");
        assertEquals(
                List.of(true, false),
                chart.levels().stream().map(LoadChart.Level::below).toList());
        assertEquals(
                List.of(false, false),
                levels(new LoadChart.Limit(4, "a"), new LoadChart.Limit(16, "b")).levels().stream()
                        .map(LoadChart.Level::below)
                        .toList());
    }

    @Test
    void labelsAnyTimeSparsely() {
        for (long seconds : new long[] {1, 60, 1320, 7200, 86_400, 30 * 86_400L, 3650 * 86_400L}) {
            LoadChart chart = LoadChart.of(
                    NOON, NOON.plusSeconds(seconds), List.of(), Optional.empty(), LASTING, List.of(), List.of(), 0);
            assertTrue(chart.times().size() <= 13, seconds + " s: " + chart.times());
        }
        assertEquals(
                List.of("12:05", "12:10", "12:15"),
                chart(List.of()).times().stream().map(LoadChart.Label::text).toList());
    }

    @Test
    void tellsTheBusiestTicksInATable() {
        List<LoadSample> ticks = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            ticks.add(tick(5 * i, i == 77 ? 99 : 1, 1.0));
        }
        LoadChart chart = chart(ticks);
        assertTrue(chart.rows().size() <= 60);
        assertTrue(chart.rows().stream()
                .anyMatch(row -> row.active().equals("99") && row.time().equals("12:06:25")));
    }

    private static LoadChart levels(LoadChart.Limit... limits) {
        return LoadChart.of(
                NOON, END, List.of(tick(0, 20, 1.0)), Optional.empty(), LASTING, List.of(limits), List.of(), 0);
    }

    private static LoadChart chart(List<LoadSample> ticks) {
        return LoadChart.of(NOON, END, ticks, Optional.empty(), LASTING, List.of(), List.of(), 0);
    }

    private static LoadSample tick(int seconds, int active, double load) {
        return new LoadSample(
                NOON.plus(Duration.ofSeconds(seconds)),
                OptionalInt.of(active),
                OptionalDouble.of(load),
                OptionalInt.empty(),
                OptionalInt.empty());
    }
}
