package io.loadmonitor.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class MonotonicClockTest {
    /** What HotSpot's own clock is on Linux (os_posix.cpp, javaTimeNanos), so both must agree. */
    @Test
    void goesWithTheClockOfTheVirtualMachine() {
        long before = System.nanoTime();
        long now = MonotonicClock.nanos();
        long after = System.nanoTime();
        assertTrue(before <= now && now <= after, before + " <= " + now + " <= " + after);
    }
}
