package io.loadmonitor.loadavg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The figures were worked out by hand from calc_load() and LOAD_FRAC(). */
final class AverageRangeTest {
    @Test
    void roundsUpWhenTheAverageRisesAndDownWhenItFalls() {
        assertEquals(new AverageRange(2048, 2048), new AverageRange(2047, 2047).step(1));
        assertEquals(new AverageRange(1883, 1883), new AverageRange(2047, 2047).step(0));
    }

    @Test
    void knowsWhichAveragesAreShownAlike() {
        assertEquals(new AverageRange(0, 10), AverageRange.shownAs(0));
        assertEquals(new AverageRange(11, 30), AverageRange.shownAs(1));
        assertEquals(new AverageRange(2038, 2058), AverageRange.shownAs(100));
    }

    @Test
    void findsTheOneNumberBetweenTwoAverages() {
        assertEquals(OptionalInt.of(8), AverageRange.shownAs(0).activeTowards(AverageRange.shownAs(64)));
        assertEquals(OptionalInt.of(0), AverageRange.shownAs(0).activeTowards(AverageRange.shownAs(0)));
        assertEquals(OptionalInt.empty(), AverageRange.shownAs(0).activeTowards(AverageRange.shownAs(4)));
    }

    @Test
    void goesBackToAllAveragesThatLeadIntoIt() {
        for (int active : new int[] {0, 1, 7, 400}) {
            for (long average = 0; average < 9_000; average += 7) {
                AverageRange after = new AverageRange(average, average + 20);
                AverageRange before = after.before(active);
                for (long from = before.least(); from <= before.most(); from++) {
                    assertFalse(
                            new AverageRange(from, from).step(active).and(after).isEmpty());
                }
                assertTrue(leadsElsewhere(before.least() - 1, active, after));
                assertTrue(leadsElsewhere(before.most() + 1, active, after));
            }
        }
    }

    private static boolean leadsElsewhere(long from, int active, AverageRange after) {
        return from < 0 || new AverageRange(from, from).step(active).and(after).isEmpty();
    }

    @Test
    void tellsItsWidthAndItsMiddleInTasks() {
        assertEquals(0.5, new AverageRange(1024, 2048).width());
        assertEquals(0.75, new AverageRange(1024, 2048).middle());
        assertTrue(AverageRange.shownAs(Long.MAX_VALUE).isEmpty());
        assertFalse(new AverageRange(3, 3).isEmpty());
    }
}
