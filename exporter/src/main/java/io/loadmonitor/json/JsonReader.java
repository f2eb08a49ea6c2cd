package io.loadmonitor.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * Reads text of strangers: one value and nothing behind it, no name twice in an object, no string of more than 256 Ki
 * characters, no nesting of more than 32. Safe for use by several threads.
 */
public final class JsonReader {
    private static final int MAX_STRING_LENGTH = 256 * 1024;
    private static final int MAX_NESTING = 32;

    private final ObjectReader json = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(MAX_STRING_LENGTH)
                            .maxNestingDepth(MAX_NESTING)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build()
            .reader();

    /**
     * @param text in UTF-8, -16 or -32; empty is no value
     * @throws MalformedJsonException says what is wrong and where
     */
    public JsonValue read(byte[] text) throws MalformedJsonException {
        if (text.length == 0) {
            throw new MalformedJsonException("there is no text", "");
        }
        try {
            return new JsonValue(json.readTree(text));
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            throw new MalformedJsonException(
                    e.getOriginalMessage(),
                    place == null ? "" : "line " + place.getLineNr() + ", column " + place.getColumnNr());
        } catch (IOException e) {
            // Bytes in no encoding that JSON may have.
            throw new MalformedJsonException(String.valueOf(e.getMessage()), "");
        }
    }
}
