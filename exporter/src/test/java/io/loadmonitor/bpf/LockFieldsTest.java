package io.loadmonitor.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.bpf.AwaitedLock.Holding;
import io.loadmonitor.bpf.AwaitedLock.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What the words of a lock mean. Layout and values of Linux 6.18 for x86-64. */
final class LockFieldsTest {
    private static final long LOCK = 0xffff8881_0000_1000L;
    private static final long TASK = 0xffff8881_0300_4c00L;
    private static final long OTHER = 0xffff8881_0300_8000L;

    static final LockFields BY_BLOCKER = fields(LockFields.Way.BLOCKER);

    private static LockFields fields(LockFields.Way way) {
        return new LockFields(
                way,
                Optional.of(new Btf.Field(2080, 8, 0, 0)),
                OptionalInt.of(0),
                OptionalInt.of(0),
                OptionalInt.of(8),
                OptionalInt.of(24),
                OptionalInt.of(88),
                OptionalInt.of(24));
    }

    private static ByteBuffer words(long named, long... words) {
        ByteBuffer bytes = ByteBuffer.allocate(8 + LockFields.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(0, named);
        for (int i = 0; i < words.length; i++) {
            bytes.putLong(8 + 8 * i, words[i]);
        }
        return bytes;
    }

    private static Optional<AwaitedLock> twice(long named, long... words) {
        return BY_BLOCKER.read(words(named, words), words(named, words));
    }

    private static AwaitedLock lock(Kind kind, boolean asReader, Holding holding, long owner, int readers) {
        return new AwaitedLock(
                LOCK,
                kind,
                asReader,
                holding,
                owner == 0 ? OptionalLong.empty() : OptionalLong.of(owner),
                readers == 0 ? OptionalInt.empty() : OptionalInt.of(readers));
    }

    @Test
    void readsTheOwnerOfAMutexWithoutItsFlags() {
        assertEquals(Optional.of(lock(Kind.MUTEX, false, Holding.ALONE, TASK, 0)), twice(LOCK, TASK | 3));
        assertEquals(Optional.of(lock(Kind.MUTEX, false, Holding.NOBODY, 0, 0)), twice(LOCK, 1), "a lost wake-up");
        assertEquals(
                Optional.of(lock(Kind.MUTEX, false, Holding.CHANGING, 0, 0)),
                twice(LOCK, TASK | 4),
                "it is given to that task, which has not picked it up");
    }

    @Test
    void namesNobodyWhereTheTwoReadingsDiffer() {
        Optional<AwaitedLock> changing = Optional.of(lock(Kind.MUTEX, false, Holding.CHANGING, 0, 0));
        assertEquals(changing, BY_BLOCKER.read(words(LOCK, TASK | 1), words(LOCK, OTHER | 1)));
        assertEquals(changing, BY_BLOCKER.read(words(LOCK, TASK | 1), words(LOCK, 1)));
        assertEquals(Optional.empty(), BY_BLOCKER.read(words(LOCK, TASK), words(LOCK + 64, TASK)), "another lock");
        assertEquals(Optional.empty(), twice(0, TASK), "no lock");
    }

    @Test
    void namesTheWriterOfAReaderWriterLockAndNeverAReader() {
        assertEquals(Optional.of(lock(Kind.RW_SEMAPHORE, false, Holding.ALONE, TASK, 0)), twice(LOCK | 3, 0x3, TASK));
        assertEquals(
                Optional.of(lock(Kind.RW_SEMAPHORE, true, Holding.ALONE, TASK, 0)),
                twice(LOCK | 2, 0x3, TASK | 2),
                "not to be spun for");
        assertEquals(
                Optional.of(lock(Kind.RW_SEMAPHORE, false, Holding.SHARED, 0, 5)),
                twice(LOCK | 3, 0x502, TASK | 1),
                "its owner is the last reader who came, and perhaps gone");
        assertEquals(Optional.of(lock(Kind.RW_SEMAPHORE, false, Holding.NOBODY, 0, 0)), twice(LOCK | 3, 0x2, 0));
        assertEquals(
                Optional.of(lock(Kind.RW_SEMAPHORE, false, Holding.CHANGING, 0, 0)),
                twice(LOCK | 3, 0x3, 0),
                "taken, and not signed yet");
        assertEquals(
                Optional.of(lock(Kind.RW_SEMAPHORE, false, Holding.CHANGING, 0, 0)),
                twice(LOCK | 3, 0x3, TASK | 1),
                "the word of a reader from before");
        assertEquals(
                Optional.of(lock(Kind.RW_SEMAPHORE, false, Holding.CHANGING, 0, 0)),
                BY_BLOCKER.read(words(LOCK | 3, 0x502, 0), words(LOCK | 3, 0x402, 0)),
                "a reader left");
    }

    @Test
    void saysOfASemaphoreWhoTookItLast() {
        assertEquals(
                Optional.of(lock(Kind.SEMAPHORE, false, Holding.TAKEN_LAST, TASK, 0)), twice(LOCK | 1, 0, 0, 0, TASK));
        assertEquals(Optional.of(lock(Kind.SEMAPHORE, false, Holding.NOBODY, 0, 0)), twice(LOCK | 1, 0, 0, 0, 0));
    }

    @Test
    void readsTheOwnerOfAnRtMutex() {
        LockFields rt = fields(LockFields.Way.WAITER);
        assertEquals(
                Optional.of(lock(Kind.RT_MUTEX, false, Holding.ALONE, TASK, 0)),
                rt.read(words(LOCK, TASK | 1), words(LOCK, TASK | 1)));
    }

    @Test
    void saysNothingOnAKernelThatDoesNot() {
        LockFields none = fields(LockFields.Way.NONE);
        assertEquals(Optional.empty(), none.read(words(LOCK, TASK), words(LOCK, TASK)));
    }
}
