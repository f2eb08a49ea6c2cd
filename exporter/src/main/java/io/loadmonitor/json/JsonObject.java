package io.loadmonitor.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/**
 * An object that is being built, field by field in the order in which it is written; a name that is put again replaces
 * the value. Not safe for use by several threads.
 */
public final class JsonObject {
    private static final ObjectMapper INDENTED = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final ObjectNode node;

    /** An empty one, for a whole text. */
    public JsonObject() {
        this(JsonNodeFactory.instance.objectNode());
    }

    JsonObject(ObjectNode node) {
        this.node = node;
    }

    public JsonObject put(String name, String text) {
        node.put(name, text);
        return this;
    }

    public JsonObject put(String name, long number) {
        node.put(name, number);
        return this;
    }

    public JsonObject put(String name, double number) {
        node.put(name, number);
        return this;
    }

    public JsonObject put(String name, boolean value) {
        node.put(name, value);
        return this;
    }

    /** Puts an empty object there and returns it. */
    public JsonObject putObject(String name) {
        return new JsonObject(node.putObject(name));
    }

    /** Puts an empty array there and returns it. */
    public JsonArray putArray(String name) {
        return new JsonArray(node.putArray(name));
    }

    /** As JSON on one line, in UTF-8. */
    public byte[] bytes() {
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** As JSON, with a line for each value. */
    public String indented() {
        try {
            return INDENTED.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers is always JSON", e);
        }
    }
}
