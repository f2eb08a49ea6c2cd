package io.loadmonitor.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.archive.Outbox.Minute;
import io.loadmonitor.sample.LoadTickParts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class LoadMinutesTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private static List<LoadTickParts> ticks() {
        List<LoadTickParts> ticks = new ArrayList<>();
        for (int second = 30; second < 200; second += 5) {
            double part = second < 60 ? 1 : second < 120 ? 2 : 3;
            ticks.add(new LoadTickParts(
                    NOON.plusSeconds(second),
                    OptionalInt.empty(),
                    part,
                    Map.of(),
                    Map.of("nfs", part, "dust", 0.0001),
                    true));
        }
        return ticks;
    }

    @Test
    void givesTheMeanOfEachMinuteThatIsOver() {
        assertEquals(
                List.of(
                        new Minute(NOON, Map.of("nfs", 1.0)),
                        new Minute(NOON.plusSeconds(60), Map.of("nfs", 2.0)),
                        new Minute(NOON.plusSeconds(120), Map.of("nfs", 3.0))),
                LoadMinutes.of(ticks(), Instant.EPOCH, NOON.plusSeconds(200)));
    }

    @Test
    void givesNoMinuteTwiceAndNoneThatLasts() {
        assertEquals(
                List.of(new Minute(NOON.plusSeconds(60), Map.of("nfs", 2.0))),
                LoadMinutes.of(ticks(), NOON, NOON.plusSeconds(179)));
    }
}
