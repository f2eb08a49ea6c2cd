package io.loadmonitor.web.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.sample.LoadTickParts;
import io.loadmonitor.sample.TaskCounts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class LoadAreaTest {
    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

    private static LoadTickParts tick(int seconds, Map<String, Double> parts) {
        double load = parts.values().stream().mapToDouble(Double::doubleValue).sum();
        return new LoadTickParts(START.plusSeconds(seconds), OptionalInt.of(3), load, Map.of(), parts, true);
    }

    private static LoadArea area(List<LoadTickParts> ticks) {
        Map<String, Double> now = ticks.isEmpty()
                ? Map.of("unseen", 1.5)
                : ticks.get(ticks.size() - 1).load1ByCause();
        double load = now.values().stream().mapToDouble(Double::doubleValue).sum();
        return LoadArea.of(
                new io.loadmonitor.sample.LoadParts(
                        load,
                        now,
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        new TaskCounts(Map.of(), Map.of(), Map.of(), Map.of()),
                        OptionalDouble.empty()),
                ticks,
                CauseCatalogue.standard());
    }

    @Test
    void saysWhatTheLoadIsMadeOfNow() {
        assertEquals(
                "Load 28.71 = 23.80 waiting for the ext4 journal + 4.41 on CPU + 0.50 unseen",
                area(List.of(tick(0, Map.of("unseen", 0.5, "on-cpu", 4.41, "ext4-journal", 23.8))))
                        .sentence());
        assertEquals("Load 1.50 = 1.50 unseen", area(List.of()).sentence());
        assertEquals("Load 0.00", area(List.of(tick(0, Map.of("unseen", 0.0)))).sentence());
        assertEquals(
                "Load 1.00 = 0.34 own-a + 0.33 own-b + 0.33 own-c",
                area(List.of(tick(0, Map.of("own-a", 0.3334, "own-b", 0.3333, "own-c", 0.3333))))
                        .sentence());
        Map<String, Double> many = new HashMap<>();
        for (int i = 0; i < 9; i++) {
            many.put("own-" + i, 10.0 - i);
        }
        many.put("unseen", 0.25);
        assertEquals(
                "Load 54.25 = 10.00 own-0 + 9.00 own-1 + 8.00 own-2 + 7.00 own-3 + 6.00 own-4 + 5.00 own-5"
                        + " + 9.00 of other causes + 0.25 unseen",
                area(List.of(tick(0, many))).sentence());
    }

    @Test
    void drawsAreasWhoseUpperEdgeIsTheLoad() {
        LoadArea area = area(List.of(
                tick(0, Map.of("nfs", 4.0, "unseen", 1.0)),
                tick(5, Map.of("nfs", 2.0, "unseen", 2.0)),
                tick(10, Map.of("nfs", 8.0, "on-cpu", 1.0, "unseen", 1.0))));
        assertEquals(
                List.of("waiting for NFS", "on CPU", "unseen"),
                area.bands().stream().map(LoadArea.Band::title).toList());
        assertEquals(
                List.of("8.00", "1.00", "1.00"),
                area.bands().stream().map(LoadArea.Band::now).toList());
        // Up to 12 on the scale: 10 tasks are 125 of 150 pixels.
        assertEquals("M0.0 87.5L500.0 100.0L1000.0 25.0", area.loadLine());
        assertEquals(
                "M0.0 100.0L500.0 125.0L1000.0 50.0L1000.0 150.0L500.0 150.0L0.0 150.0Z",
                area.bands().get(0).path());
        assertTrue(
                area.bands().get(2).path().startsWith(area.loadLine()),
                area.bands().toString());
        assertEquals(
                new LoadArea.MomentInTime(
                        "75.00%",
                        "25.00%",
                        "2026-11-22T12:00:10Z",
                        "12:00:10 UTC",
                        "load 10.00 = 8.00 waiting for NFS + 1.00 on CPU + 1.00 unseen; 3 active tasks"),
                area.moments().get(2));
        assertEquals("12:00:10", area.rows().get(0).time());
        assertEquals(
                "8.00 waiting for NFS + 1.00 on CPU + 1.00 unseen",
                area.rows().get(0).parts());
    }

    @Test
    void drawsNothingWhereNobodyLooked() {
        LoadArea area = area(List.of(
                tick(0, Map.of("nfs", 4.0)),
                tick(5, Map.of("nfs", 4.0)),
                tick(3600, Map.of("nfs", 4.0)),
                tick(3605, Map.of("nfs", 4.0))));
        assertEquals(2, area.loadLine().chars().filter(c -> c == 'M').count(), area.loadLine());
        assertEquals(2, area.bands().get(0).path().chars().filter(c -> c == 'Z').count());
        assertFalse(
                area.bands().get(0).path().contains("L998.6 37.5L1000.0 37.5L1.4"),
                area.bands().toString());
    }

    @Test
    void isAsLargeAsAPageCanCarryHoweverMuchThereIs() {
        List<LoadTickParts> ticks = new ArrayList<>();
        for (int i = 0; i < 1440; i++) {
            Map<String, Double> parts = new HashMap<>();
            for (int cause = 0; cause < 60; cause++) {
                parts.put("own-" + cause, (i * 7 + cause * 13) % 100 / 10.0);
            }
            ticks.add(tick(5 * i, parts));
        }
        LoadArea area = area(ticks);
        assertEquals(CauseBands.MOST_BANDS + 1, area.bands().size());
        assertEquals("other causes", area.bands().get(CauseBands.MOST_BANDS).title());
        assertTrue(area.moments().size() <= 180, "moments: " + area.moments().size());
        assertTrue(area.rows().size() <= 24, "rows: " + area.rows().size());
        int characters = area.toString().length();
        assertTrue(characters < 150_000, "characters: " + characters);
    }
}
