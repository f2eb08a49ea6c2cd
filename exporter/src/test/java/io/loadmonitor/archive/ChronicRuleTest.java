package io.loadmonitor.archive;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.ChronicRule.Sight;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ChronicRuleTest {
    private static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");
    private static final Instant SIX_HOURS_AGO = AT.minus(Duration.ofHours(6));
    private static final Optional<String> ELDEST = Optional.of("boot1 70 1200");

    private static List<Sight> sights(int count, int tasks, String eldest) {
        return new ArrayList<>(Collections.nCopies(count, new Sight(tasks, Optional.of(eldest))));
    }

    private static boolean holds(int tasks, List<Sight> sights, int dumps) {
        return ChronicRule.holds(tasks, tasks, ELDEST, sights, dumps, SIX_HOURS_AGO, AT);
    }

    @Test
    void holdsForTheSameThreadsInNearlyEveryDump() {
        assertTrue(holds(3, sights(5, 3, "boot1 70 1200"), 5));
        assertTrue(holds(3, sights(16, 3, "boot1 70 1200"), 20), "80 %");
    }

    @Test
    void needsEnoughDumpsOverEnoughTime() {
        assertFalse(holds(3, sights(4, 3, "boot1 70 1200"), 4));
        assertFalse(
                ChronicRule.holds(3, 3, ELDEST, sights(5, 3, "boot1 70 1200"), 5, SIX_HOURS_AGO.plusSeconds(1), AT),
                "5 dumps of one incident");
        assertFalse(holds(3, sights(15, 3, "boot1 70 1200"), 20), "75 %");
    }

    @Test
    void doesNotHoldForOtherTasksAtTheSamePlaceEachTime() {
        List<Sight> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            others.add(new Sight(3, Optional.of("boot1 " + i + " 1200")));
        }
        assertFalse(holds(3, others, 20));
        List<Sight> half = sights(10, 3, "boot1 70 1200");
        half.addAll(others.subList(0, 10));
        assertTrue(holds(3, half, 20));
        half.set(0, others.get(0));
        assertFalse(holds(3, half, 20), "less than half");
    }

    @Test
    void doesNotHoldWhenTheyPileUp() {
        List<Sight> usual = sights(10, 4, "boot1 70 1200");
        assertTrue(holds(6, usual, 10));
        assertFalse(holds(7, usual, 10));
        assertTrue(holds(2, sights(10, 1, "boot1 70 1200"), 10), "one more is none");
        assertFalse(holds(3, sights(10, 1, "boot1 70 1200"), 10));
    }

    @Test
    void doesNotHoldForWhatRuns() {
        assertFalse(ChronicRule.holds(3, 2, ELDEST, sights(9, 3, "boot1 70 1200"), 9, SIX_HOURS_AGO, AT));
    }

    @Test
    void holdsAgainAfterTwoDumpsOfANewBoot() {
        List<Sight> sights = sights(8, 3, "boot0 70 1200");
        assertFalse(holds(3, sights, 8));
        sights.addAll(sights(1, 3, "boot1 70 1200"));
        assertFalse(holds(3, sights, 9));
        sights.addAll(sights(1, 3, "boot1 70 1200"));
        assertTrue(holds(3, sights, 10));
    }

    @Test
    void doesNotHoldWhereTheDumpsDoNotNameTheirTasks() {
        List<Sight> nameless = new ArrayList<>(Collections.nCopies(9, new Sight(3, Optional.empty())));
        assertFalse(holds(3, nameless, 9));
        assertFalse(ChronicRule.holds(3, 3, Optional.empty(), nameless, 9, SIX_HOURS_AGO, AT));
    }
}
