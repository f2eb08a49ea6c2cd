package io.loadmonitor.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.desk.CaptureObserver.FailureReason;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ShelfTest {
    private final Shelf shelf = new Shelf();

    @Test
    void hasRoomForSoManyTexts() throws Exception {
        for (int i = 0; i < Shelf.MOST_TEXTS; i++) {
            assertTrue(shelf.hasRoom());
            shelf.put(taken(1));
        }
        assertFalse(shelf.hasRoom());
        shelf.remove();
        assertTrue(shelf.hasRoom());
        shelf.awaitRoom();
    }

    @Test
    void hasRoomForSoManyBytesAndForOneThatIsLarger() {
        shelf.put(taken((int) Shelf.MOST_BYTES + 1));
        assertFalse(shelf.hasRoom());
        assertEquals(1, shelf.texts());
    }

    @Test
    void countsNoFailureAsAText() throws Exception {
        for (int i = 0; i < 2 * Shelf.MOST_TEXTS; i++) {
            shelf.put(new Shelf.Failed(order(), FailureReason.TIMEOUT, "took too long"));
        }
        assertTrue(shelf.hasRoom());
        assertTrue(shelf.next().orElseThrow() instanceof Shelf.Failed);
    }

    @Test
    void givesWhatIsThereWhenItIsClosed() throws Exception {
        shelf.put(taken(1));
        shelf.close();
        assertTrue(shelf.next().isPresent());
        shelf.remove();
        assertEquals(Optional.empty(), shelf.next());
    }

    private static Shelf.Taken taken(int bytes) {
        return new Shelf.Taken(order(), RawDump.of(new byte[bytes]), Duration.ZERO);
    }

    private static CaptureOrder order() {
        return new CaptureOrder(OptionalLong.of(1), DumpTrigger.ALERT, new Reason("x"), Instant.EPOCH);
    }
}
