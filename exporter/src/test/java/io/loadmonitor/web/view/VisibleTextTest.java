package io.loadmonitor.web.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class VisibleTextTest {
    @Test
    void showsMarksThatTurnTheDirectionOfWriting() {
        assertEquals("\\u202egpj.exe\\u2066", VisibleText.of("\u202egpj.exe\u2066"));
    }

    @Test
    void showsControlCharactersZeroWidthOnesAndLoneSurrogates() {
        assertEquals("a\\u0000\\u001b[31m\\u200b\\ufeff\\ud800", VisibleText.of("a\0\u001b[31m\u200b\ufeff\ud800"));
        assertEquals("\\u{e0041}", VisibleText.of("\udb40\udc41"));
    }

    @Test
    void keepsLineFeedsAndEveryKindOfLetter() {
        String text = "Größe\nعربى עברית 日本 \uD83D\uDE00 <b>&amp;";
        assertEquals(text, VisibleText.of(text));
    }
}
