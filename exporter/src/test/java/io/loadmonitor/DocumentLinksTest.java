package io.loadmonitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each link of a document within the tree leads to a file that is there, and to a heading that it has. */
final class DocumentLinksTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|mailto:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");
    private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```");

    @Test
    void leadSomewhere() throws IOException {
        List<Path> documents = documents();
        assertTrue(documents.size() > 15, () -> "only " + documents);
        List<String> dead = new ArrayList<>();
        for (Path document : documents) {
            LINK.matcher(prose(document)).results().forEach(link -> check(document, link, dead));
        }
        assertEquals(List.of(), dead);
    }

    private static List<Path> documents() throws IOException {
        List<Path> found = new ArrayList<>();
        for (String folder : List.of("exporter/docs", "kmod", "grafana", "alerts", "packaging")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(found::add);
            }
        }
        found.add(ROOT.resolve("README.md"));
        found.add(ROOT.resolve("CHANGELOG.md"));
        return found;
    }

    private static void check(Path document, MatchResult link, List<String> dead) {
        Path file = link.group(1).isEmpty()
                ? document
                : document.resolveSibling(link.group(1)).normalize();
        boolean there = Files.exists(file);
        if (!there || link.group(2) != null && !anchors(file).contains(link.group(2))) {
            dead.add(document + ": " + link.group() + (there ? ", no such heading" : ", no such file"));
        }
    }

    /** As forges make them of headings: lower case, blanks to hyphens, without punctuation. */
    private static Set<String> anchors(Path file) {
        return HEADING.matcher(prose(file))
                .results()
                .map(heading -> heading.group(1)
                        .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static String prose(Path file) {
        try {
            return FENCE.matcher(Files.readString(file)).replaceAll("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
