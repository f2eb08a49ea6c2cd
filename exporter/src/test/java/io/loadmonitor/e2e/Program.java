package io.loadmonitor.e2e;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;

/** A program that a test needs and that may be absent. */
final class Program {
    private Program() {}

    /**
     * Finds a program on PATH, or where {@code make check} unpacked the servers. Absent: the test fails where
     * everything must be there (CI, {@code make check}), and is skipped with the reason elsewhere.
     */
    static Path require(String name) {
        Optional<Path> found = find(name, Files::isExecutable);
        need(found.isPresent(), "the program " + name + " is not on PATH; `make check` installs it");
        return found.orElseThrow();
    }

    /** Finds a script that another program runs, which {@code make check} puts beside the servers. */
    static Path requireScript(String name) {
        Optional<Path> found = find(name, Files::isRegularFile);
        need(found.isPresent(), name + " is not in a folder of PATH; `make check` fetches it");
        return found.orElseThrow();
    }

    /** Fails or skips, as {@link #require} does. */
    static void need(boolean condition, String otherwise) {
        if (condition) {
            return;
        }
        if (System.getenv("CI") != null || System.getenv("LOAD_MONITOR_REQUIRE_ALL") != null) {
            throw new AssertionError(otherwise);
        }
        Assumptions.abort(otherwise);
    }

    private static Optional<Path> find(String name, Predicate<Path> fits) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(fits)
                .findFirst();
    }
}
