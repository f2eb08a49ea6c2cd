package io.loadmonitor.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class BucketTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final Bucket bucket = new Bucket(new RateLimit(Duration.ofSeconds(2), 3), now::get);

    @Test
    void givesABurstAndThenOneInAnInterval() {
        assertTrue(bucket.take() && bucket.take() && bucket.take());
        assertFalse(bucket.take());
        assertEquals(Duration.ofSeconds(2), bucket.untilNext());
        pass(Duration.ofMillis(1999));
        assertFalse(bucket.take());
        assertEquals(Duration.ofMillis(1), bucket.untilNext());
        pass(Duration.ofMillis(1));
        assertEquals(Duration.ZERO, bucket.untilNext());
        assertTrue(bucket.take());
        assertFalse(bucket.take());
    }

    @Test
    void holdsNoMoreThanTheBurst() {
        assertTrue(bucket.take());
        pass(Duration.ofHours(1));
        bucket.putBack();
        assertTrue(bucket.take() && bucket.take() && bucket.take());
        assertFalse(bucket.take());
        bucket.putBack();
        assertTrue(bucket.take());
        assertFalse(bucket.take());
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
