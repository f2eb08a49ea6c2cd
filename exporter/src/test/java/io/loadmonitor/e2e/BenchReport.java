package io.loadmonitor.e2e;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a run measured, as JSON for programs and as the page of the documents. Not safe for use by several threads. */
final class BenchReport {
    private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final ObjectNode root = json.createObjectNode();
    private final ArrayNode rows = root.putArray("measured");
    private final List<String> page = new ArrayList<>();

    void fact(String name, String value) {
        root.put(name, value);
        page.add("- " + name + ": " + value);
    }

    void text(String paragraph) {
        page.add(paragraph);
    }

    /** A table of the rows that follow. */
    void table(String title, String explanation) {
        page.add("\n## " + title + "\n\n" + explanation + "\n\n| what | measured | unit |\n|---|---|---|");
    }

    /** @param value one for each round, or for each time */
    void row(String what, String unit, Measured value) {
        page.add("| " + what + " | " + value + " | " + unit + " |");
        rows.addObject()
                .put("what", what)
                .put("unit", unit)
                .put("median", value.median())
                .put("least", value.least())
                .put("most", value.most())
                .put("count", value.count());
        System.out.println("bench: " + what + ": " + value + ' ' + unit);
    }

    /** What could not be measured here. */
    void missing(String what, String why) {
        page.add("| " + what + " | not measured: " + why + " | |");
        rows.addObject().put("what", what).put("missing", why);
        System.out.println("bench: " + what + ": not measured: " + why);
    }

    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("benchmarks.json"), json.writeValueAsString(root) + "\n");
        Files.writeString(folder.resolve("benchmarks.md"), String.join("\n", page) + "\n");
    }
}
