package io.loadmonitor.alert;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.json.JsonValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The fields of one JSON object, with its place in the message for the errors. */
final class Fields {
    /** Prometheus' own limits are off by default; these are far above what people use. */
    static final int MAX_LABELS = 64;

    static final int MAX_NAME_LENGTH = 256;
    static final int MAX_LABEL_LENGTH = 4096;

    /** What is longer is cut: an annotation is for reading only. */
    static final int MAX_ANNOTATION_LENGTH = 8192;

    private static final int MAX_TEXT_LENGTH = 8192;
    private static final int MAX_QUOTE_LENGTH = 80;
    private static final Instant EARLIEST = Instant.EPOCH;

    private final String place;
    private final Map<String, JsonValue> fields;

    Fields(String place, JsonValue value) throws MalformedAlertException {
        this.place = place;
        this.fields = value.fields()
                .orElseThrow(() -> new MalformedAlertException((place.isEmpty() ? "the body" : place) + " is "
                        + quote(value) + ", but must be a JSON object"));
    }

    String text(String name) throws MalformedAlertException {
        JsonValue value = required(name);
        String text = value.text().orElseThrow(() -> wrong(name, quote(value), "must be a string"));
        if (text.length() > MAX_TEXT_LENGTH) {
            throw wrong(name, quote(value), "must have at most " + MAX_TEXT_LENGTH + " characters");
        }
        return text;
    }

    Optional<String> optionalText(String name) throws MalformedAlertException {
        return given(name).isPresent() ? Optional.of(text(name)) : Optional.empty();
    }

    /** 0 where it is absent. */
    long count(String name) throws MalformedAlertException {
        Optional<JsonValue> value = given(name);
        if (value.isEmpty()) {
            return 0;
        }
        OptionalLong number = value.get().whole();
        if (number.isEmpty() || number.getAsLong() < 0) {
            throw wrong(name, quote(value.get()), "must be a whole number, 0 or more");
        }
        return number.getAsLong();
    }

    List<JsonValue> array(String name) throws MalformedAlertException {
        JsonValue value = required(name);
        return value.items().orElseThrow(() -> wrong(name, quote(value), "must be an array"));
    }

    /** A time by RFC 3339 with up to nanoseconds, from 1970 on. */
    Instant time(String name) throws MalformedAlertException {
        String text = text(name);
        Instant time;
        try {
            time = OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw wrong(name, quote(text), "must be a time such as 2026-11-22T12:04:10.123Z");
        }
        if (time.isBefore(EARLIEST) || text.startsWith("+")) {
            throw wrong(name, quote(text), "must be a time in the years 1970 to 9999");
        }
        return time;
    }

    Map<String, String> labels(String name) throws MalformedAlertException {
        Map<String, String> labels = strings(name, required(name));
        for (Map.Entry<String, String> label : labels.entrySet()) {
            if (label.getValue().length() > MAX_LABEL_LENGTH) {
                throw wrong(
                        name + "[" + quote(label.getKey()) + "]",
                        quote(label.getValue()),
                        "must have at most " + MAX_LABEL_LENGTH + " characters");
            }
        }
        return labels;
    }

    Map<String, String> annotations(String name) throws MalformedAlertException {
        Optional<JsonValue> value = given(name);
        if (value.isEmpty()) {
            return Map.of();
        }
        Map<String, String> annotations = strings(name, value.get());
        annotations.replaceAll((key, text) -> cut(text, MAX_ANNOTATION_LENGTH));
        return annotations;
    }

    private Map<String, String> strings(String name, JsonValue object) throws MalformedAlertException {
        Map<String, JsonValue> entries =
                object.fields().orElseThrow(() -> wrong(name, quote(object), "must be a JSON object"));
        if (entries.size() > MAX_LABELS) {
            throw new MalformedAlertException(
                    path(name) + " has " + entries.size() + " entries, but at most " + MAX_LABELS + " are taken");
        }
        Map<String, String> strings = new HashMap<>();
        for (Map.Entry<String, JsonValue> entry : entries.entrySet()) {
            String entryName = name + "[" + quote(entry.getKey()) + "]";
            if (entry.getKey().isEmpty() || entry.getKey().length() > MAX_NAME_LENGTH) {
                throw new MalformedAlertException(
                        path(entryName) + ": the name must have 1 to " + MAX_NAME_LENGTH + " characters");
            }
            strings.put(
                    entry.getKey(),
                    entry.getValue()
                            .text()
                            .orElseThrow(() -> wrong(entryName, quote(entry.getValue()), "must be a string")));
        }
        return strings;
    }

    /** Neither absent nor null. */
    private Optional<JsonValue> given(String name) {
        return Optional.ofNullable(fields.get(name)).filter(value -> !value.isNull());
    }

    private JsonValue required(String name) throws MalformedAlertException {
        JsonValue value = fields.get(name);
        if (value == null) {
            throw new MalformedAlertException(path(name) + " is missing");
        }
        return value;
    }

    MalformedAlertException wrong(String name, String quoted, String must) {
        return new MalformedAlertException(path(name) + " is " + quoted + ", but " + must);
    }

    private String path(String name) {
        return place.isEmpty() ? name : place + "." + name;
    }

    static String quote(String text) {
        return '"' + EscapedText.of(cut(text, MAX_QUOTE_LENGTH)).escaped() + '"';
    }

    private static String quote(JsonValue value) {
        Optional<String> text = value.text();
        if (text.isPresent()) {
            return quote(text.get());
        }
        if (value.items().isPresent()) {
            return "an array";
        }
        return value.fields().isPresent() ? "an object" : cut(value.toString(), MAX_QUOTE_LENGTH);
    }

    /** At most {@code length} characters of the text, with three dots where something was cut off. */
    static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        int end = length - 3;
        if (Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end) + "...";
    }
}
