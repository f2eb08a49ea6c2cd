package io.loadmonitor.archive;

import io.loadmonitor.json.JsonReader;
import io.loadmonitor.json.JsonValue;
import io.loadmonitor.json.JsonWriter;
import io.loadmonitor.json.MalformedJsonException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the archive stores as JSON: labels and annotations. Safe for use by several threads. */
final class Json {
    private static final Logger log = LoggerFactory.getLogger(Json.class);

    private final JsonWriter writer = new JsonWriter();
    private final JsonReader reader = new JsonReader();

    /** In the order of the keys, so that the same labels always give the same text. */
    String of(Map<String, String> strings) {
        return new String(writer.bytes(new TreeMap<>(strings)), StandardCharsets.UTF_8);
    }

    /** None where it is not what {@link #of(Map)} gave: one odd row must not spoil a list of good ones. */
    Map<String, String> strings(String text) {
        try {
            Map<String, JsonValue> fields =
                    reader.read(text.getBytes(StandardCharsets.UTF_8)).fields().orElse(Map.of());
            Map<String, String> strings = new HashMap<>();
            fields.forEach((name, value) -> strings.put(name, value.text().orElse("")));
            return strings;
        } catch (MalformedJsonException e) {
            log.error("Labels are stored that are no JSON: {}", e.getMessage());
            return Map.of();
        }
    }

    /** Numbers by their names, in the order of these. */
    String ofNumbers(Map<String, Double> numbers) {
        return new String(writer.bytes(new TreeMap<>(numbers)), StandardCharsets.UTF_8);
    }

    /** None where it is not what {@link #ofNumbers} gave. */
    Map<String, Double> numbers(String text) {
        try {
            Map<String, JsonValue> fields =
                    reader.read(text.getBytes(StandardCharsets.UTF_8)).fields().orElse(Map.of());
            Map<String, Double> numbers = new HashMap<>();
            fields.forEach((name, value) -> value.number().ifPresent(number -> numbers.put(name, number)));
            return numbers;
        } catch (MalformedJsonException e) {
            log.error("Numbers are stored that are no JSON: {}", e.getMessage());
            return Map.of();
        }
    }
}
