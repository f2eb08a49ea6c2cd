package io.loadmonitor.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Writes records: what is not known is left out, never null or zero. Safe for use by several threads. */
public final class JsonWriter {
    private final ObjectMapper mapper = new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    /**
     * @param view a record, list or map of such, of strings, numbers and what else JSON knows; fields that are null are
     *     left out
     * @return UTF-8
     */
    public byte[] bytes(Object view) {
        try {
            return mapper.writeValueAsBytes(view);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(view.getClass() + " cannot be written as JSON", e);
        }
    }
}
