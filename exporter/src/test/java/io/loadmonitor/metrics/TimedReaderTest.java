package io.loadmonitor.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TimedReaderTest {
    private final CountDownLatch disk = new CountDownLatch(1);
    private final AtomicInteger readings = new AtomicInteger();

    /** A reader that a disk holds. */
    private final FamilyReader stuck = new FamilyReader() {
        @Override
        public String collector() {
            return "stuck";
        }

        @Override
        public Set<Family> families() {
            return Set.of(Family.ARCHIVE_BYTES);
        }

        @Override
        public void read(Samples samples) throws Exception {
            readings.incrementAndGet();
            disk.await();
            samples.add(Family.ARCHIVE_BYTES, 7);
        }
    };

    @Test
    void losesItsOwnFamiliesWhileTheDiskIsStuckAndHoldsNoLaterScrape() throws Exception {
        TimedReader reader = new TimedReader(stuck, Duration.ofMillis(50));
        IOException first = assertThrows(IOException.class, () -> reader.read(new Samples()));
        assertTrue(String.valueOf(first.getMessage()).contains("has waited for the disk for 50 ms"), first.toString());
        IOException second = assertThrows(IOException.class, () -> reader.read(new Samples()));
        assertTrue(String.valueOf(second.getMessage()).contains("still waits for the disk"), second.toString());
        assertEquals(1, readings.get(), "one thread is held, not one a scrape");

        disk.countDown();

        Samples samples = new Samples();
        while (true) {
            try {
                reader.read(samples);
                break;
            } catch (IOException stillHeld) {
                Thread.onSpinWait();
            }
        }
        assertEquals(1, samples.families(new NameFilter(Set.of())).size());
    }
}
