package io.loadmonitor.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonReaderTest {
    private final JsonReader reader = new JsonReader();

    @Test
    void eachKindAnswersForItselfAlone() throws Exception {
        Map<String, JsonValue> fields = value("{\"b\":\"x\",\"a\":7,\"c\":[1,\"y\"],\"d\":null,\"e\":1.5,\"f\":{}}")
                .fields()
                .orElseThrow();
        assertEquals(List.of("b", "a", "c", "d", "e", "f"), List.copyOf(fields.keySet()));
        assertEquals(Optional.of("x"), fields.get("b").text());
        assertEquals(OptionalLong.of(7), fields.get("a").whole());
        assertEquals("[1,\"y\"]", fields.get("c").toString());
        assertEquals(
                Optional.of("y"), fields.get("c").items().orElseThrow().get(1).text());
        assertTrue(fields.get("d").isNull());
        assertEquals(Map.of(), fields.get("f").fields().orElseThrow());
        fields.forEach((name, field) -> {
            assertEquals(name.equals("b"), field.text().isPresent(), name);
            assertEquals(name.equals("a"), field.whole().isPresent(), name);
            assertEquals(name.equals("c"), field.items().isPresent(), name);
            assertEquals(name.equals("d"), field.isNull(), name);
            assertEquals(name.equals("f"), field.fields().isPresent(), name);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775808", "1.0", "1e3", "\"7\"", "true"})
    void takesNoOtherNumberForAWholeOne(String text) throws Exception {
        assertEquals(OptionalLong.empty(), value(text).whole());
        assertEquals(
                OptionalLong.of(Long.MIN_VALUE), value("-9223372036854775808").whole());
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '~', delimiter = '|', textBlock = """
            {"a":1} {"b":2}   | line 1, column
            {"a":1,\\n"a":2}  | line 2, column
            {"a":             | line 1, column
            [1,]              | line 1, column
            {'a':1}           | line 1, column
            NaN               | line 1, column
            """)
    void refusesWhatIsNotOneStrictValue(String text, String place) {
        MalformedJsonException e = assertThrows(MalformedJsonException.class, () -> value(text.replace("\\n", "\n")));
        assertTrue(e.place().startsWith(place), e.place());
        assertFalse(e.getMessage().isEmpty());
    }

    @Test
    void readsNothingWithoutBounds() throws Exception {
        assertThrows(MalformedJsonException.class, () -> value(""));
        assertThrows(MalformedJsonException.class, () -> value("[".repeat(33) + "]".repeat(33)));
        assertTrue(value("[".repeat(32) + "]".repeat(32)).items().isPresent());
        assertThrows(MalformedJsonException.class, () -> value('"' + "x".repeat(256 * 1024 + 1) + '"'));
        assertEquals(
                256 * 1024,
                value('"' + "x".repeat(256 * 1024) + '"').text().orElseThrow().length());
    }

    private JsonValue value(String text) throws MalformedJsonException {
        return reader.read(text.getBytes(StandardCharsets.UTF_8));
    }
}
