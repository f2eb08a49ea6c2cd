package io.loadmonitor.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class AgeClockTest {
    private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private Instant wall = NOON;
    private final AgeClock clock = new AgeClock(NOON, nanos::get);

    @Test
    void believesATimeThatHasGoneOnForAnHour() {
        pass(Duration.ofMinutes(59));
        assertEquals(Optional.empty(), clock.believed(wall));
        pass(Duration.ofMinutes(1));
        assertEquals(Optional.of(NOON.plusSeconds(3600)), clock.believed(wall));
        pass(Duration.ofDays(400));
        assertEquals(Optional.of(wall), clock.believed(wall), "a long sleep of who asks is no jump");
    }

    @Test
    void believesNoTimeForAnHourAfterAJumpInEitherDirection() {
        for (Duration jump : new Duration[] {Duration.ofDays(40), Duration.ofDays(-40), Duration.ofMinutes(2)}) {
            pass(Duration.ofHours(2));
            assertEquals(Optional.of(wall), clock.believed(wall));
            wall = wall.plus(jump);
            assertEquals(Optional.empty(), clock.believed(wall));
            pass(Duration.ofMinutes(59));
            assertEquals(Optional.empty(), clock.believed(wall));
            pass(Duration.ofMinutes(1));
            assertEquals(Optional.of(wall), clock.believed(wall));
        }
    }

    @Test
    void passesOverAClockThatIsSlewed() {
        pass(Duration.ofHours(1));
        wall = wall.plusSeconds(59);
        assertEquals(Optional.of(wall), clock.believed(wall));
    }

    private void pass(Duration time) {
        wall = wall.plus(time);
        nanos.addAndGet(time.toNanos());
    }
}
