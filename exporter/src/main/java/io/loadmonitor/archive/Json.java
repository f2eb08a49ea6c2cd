package io.loadmonitor.archive;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.StackDump;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the archive stores as JSON. Safe for use by several threads. */
final class Json {
    private static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};

    private final JsonMapper mapper = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .addModule(new SimpleModule()
                    .addSerializer(EscapedText.class, new EscapedTextWriter())
                    .addSerializer(LoadCause.class, new LoadCauseWriter()))
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    /** A dump as it was understood, for other readers of the database. */
    record ParsedDump(StackDump dump, List<LoadPart> parts) {}

    byte[] of(ParsedDump dump) {
        try {
            return mapper.writeValueAsBytes(dump);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a parsed dump cannot be written as JSON", e);
        }
    }

    /** In the order of the keys, so that the same labels always give the same text. */
    String of(Map<String, String> strings) {
        try {
            return mapper.writeValueAsString(new TreeMap<>(strings));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings cannot be written as JSON", e);
        }
    }

    /** @throws SQLException when it is not what {@link #of(Map)} gave */
    Map<String, String> strings(String text) throws SQLException {
        try {
            return mapper.readValue(text, STRINGS);
        } catch (JsonProcessingException e) {
            throw new SQLException("labels are stored that are no JSON", e);
        }
    }

    private static final class EscapedTextWriter extends JsonSerializer<EscapedText> {
        @Override
        public void serialize(EscapedText text, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(text.escaped());
        }
    }

    /** Its id; the catalogue has the rest. */
    private static final class LoadCauseWriter extends JsonSerializer<LoadCause> {
        @Override
        public void serialize(LoadCause cause, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(cause.id());
        }
    }
}
