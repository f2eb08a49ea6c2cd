package io.loadmonitor.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** A value that was read: each method answers for one kind of it, and with nothing for the others. Immutable. */
public final class JsonValue {
    private final JsonNode node;

    JsonValue(JsonNode node) {
        this.node = node;
    }

    public boolean isNull() {
        return node.isNull();
    }

    /** Of a string. */
    public Optional<String> text() {
        return node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
    }

    /** Of a number that is written without fraction and exponent and fits. */
    public OptionalLong whole() {
        return node.isIntegralNumber() && node.canConvertToLong()
                ? OptionalLong.of(node.longValue())
                : OptionalLong.empty();
    }

    /** Of any number. */
    public OptionalDouble number() {
        return node.isNumber() ? OptionalDouble.of(node.doubleValue()) : OptionalDouble.empty();
    }

    /** Of {@code true} and {@code false}. */
    public Optional<Boolean> flag() {
        return node.isBoolean() ? Optional.of(node.booleanValue()) : Optional.empty();
    }

    /** Of an array. */
    public Optional<List<JsonValue>> items() {
        if (!node.isArray()) {
            return Optional.empty();
        }
        List<JsonValue> items = new ArrayList<>(node.size());
        node.forEach(item -> items.add(new JsonValue(item)));
        return Optional.of(Collections.unmodifiableList(items));
    }

    /** Of an object, in the order of the text. */
    public Optional<Map<String, JsonValue>> fields() {
        if (!node.isObject()) {
            return Optional.empty();
        }
        Map<String, JsonValue> fields = new LinkedHashMap<>();
        node.properties().forEach(field -> fields.put(field.getKey(), new JsonValue(field.getValue())));
        return Optional.of(Collections.unmodifiableMap(fields));
    }

    /** As JSON, on one line. */
    @Override
    public String toString() {
        return node.toString();
    }
}
