package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.json.JsonWriter;
import io.loadmonitor.kernellog.KernelLog;
import io.loadmonitor.kernellog.KernelLogReader;
import io.loadmonitor.report.json.ExplainAnswer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for both reports on any text at all. */
final class ExplainPropertyTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Longer texts say nothing more, and take longer. */
    private static final int LONGEST = 16 * 1024;

    /** What a name could hold that does something to a terminal, a page or a line. */
    private static final List<String> HOSTILE = List.of(
            "\u001b[2J",
            "\u001b]0;title\u0007",
            "\u009b31m",
            "\u202e",
            "\u2066",
            "\u200f",
            "<script>alert(1)</script>",
            "\r",
            "\n",
            "\u0000",
            "\u007f",
            "\b\b\b",
            "\"",
            "\\",
            "\ud83d\udca5",
            "\u0085",
            "\u2028",
            "%s%n",
            "&amp;");

    @Property(tries = 500)
    void explainsAnyBytes(@ForAll byte[] bytes) throws Exception {
        consistent(bytes);
    }

    @Property(tries = 400)
    void explainsTextOfEveryFormatCutAnywhere(@ForAll("texts") byte[] text, @ForAll int start, @ForAll int end)
            throws Exception {
        int from = Math.floorMod(start, text.length);
        consistent(Arrays.copyOfRange(text, from, from + Math.floorMod(end, text.length - from + 1)));
    }

    @Property(tries = 400)
    void explainsTextOfEveryFormatWithStrangersInIt(
            @ForAll("texts") byte[] text, @ForAll("hostile") List<String> strangers, @ForAll int seed)
            throws Exception {
        String mixed = new String(text, StandardCharsets.ISO_8859_1);
        int place = seed;
        for (String stranger : strangers) {
            place = Math.floorMod(31 * place + 17, mixed.length());
            String bytes = new String(stranger.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            mixed = mixed.substring(0, place) + bytes + mixed.substring(place);
        }
        consistent(mixed.getBytes(StandardCharsets.ISO_8859_1));
    }

    static void consistent(byte[] bytes) throws IOException {
        KernelLog log = KernelLogReader.read(bytes);
        StringWriter text = new StringWriter();
        new ExplainText(new PrintWriter(text), false, CauseCatalogue.standard(), Optional.empty()).write(log);
        assertHarmless(text.toString());

        StringWriter written = new StringWriter();
        new JsonWriter().indented(ExplainAnswer.of(log, CauseCatalogue.standard(), Optional.empty()), written);
        String json = written.toString();
        assertHarmless(json);
        JsonNode root = JSON.readTree(json);
        JsonNode lines = root.get("lines");
        assertEquals(lines(bytes), lines.get("total").asInt());
        assertEquals(
                lines.get("total").asInt(),
                lines.get("understood").asInt()
                        + lines.get("skipped").asInt()
                        + lines.get("unread").asInt());
        assertEquals(
                Math.min(1000, lines.get("unread").asInt()),
                root.get("unread").get("lines").size());
        int ofKinds = 0;
        for (JsonNode kind : root.get("unread").get("kinds")) {
            ofKinds += kind.get("lines").asInt();
        }
        if (root.get("unread").get("kinds").size() < 1000) {
            assertEquals(lines.get("unread").asInt(), ofKinds, "kinds of unknown lines add up");
        }
        for (JsonNode report : root.get("reports")) {
            int sum = 0;
            for (JsonNode part : report.get("breakdown").get("parts")) {
                sum += part.get("tasks").asInt();
            }
            assertEquals(report.get("tasks").asInt(), sum);
            assertEquals(report.get("tasks").asInt(), report.get("taskList").size());
            assertTrue(
                    report.get("headline")
                            .asText()
                            .matches("((no|[0-9]+) (active|captured) tasks?|[0-9.]+ s off CPU)([ ;].*|$)"),
                    json);
        }
    }

    private static int lines(byte[] bytes) {
        int lines = bytes.length > 0 && bytes[bytes.length - 1] != '\n' ? 1 : 0;
        for (byte b : bytes) {
            lines += b == '\n' ? 1 : 0;
        }
        return lines;
    }

    private static void assertHarmless(String text) {
        assertTrue(
                text.chars().allMatch(c -> c == '\n' || c >= 0x20 && c <= 0x7e),
                () -> text.chars()
                        .filter(c -> c != '\n' && (c < 0x20 || c > 0x7e))
                        .mapToObj(Integer::toHexString)
                        .findFirst()
                        .orElse(""));
    }

    /** At least one of every format that explain reads, as kernels wrote it. */
    @Provide
    Arbitrary<byte[]> texts() throws IOException {
        List<byte[]> texts = new ArrayList<>();
        for (Path folder : List.of(
                Path.of("src/test/resources/io/loadmonitor/kernellog/captures"),
                Path.of("src/test/resources/io/loadmonitor/kernellog/samples"),
                Path.of("../kmod/tests/captures"))) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    byte[] bytes = Files.readAllBytes(file);
                    if (bytes.length > 0) {
                        texts.add(Arrays.copyOf(bytes, Math.min(bytes.length, LONGEST)));
                    }
                }
            }
        }
        return Arbitraries.of(texts);
    }

    @Provide
    Arbitrary<List<String>> hostile() {
        return Arbitraries.of(HOSTILE).list().ofMinSize(1).ofMaxSize(8);
    }
}
