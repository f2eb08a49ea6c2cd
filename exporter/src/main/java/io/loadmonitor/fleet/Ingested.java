package io.loadmonitor.fleet;

import io.loadmonitor.json.JsonReader;
import io.loadmonitor.json.JsonValue;
import io.loadmonitor.json.MalformedJsonException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the store says to a batch.
 *
 * @param forked nothing was taken: the store has another batch of this number
 * @param rows that were new
 * @param notes for people: clocks and names that are odd
 */
record Ingested(boolean forked, long rows, List<String> notes) {
    Ingested {
        notes = List.copyOf(notes);
    }

    static Ingested read(String text) throws FleetException {
        try {
            Map<String, JsonValue> fields = new JsonReader()
                    .read(text.getBytes(StandardCharsets.UTF_8))
                    .fields()
                    .orElse(Map.of());
            long rows = 0;
            for (String name : List.of("dumps", "parts", "incidents", "minutes")) {
                rows += Optional.ofNullable(fields.get(name))
                        .map(value -> value.whole().orElse(0))
                        .orElse(0L);
            }
            return new Ingested(
                    Optional.ofNullable(fields.get("forked"))
                            .flatMap(JsonValue::flag)
                            .orElse(false),
                    rows,
                    Optional.ofNullable(fields.get("notes")).flatMap(JsonValue::items).orElse(List.of()).stream()
                            .flatMap(note -> note.text().stream())
                            .toList());
        } catch (MalformedJsonException e) {
            throw new FleetException(
                    FleetException.Reason.OTHER, "the store answers what is no JSON: " + e.getMessage(), e);
        }
    }
}
