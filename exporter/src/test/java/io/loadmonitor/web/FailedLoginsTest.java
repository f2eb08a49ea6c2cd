package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class FailedLoginsTest {
    private static final Client CLIENT = new Client("c0000209", false);
    private final AtomicLong now = new AtomicLong();
    private final FailedLogins failures = new FailedLogins(now::get);

    @Test
    void aClientHasItsOwnTries() {
        for (int i = 0; i < FailedLogins.ALLOWED.burst(); i++) {
            assertTrue(failures.begin(CLIENT));
        }
        assertFalse(failures.begin(CLIENT));
        assertEquals(FailedLogins.ALLOWED.interval(), failures.untilNext(CLIENT));
        Client other = new Client("c0000210", false);
        assertEquals(Duration.ZERO, failures.untilNext(other));
        assertTrue(failures.begin(other));
        now.addAndGet(FailedLogins.ALLOWED.interval().toNanos());
        assertEquals(Duration.ZERO, failures.untilNext(CLIENT));
        assertTrue(failures.begin(CLIENT));
        assertFalse(failures.begin(CLIENT));
    }

    @Test
    void whatWasRightCostsNothing() {
        for (int i = 0; i < 10 * FailedLogins.ALLOWED.burst(); i++) {
            failures.begin(CLIENT, "anna").orElseThrow().putBack();
        }
        assertEquals(Duration.ZERO, failures.untilNext(CLIENT));
    }

    @Test
    void whoTriesOnIsNotForgottenForManyOthers() {
        while (failures.begin(CLIENT)) {
            // All of its tries.
        }
        for (int i = 0; i < 5_000; i++) {
            assertTrue(failures.begin(new Client("other" + i, false)));
            assertFalse(failures.untilNext(CLIENT).isZero());
        }
    }

    @Test
    void everyNameHasTriesOfItsOwnBeyondThoseOfItsClient() {
        while (failures.begin(CLIENT)) {
            // All of its tries.
        }
        for (int i = 0; i < FailedLogins.ALLOWED_OF_USER.burst(); i++) {
            assertTrue(failures.begin(CLIENT, "anna").isPresent());
        }
        assertTrue(failures.begin(CLIENT, "anna").isEmpty());
        assertTrue(failures.begin(CLIENT, "bob").isPresent());
        now.addAndGet(FailedLogins.ALLOWED_OF_USER.interval().toNanos());
        while (failures.begin(CLIENT)) {
            // Those that came back.
        }
        assertTrue(failures.begin(CLIENT, "anna").isPresent());
        assertTrue(failures.begin(CLIENT, "anna").isEmpty());
    }

    /** What bcrypt can cost for one client. */
    @Test
    void allNamesTogetherHaveABound() {
        int begun = 0;
        for (int i = 0; i < 100_000; i++) {
            begun += failures.begin(CLIENT, "user" + i).isPresent() ? 1 : 0;
        }
        assertEquals(FailedLogins.ALLOWED.burst() + 64 * FailedLogins.ALLOWED_OF_USER.burst(), begun);
    }

    @Test
    void aKnownLoginHasTriesOfItsOwn() {
        assertFalse(failures.beginWhereKnown(CLIENT, "anna"));
        failures.known(CLIENT, "anna");
        Client other = new Client("c0000210", false);
        assertFalse(failures.beginWhereKnown(other, "anna"));
        assertFalse(failures.beginWhereKnown(CLIENT, "bob"));
        for (int i = 0; i < FailedLogins.ALLOWED_WHERE_KNOWN.burst(); i++) {
            assertTrue(failures.beginWhereKnown(CLIENT, "anna"));
            failures.forgiveWhereKnown(CLIENT, "anna");
        }
        for (int i = 0; i < FailedLogins.ALLOWED_WHERE_KNOWN.burst(); i++) {
            assertTrue(failures.beginWhereKnown(CLIENT, "anna"));
        }
        failures.known(CLIENT, "anna");
        assertFalse(failures.beginWhereKnown(CLIENT, "anna"), "to be known again gives no tries back");
        now.addAndGet(FailedLogins.ALLOWED_WHERE_KNOWN.interval().toNanos());
        assertTrue(failures.beginWhereKnown(CLIENT, "anna"));
    }

    @Test
    void forgetsTheLoginThatWasUsedLongestAgo() {
        for (int i = 0; i < 1_100; i++) {
            failures.known(CLIENT, "user" + i);
        }
        assertFalse(failures.beginWhereKnown(CLIENT, "user0"));
        assertTrue(failures.beginWhereKnown(CLIENT, "user1099"));
    }
}
