package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReasonTest {
    @Test
    void takesWhatTheModuleTakes() {
        String longest = "~ \"quoted\" \\" + "x".repeat(51);
        assertEquals(63, longest.length());
        assertEquals(longest, new Reason(longest).text());
        assertEquals(
                "~ \\\"quoted\\\" \\\\" + "x".repeat(51),
                new Reason(longest).escaped().escaped());
        assertEquals("x".repeat(63), Reason.beginning("x".repeat(100)).text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "z\u00e4h", "a\nend id=1", "a\tb", "\u0001", "\u007f"})
    void refusesWhatCouldForgeALineOrBeRefusedLater(String text) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> new Reason(text));
        assertEquals(
                "the reason must be 1 to 63 characters of printable ASCII, not " + text.length() + ": \""
                        + EscapedText.of(text) + '"',
                refused.getMessage());
    }

    @Test
    void refusesALongOneAndQuotesItsBeginning() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> new Reason("x".repeat(100_000)));
        assertEquals(
                "the reason must be 1 to 63 characters of printable ASCII, not 100000: \"" + "x".repeat(126) + "...\"",
                refused.getMessage());
    }
}
