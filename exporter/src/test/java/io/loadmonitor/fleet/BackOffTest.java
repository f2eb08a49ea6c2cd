package io.loadmonitor.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BackOffTest {
    @Test
    void waitsTwiceAsLongEachTimeUpToFiveMinutes() {
        BackOff whole = new BackOff(() -> 1);
        List<Long> seconds = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            seconds.add(whole.failed().toSeconds());
        }
        assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 300L, 300L, 300L), seconds);
        whole.succeeded();
        assertEquals(Duration.ofSeconds(1), whole.failed());
    }

    @Test
    void waitsHalfOfItAtLeast() {
        BackOff half = new BackOff(() -> 0);
        assertEquals(Duration.ofMillis(500), half.failed());
        for (int i = 0; i < 100; i++) {
            half.failed();
        }
        assertEquals(Duration.ofSeconds(150), half.failed());
    }
}
