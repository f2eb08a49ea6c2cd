package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class EscapedTextTest {
    @Property(tries = 500)
    void losesNoByte(@ForAll byte[] bytes) {
        EscapedText text = EscapedText.of(bytes);
        assertArrayEquals(bytes, text.bytes());
        assertTrue(text.escaped().chars().allMatch(c -> c >= 0x20 && c <= 0x7e), text.escaped());
        assertEquals(text, new EscapedText(text.escaped()));
    }

    @Test
    void escapesWhatCouldForgeALine() {
        byte[] comm = "a\n\"\\\t\u00ff".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals("a\\n\\\"\\\\\\x09\\xff", EscapedText.of(comm).escaped());
    }

    @Test
    void hasOneFormForEqualBytes() {
        assertEquals(EscapedText.of("A\n"), new EscapedText("\\x41\\x0A"));
        assertEquals(EscapedText.of("say \"so\""), new EscapedText("say \"so\""));
        assertEquals(EscapedText.of("\\q \\x4 \\"), new EscapedText("\\q \\x4 \\"));
    }

    @Test
    void refusesCharactersThatAreNotPrintable() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> new EscapedText("a\u001b[2J"));
        assertEquals("not in escaped form, character 1 is U+1b: a\\x1b[2J", refused.getMessage());
    }
}
