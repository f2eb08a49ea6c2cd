package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
}
