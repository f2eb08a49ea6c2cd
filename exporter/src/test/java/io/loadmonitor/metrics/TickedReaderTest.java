package io.loadmonitor.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TickedReaderTest {
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong readings = new AtomicLong();
    private boolean broken;

    private final FamilyReader disk = new FamilyReader() {
        @Override
        public String collector() {
            return "disk";
        }

        @Override
        public Set<Family> families() {
            return Set.of(Family.ARCHIVE_DUMPS);
        }

        @Override
        public void read(Samples samples) throws IOException {
            if (broken) {
                throw new IOException("no disk");
            }
            samples.add(Family.ARCHIVE_DUMPS, readings.incrementAndGet());
        }
    };

    private final TickedReader reader = new TickedReader(disk, Duration.ofSeconds(5), events::get, nanos::get);

    private double scrape() throws Exception {
        Samples samples = new Samples();
        reader.read(samples);
        return samples.families(new NameFilter(Set.of())).get(0).samples.get(0).value;
    }

    @Test
    void showsWhatTheLastTickSaw() throws Exception {
        reader.tick();
        assertEquals(1, scrape());
        assertEquals(1, scrape());
        reader.tick();
        assertEquals(2, scrape());
    }

    @Test
    void readsAnewAfterAnEvent() throws Exception {
        reader.tick();
        events.incrementAndGet();
        assertEquals(2, scrape());
        assertEquals(2, scrape());
    }

    @Test
    void readsAnewWhereNothingTicks() throws Exception {
        assertEquals(1, scrape());
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        assertEquals(1, scrape());
        nanos.incrementAndGet();
        assertEquals(2, scrape());
    }

    @Test
    void showsNothingOldWhileTheDiskFails() throws Exception {
        reader.tick();
        broken = true;
        reader.tick();
        assertEquals("no disk", assertThrows(IOException.class, this::scrape).getMessage());
        broken = false;
        assertEquals(2, scrape());
    }

    @Test
    void ticksByItselfUntilItIsClosed() throws Exception {
        TickedReader own = new TickedReader(disk, Duration.ofMillis(1), events::get);
        while (readings.get() < 3) {
            Thread.onSpinWait();
        }
        own.close();
    }
}
