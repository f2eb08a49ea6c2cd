package io.loadmonitor.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class QuantityTest {
    @Test
    void tellsDurationsInTwoUnits() {
        assertEquals("0 s", Quantity.of(Duration.ZERO));
        assertEquals("850 ms", Quantity.of(Duration.ofMillis(850)));
        assertEquals("35 s", Quantity.of(Duration.ofMillis(35_400)));
        assertEquals("3 min 5 s", Quantity.of(Duration.ofSeconds(185)));
        assertEquals("2 h", Quantity.of(Duration.ofHours(2)));
        assertEquals("4 d 3 h", Quantity.of(Duration.ofHours(99)));
        assertEquals("20 s", Quantity.of(Duration.ofSeconds(-20)));
    }

    @Test
    void tellsCostsAndSizes() {
        assertEquals("812 µs", Quantity.ofNanos(812_345));
        assertEquals("9.1 µs", Quantity.ofNanos(9_100));
        assertEquals("12 ms", Quantity.ofNanos(12_000_000));
        assertEquals("4.2 MB", Quantity.ofBytes(4_200_000));
        assertEquals("1 task", Quantity.count(1, "task", "tasks"));
        assertEquals("10,000 tasks", Quantity.count(10_000, "task", "tasks"));
    }
}
