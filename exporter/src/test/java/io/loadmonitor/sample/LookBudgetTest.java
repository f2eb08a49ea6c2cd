package io.loadmonitor.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LookBudgetTest {
    /** Milliseconds that a look takes, and how many of 1,000 steps it pays for. */
    @ParameterizedTest
    @CsvSource({"1, 1000", "25, 1000", "50, 500", "118, 212", "3000, 9"})
    void looksAsOftenAsHalfAPercentOfACpuPaysFor(long millis, int expected) {
        LookBudget budget = new LookBudget();
        int looks = 0;
        for (int step = 0; step < 1000; step++) {
            budget.earn(1);
            if (budget.allows()) {
                budget.spend(millis * 1_000_000);
                looks++;
            }
        }
        assertEquals(expected, looks, 4);
        assertTrue(looks * millis <= 1000 * 25 + 100 + millis, looks + " looks");
    }
}
