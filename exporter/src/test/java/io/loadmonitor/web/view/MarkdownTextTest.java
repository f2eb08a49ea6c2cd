package io.loadmonitor.web.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MarkdownTextTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "busy, `busy`",
                "system.slice/db_1*x, `system.slice/db_1*x`",
                "<script>, `\\x3cscript>`",
                "a`b|c&d, `a\\x60b\\x7cc\\x26d`",
                "\u202egpj.exe\u2069, `\\u202egpj.exe\\u2069`",
                "\u200f\u200e, `\\u200f\\u200e`",
                "gr\u00fc\u00df, `gr\u00fc\u00df`",
                "\"\", `(empty)`",
                "\"  \", `(empty)`"
            })
    void standsInCode(String text, String code) {
        assertEquals(code, MarkdownText.code(text));
    }

    @ParameterizedTest
    @CsvSource({"10", "13", "0", "27", "127", "133"})
    void endsNoLineAndDrivesNoTerminal(int control) {
        String code = MarkdownText.code("a" + (char) control + "b");
        assertTrue(code.matches("`a\\\\(n|u00[0-9a-f]{2})b`"), code);
    }

    @Property(tries = 2000)
    void nothingEndsTheCode(@ForAll("texts") String text) {
        String code = MarkdownText.code(text);
        assertTrue(code.length() > 2 && code.startsWith("`") && code.endsWith("`"), code);
        String inner = code.substring(1, code.length() - 1);
        assertTrue(
                inner.codePoints()
                        .noneMatch(c -> "`|<&".indexOf(c) >= 0
                                || switch (Character.getType(c)) {
                                    case Character.CONTROL,
                                            Character.FORMAT,
                                            Character.SURROGATE,
                                            Character.LINE_SEPARATOR,
                                            Character.PARAGRAPH_SEPARATOR -> true;
                                    default -> false;
                                }),
                inner);
        assertTrue(!inner.isBlank());
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> marks = Arbitraries.strings()
                .withChars("`|<>&\n\r\t\\*_[]()#!~@:\u202a\u202e\u2066\u2069\u200e\u200f\u2028 a")
                .ofMaxLength(30);
        return Arbitraries.oneOf(
                marks, Arbitraries.strings().all().ofMaxLength(60), marks.map(text -> text.repeat(200)));
    }
}
