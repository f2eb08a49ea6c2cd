package io.loadmonitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The README's tables leave out nothing that the documents list; those are compared with the code by tests of their
 * own.
 */
final class ReadmeTest {
    @Test
    void namesEveryMetric() throws IOException {
        List<String> names = all(document("metrics.md"), "(?m)^\\| `load_monitor_(\\w+)`");
        assertEquals(
                List.of(),
                names.stream()
                        .filter(name -> !readme().matches("(?s).*`" + name + "[`{].*"))
                        .toList());
    }

    @Test
    void namesEveryFlag() throws IOException {
        List<String> names = all(document("configuration.md"), "(?m)^\\| `(--[a-z.-]+)");
        names.remove("--reason");
        assertEquals(
                List.of(),
                names.stream()
                        .filter(name -> !readme().contains("`" + name + "`"))
                        .toList());
    }

    @Test
    void namesEveryEndpoint() throws IOException {
        List<String> paths = all(document("http-api.md"), "(?m)^\\| `(?:GET|POST) ([^` ]+)`");
        paths.removeIf(path -> path.startsWith("/assets/"));
        assertEquals(
                List.of(),
                paths.stream()
                        .filter(path -> !readme().contains("`" + path + "`") && !readme().contains(" " + path + "`"))
                        .toList());
    }

    @Test
    void linksOnlyToFilesThatExist() {
        List<String> links = all(readme(), "\\]\\((?!https?:|#)([^)#]+)");
        assertEquals(
                List.of(),
                links.stream()
                        .filter(link -> !Files.exists(Path.of("..", link)))
                        .toList());
    }

    private static List<String> all(String text, String pattern) {
        List<String> found = Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .distinct()
                .collect(Collectors.toCollection(ArrayList::new));
        assertFalse(found.isEmpty(), "nothing of the form " + pattern);
        return found;
    }

    private static String document(String name) throws IOException {
        return Files.readString(Path.of("docs", name));
    }

    private static String readme() {
        try {
            return Files.readString(Path.of("../README.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
