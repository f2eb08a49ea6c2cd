package io.loadmonitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Files with what somebody has looked at and found right, for one test class. */
public final class Golden {
    private static final boolean REWRITE = Boolean.getBoolean("golden.rewrite");

    private final Path folder;
    private final String howToRewrite;

    /** @param folder below {@code exporter/src/test/resources/io/loadmonitor} */
    public Golden(Class<?> test, String folder) {
        this.folder = Path.of("src/test/resources/io/loadmonitor", folder);
        this.howToRewrite = " To accept what comes now: mvn -pl exporter test -Dtest=" + test.getSimpleName()
                + " -Dgolden.rewrite=true, then look at the difference in git.";
    }

    /**
     * Compares, or writes the file when {@code -Dgolden.rewrite=true} is given.
     *
     * @param of what the text tells of, for the message
     */
    public void compare(String name, String text, Object of) throws IOException {
        Path file = folder.resolve(name);
        if (REWRITE) {
            Files.createDirectories(folder);
            Files.writeString(file, text);
            return;
        }
        if (!Files.exists(file)) {
            fail(of + " has no " + file + '.' + howToRewrite);
        }
        assertEquals(Files.readString(file), text, of + " is told otherwise than in " + file + '.' + howToRewrite);
    }

    /** No file is left over from what is gone. */
    public void assertNoOthers(Collection<String> names) throws IOException {
        Set<String> expected = Set.copyOf(names);
        try (Stream<Path> files = Files.list(folder)) {
            List<String> left = files.map(file -> file.getFileName().toString())
                    .filter(name -> !expected.contains(name))
                    .sorted()
                    .toList();
            assertEquals(List.of(), left, "files in " + folder + " of what is gone: remove them");
        }
    }
}
