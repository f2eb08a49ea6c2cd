package io.loadmonitor.json;

import com.fasterxml.jackson.databind.node.ArrayNode;

/** An array that is being built. Not safe for use by several threads. */
public final class JsonArray {
    private final ArrayNode node;

    JsonArray(ArrayNode node) {
        this.node = node;
    }

    public void add(String text) {
        node.add(text);
    }

    /** Adds an empty object and returns it. */
    public JsonObject addObject() {
        return new JsonObject(node.addObject());
    }

    public int size() {
        return node.size();
    }
}
