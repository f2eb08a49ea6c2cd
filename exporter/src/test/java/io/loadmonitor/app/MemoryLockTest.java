package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class MemoryLockTest {
    private static final long HEAP = 128L << 20;

    @Test
    void isDoneByItselfWhereSomebodyLiftedTheLimit() {
        assertEquals(Optional.empty(), MemoryLock.AUTO.obstacle(OptionalLong.empty(), HEAP));
        assertEquals(
                Optional.of("RLIMIT_MEMLOCK is 8388608 bytes and not unlimited"),
                MemoryLock.AUTO.obstacle(OptionalLong.of(8_388_608), HEAP));
    }

    /** Whatever such a JVM once used would stay locked. */
    @Test
    void isNotDoneByItselfWithAHeapWithoutABound() {
        assertEquals(
                Optional.of("the heap may grow to 8192 MB: give Java -Xmx112m"),
                MemoryLock.AUTO.obstacle(OptionalLong.empty(), 8192L << 20));
    }

    @Test
    void isDoneOrLeftAsTold() {
        assertEquals(Optional.empty(), MemoryLock.ON.obstacle(OptionalLong.of(0), 8192L << 20));
        assertEquals(Optional.of("--memory.lock=off"), MemoryLock.OFF.obstacle(OptionalLong.empty(), HEAP));
    }
}
