package io.loadmonitor.app;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A piece of a YAML file that knows its line (from 1), so that a complaint about it can name the place. */
sealed interface YamlNode {
    int line();

    /** For complaints: the value as written, or what kind of thing stands there. */
    String shown();

    /** {@code null}, {@code ~} and nothing are empty text. */
    record Scalar(int line, String text) implements YamlNode {
        @Override
        public String shown() {
            return '"' + text + '"';
        }
    }

    record Sequence(int line, List<YamlNode> items) implements YamlNode {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String shown() {
            return "a list";
        }
    }

    /** @param entries in the order of the file; each key stands once */
    record Mapping(int line, Map<String, Entry> entries) implements YamlNode {
        @Override
        public String shown() {
            return "a mapping";
        }
    }

    /** @param line of the key */
    record Entry(int line, YamlNode value) {}

    /**
     * Reads a whole file. An empty file is an empty mapping.
     *
     * @throws Malformed when it is no YAML, has a key twice or is nested too deeply
     */
    static YamlNode parse(String text) throws Malformed {
        try (JsonParser parser = new YAMLFactory().createParser(text)) {
            if (parser.nextToken() == null) {
                return new Mapping(1, Map.of());
            }
            YamlNode root = read(parser, 0);
            if (parser.nextToken() != null) {
                throw new Malformed(parser.currentTokenLocation().getLineNr(), "a second document begins here");
            }
            return root;
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new Malformed(
                    line,
                    "no YAML: " + e.getOriginalMessage().lines().findFirst().orElse(""));
        } catch (IOException e) {
            throw new Malformed(1, String.valueOf(e.getMessage()));
        }
    }

    private static YamlNode read(JsonParser parser, int depth) throws IOException, Malformed {
        int line = parser.currentTokenLocation().getLineNr();
        if (depth > 20) {
            throw new Malformed(line, "nested more than 20 deep");
        }
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Entry> entries = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = parser.currentName();
                    int keyLine = parser.currentTokenLocation().getLineNr();
                    parser.nextToken();
                    if (entries.put(key, new Entry(keyLine, read(parser, depth + 1))) != null) {
                        throw new Malformed(keyLine, "\"" + key + "\" stands twice");
                    }
                }
                return new Mapping(line, entries);
            }
            case START_ARRAY -> {
                List<YamlNode> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(read(parser, depth + 1));
                }
                return new Sequence(line, items);
            }
            case VALUE_NULL -> {
                return new Scalar(line, "");
            }
            default -> {
                return new Scalar(line, parser.getText());
            }
        }
    }

    /** The text is no YAML that can be used. */
    final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        private final int line;

        Malformed(int line, String message) {
            super(message);
            this.line = line;
        }

        int line() {
            return line;
        }
    }
}
