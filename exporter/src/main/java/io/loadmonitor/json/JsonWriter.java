package io.loadmonitor.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Writer;

/** Writes records: what is not known is left out, never null or zero. Safe for use by several threads. */
public final class JsonWriter {
    private final ObjectMapper mapper = new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    /**
     * Writes what {@link #bytes} gives, with a line for each value, as it goes: however long it is, it is never in
     * memory as a whole. The writer is left open.
     *
     * @throws IOException of the writer
     */
    public void indented(Object view, Writer out) throws IOException {
        try {
            mapper.writerWithDefaultPrettyPrinter()
                    .without(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                    .writeValue(out, view);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(view.getClass() + " cannot be written as JSON", e);
        }
    }

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
