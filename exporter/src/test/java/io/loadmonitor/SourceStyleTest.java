package io.loadmonitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the formatter cannot do: it leaves literals, text blocks and words of comments as long as they are. */
final class SourceStyleTest {
    private static final int LONGEST = 120;

    /** Statements of SQL, behind whose text blocks the formatter puts the arguments, and dump texts of their tests. */
    private static final List<Path> MAY_BE_LONGER = List.of(
            Path.of("src/main/java/io/loadmonitor/archive"),
            Path.of("src/test/java/io/loadmonitor/archive"),
            Path.of("src/main/java/io/loadmonitor/fleet"),
            Path.of("src/test/java/io/loadmonitor/fleet"));

    @Test
    void linesOfJavaHaveAtMost120Characters() throws IOException {
        List<Path> files = javaFiles();
        assertTrue(files.size() > 300, "only " + files.size() + " files of Java were found");
        List<String> tooLong = new ArrayList<>();
        for (Path file : files) {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                int length = line.codePointCount(0, line.length());
                if (length > LONGEST) {
                    tooLong.add(file + ":" + number + ": " + length + " characters");
                }
            }
        }
        assertEquals(List.of(), tooLong);
    }

    private static List<Path> javaFiles() throws IOException {
        try (Stream<Path> paths = Files.walk(Path.of("src"))) {
            return paths.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> MAY_BE_LONGER.stream().noneMatch(path::startsWith))
                    .sorted()
                    .toList();
        }
    }
}
