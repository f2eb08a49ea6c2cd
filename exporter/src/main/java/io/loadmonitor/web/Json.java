package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.json.JsonReader;
import io.loadmonitor.json.JsonValue;
import io.loadmonitor.json.JsonWriter;
import io.loadmonitor.json.MalformedJsonException;

/** The JSON of the API: what is not known is left out, never null or zero. Safe for use by several threads. */
final class Json {
    static final String CONTENT_TYPE = "application/json";

    private final JsonReader reader = new JsonReader();
    private final JsonWriter writer = new JsonWriter();

    void answer(Context context, int status, Object view) {
        context.status(status).contentType(CONTENT_TYPE).result(write(view));
    }

    byte[] write(Object view) {
        return writer.bytes(view);
    }

    /** Any JSON value. */
    JsonValue read(byte[] text) throws MalformedJsonException {
        return reader.read(text);
    }

    /** Whether a Content-Type header says JSON, with whatever parameters. */
    static boolean isJson(String contentType) {
        int semicolon = contentType.indexOf(';');
        String type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
        return type.strip().equalsIgnoreCase(CONTENT_TYPE);
    }
}
