package io.loadmonitor.app;

import io.loadmonitor.json.JsonValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Reads an answer of the API leniently: what is not there is empty, and an older or newer exporter is no fault. */
final class JsonFields {
    private final Map<String, JsonValue> fields;

    JsonFields(JsonValue value) {
        this.fields = value.fields().orElse(Map.of());
    }

    private JsonFields(Map<String, JsonValue> fields) {
        this.fields = fields;
    }

    boolean isEmpty() {
        return fields.isEmpty();
    }

    /** Of a string, or of anything else as it is written; empty text where there is none. */
    String text(String name) {
        JsonValue value = fields.get(name);
        return value == null || value.isNull() ? "" : value.text().orElseGet(value::toString);
    }

    OptionalLong whole(String name) {
        JsonValue value = fields.get(name);
        return value == null ? OptionalLong.empty() : value.whole();
    }

    OptionalDouble number(String name) {
        JsonValue value = fields.get(name);
        return value == null ? OptionalDouble.empty() : value.number();
    }

    boolean flag(String name) {
        return Optional.ofNullable(fields.get(name)).flatMap(JsonValue::flag).orElse(false);
    }

    JsonFields object(String name) {
        JsonValue value = fields.get(name);
        return value == null ? new JsonFields(Map.of()) : new JsonFields(value);
    }

    /** Of a list of objects. */
    List<JsonFields> objects(String name) {
        return Optional.ofNullable(fields.get(name)).flatMap(JsonValue::items).orElse(List.of()).stream()
                .map(JsonFields::new)
                .toList();
    }

    /** The strings among its own members. */
    Map<String, String> texts() {
        Map<String, String> texts = new HashMap<>();
        fields.forEach((name, value) -> value.text().ifPresent(text -> texts.put(name, text)));
        return texts;
    }

    /** Of a list of strings. */
    List<String> texts(String name) {
        return Optional.ofNullable(fields.get(name)).flatMap(JsonValue::items).orElse(List.of()).stream()
                .flatMap(item -> item.text().stream())
                .toList();
    }
}
