package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class TurnsTest {
    private final AtomicLong now = new AtomicLong(77);
    private final Turns turns = new Turns(now::get);
    private final List<String> events = new ArrayList<>();

    @Test
    void givesAClientItsShareAndOthersTheRest() throws Exception {
        for (int i = 0; i < Lane.REPORT.placesOfOne(); i++) {
            assertTrue(enter(Lane.REPORT, 1, "greedy"));
        }
        assertFalse(enter(Lane.REPORT, 1, "greedy waits"));
        for (int i = Lane.REPORT.placesOfOne(); i < Lane.REPORT.places(); i++) {
            assertTrue(enter(Lane.REPORT, 2, "other"));
        }
        assertFalse(enter(Lane.REPORT, 3, "third waits"));
        assertEquals(List.of(), events);
    }

    @Test
    void hasPlacesOfItsOwnForEachKind() throws Exception {
        for (int client = 1; client < 9; client++) {
            for (Lane lane : List.of(Lane.REPORT, Lane.DOWNLOAD, Lane.SMALL)) {
                enter(lane, client, "");
                enter(lane, client, "");
            }
        }
        assertTrue(enter(Lane.SCRAPE, 1, "scrape"));
        assertTrue(enter(Lane.WEBHOOK, 1, "webhook"));
        assertTrue(enter(Lane.READINESS, 1, "ready"));
    }

    @Test
    void letsTheOneBeginThatWaitsLongestAndMayHaveThePlace() throws Exception {
        assertTrue(enter(Lane.REPORT, 1, "a"));
        assertTrue(enter(Lane.REPORT, 1, "b"));
        assertTrue(enter(Lane.REPORT, 2, "c"));
        assertTrue(enter(Lane.REPORT, 2, "d"));
        assertFalse(enter(Lane.REPORT, 1, "e"));
        assertFalse(enter(Lane.REPORT, 3, "f"));
        assertFalse(enter(Lane.REPORT, 2, "g"));
        turns.leave(Lane.REPORT, client(2));
        // Client 1 has its share still.
        assertEquals(List.of("f begins"), events);
        turns.leave(Lane.REPORT, client(1));
        assertEquals(List.of("f begins", "e begins"), events);
        turns.leave(Lane.REPORT, client(3));
        assertEquals(List.of("f begins", "e begins", "g begins"), events);
    }

    @Test
    void refusesWhatHasWaitedTooLong() throws Exception {
        fill(Lane.REPORT);
        enter(Lane.REPORT, 9, "late");
        now.addAndGet(Duration.ofSeconds(5).toNanos());
        turns.sweep();
        assertEquals(List.of(), events);
        now.incrementAndGet();
        turns.sweep();
        assertEquals(List.of("late is refused"), events);
        turns.leave(Lane.REPORT, client(1));
        assertEquals(List.of("late is refused"), events);
    }

    @Test
    void refusesAtOnceWhereTooManyWait() throws Exception {
        fill(Lane.REPORT);
        for (int i = 0; i < Lane.MOST_WAITING_OF_ONE; i++) {
            enter(Lane.REPORT, 1, "waits");
        }
        assertEquals(List.of(), events);
        enter(Lane.REPORT, 1, "too many of one");
        assertEquals(List.of("too many of one is refused"), events);
        for (int i = 0; i < Lane.MOST_WAITING - Lane.MOST_WAITING_OF_ONE; i++) {
            enter(Lane.REPORT, 100 + i, "waits");
        }
        enter(Lane.REPORT, 99, "too many");
        assertEquals(List.of("too many of one is refused", "too many is refused"), events);
    }

    private void fill(Lane lane) throws UnknownHostException {
        for (int i = 0; i < lane.places(); i++) {
            assertTrue(enter(lane, 1 + i / lane.placesOfOne(), "runs"));
        }
    }

    private boolean enter(Lane lane, int client, String name) throws UnknownHostException {
        return turns.enter(lane, client(client), new Turns.Waiting() {
            @Override
            public void begin() {
                events.add(name + " begins");
            }

            @Override
            public void refuse() {
                events.add(name + " is refused");
            }
        });
    }

    private static Client client(int number) throws UnknownHostException {
        return Client.of(InetAddress.getByName("192.0.2." + number));
    }
}
