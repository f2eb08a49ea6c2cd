package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class MeasuredTest {
    @Test
    void quantilesAreValuesThatWereMeasured() {
        Measured hundred = Measured.of(
                IntStream.rangeClosed(1, 100).mapToDouble(i -> 101 - i).toArray());
        assertEquals(50, hundred.median());
        assertEquals(99, hundred.quantile(0.99));
        assertEquals(100, hundred.quantile(1));
        assertEquals(1, hundred.quantile(0));
        assertEquals("2.00 (1.00 to 12.5)", Measured.of(12.5, 1, 2).toString());
        assertEquals("123", Measured.of(123.4).toString());
        assertThrows(IllegalArgumentException.class, Measured::of);
    }
}
