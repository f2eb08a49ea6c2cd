package io.loadmonitor.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FleetAddressTest {
    @Test
    void showsNothingOfTheQuery() {
        FleetAddress address =
                FleetAddress.of("jdbc:postgresql://db.example.com:5433/load?user=me&sslkey=/secret", Optional.empty());
        assertEquals("jdbc:postgresql://db.example.com:5433/load", address.toString());
    }

    @Test
    void refusesWhatIsNoAddressOfAStore() {
        for (String url : List.of(
                "", "postgres://db/load", "jdbc:postgresql:load", "jdbc:postgresql://db", "jdbc:mysql://db/load")) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> FleetAddress.of(url, Optional.empty()), url);
            assertTrue(refused.getMessage().contains("expected jdbc:postgresql://HOST:PORT/DATABASE"), url);
        }
    }

    @Test
    void refusesAPasswordThatEverybodyWouldSee() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> FleetAddress.of("jdbc:postgresql://db/load?user=me&password=secret", Optional.empty()));
        assertTrue(refused.getMessage().contains("--fleet.password-file"), refused.getMessage());
        assertFalse(refused.getMessage().contains("secret"), refused.getMessage());
    }

    @Test
    void saysThatNobodyAnswersAndThatAPasswordFileIsMissing() {
        FleetException refused = assertThrows(
                FleetException.class,
                () -> FleetAddress.of("jdbc:postgresql://127.0.0.1:1/load?user=me", Optional.empty())
                        .connect());
        assertEquals(FleetException.Reason.UNREACHABLE, refused.reason());
        refused = assertThrows(
                FleetException.class,
                () -> FleetAddress.of(
                                "jdbc:postgresql://127.0.0.1:1/load?user=me", Optional.of(Path.of("/nowhere/password")))
                        .connect());
        assertEquals(FleetException.Reason.LOGIN, refused.reason());
        assertTrue(refused.getMessage().contains("/nowhere/password"), refused.getMessage());
    }
}
