package io.loadmonitor.kernellog;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text that somebody could paste, and what it must be read as; {@code reports/SOURCES.md} says how it is written
 * down.
 *
 * @param kind the letter that its file's name begins with
 * @param batch 1 to 3
 * @param expected lines without {@code %%}
 */
record PastedReport(String kind, int batch, String name, List<String> expected, byte[] text) {
    private static final Path FOLDER = Path.of("src/test/resources/io/loadmonitor/kernellog/reports");
    private static final Pattern BYTE = Pattern.compile("<0x([0-9a-f]{2})>");

    static List<PastedReport> all() throws IOException {
        List<PastedReport> all = new ArrayList<>();
        try (var files = Files.list(FOLDER)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".txt"))
                    .sorted()
                    .toList()) {
                String name = file.getFileName().toString();
                for (String block :
                        Files.readString(file, StandardCharsets.ISO_8859_1).split("(?m)^%%%% ")) {
                    if (!block.isBlank()) {
                        all.add(of(name.substring(0, 1), Integer.parseInt(name.substring(2, 3)), block));
                    }
                }
            }
        }
        return all;
    }

    private static PastedReport of(String kind, int batch, String block) {
        String[] lines = block.split("\n", -1);
        List<String> expected = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (String line : List.of(lines).subList(1, lines.length - 1)) {
            if (line.startsWith("%%+ ")) {
                String[] times = line.split(" ", 3);
                text.append((bytes(times[2]) + '\n').repeat(Integer.parseInt(times[1])));
            } else if (line.startsWith("%% ")) {
                expected.add(line.substring(3));
            } else {
                text.append(line).append('\n');
            }
        }
        return new PastedReport(kind, batch, lines[0], expected, text.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String bytes(String line) {
        return BYTE.matcher(line)
                .replaceAll(
                        code -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(code.group(1), 16))));
    }
}
