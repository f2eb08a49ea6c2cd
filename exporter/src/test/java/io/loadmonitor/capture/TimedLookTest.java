package io.loadmonitor.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TimedLookTest {
    @Test
    void waitsForNoLookThatHangs() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        AtomicInteger looks = new AtomicInteger();
        TimedLook<Integer> look = new TimedLook<>("test", Duration.ofMillis(50), () -> {
            int number = looks.incrementAndGet();
            answer.await();
            return number;
        });
        assertEquals("it takes longer than 50 ms", failure(look));
        assertEquals("an earlier look has not come back", failure(look));
        assertEquals("an earlier look has not come back", failure(look));
        assertEquals(1, looks.get(), "one thread hangs, however often it is asked");
        answer.countDown();
        while (looks.get() == 1) {
            // The one that hung ends by itself; its answer is of no use to anybody.
            try {
                look.now();
            } catch (TimedLook.FailedException notYet) {
                Thread.sleep(5);
            }
        }
        assertEquals(3, new TimedLook<>("test", Duration.ofSeconds(30), () -> 3).now());
    }

    @Test
    void saysWhyItFailed() {
        TimedLook<Integer> look = new TimedLook<>("test", Duration.ofSeconds(30), () -> {
            throw new IOException("no such disk");
        });
        assertTrue(failure(look).contains("no such disk"));
        assertTrue(failure(look).contains("no such disk"), "and tries again");
    }

    private static String failure(TimedLook<?> look) {
        return String.valueOf(
                assertThrows(TimedLook.FailedException.class, look::now).getMessage());
    }
}
