package io.loadmonitor.dump;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Dumps in the tree: those that the kernel module's tests recorded, and the sample of the format's description. */
final class Captures {
    private static final Path OWN = Path.of("src/test/resources/io/loadmonitor/dump/samples");
    private static final Path OF_THE_MODULE = Path.of("../kmod/tests/captures");

    private Captures() {}

    /** @param name unique, fit for a file's name */
    record Capture(String name, Path file) {
        RawDump read() throws IOException {
            return RawDump.of(Files.readAllBytes(file));
        }
    }

    /** In the order of their names; every file but the descriptions ({@code *.md}) is a dump. */
    static List<Capture> all() throws IOException {
        List<Capture> captures = new ArrayList<>();
        for (Path folder : List.of(OWN, OF_THE_MODULE)) {
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(file ->
                                Files.isRegularFile(file) && !file.toString().endsWith(".md"))
                        .map(file ->
                                new Capture(folder.relativize(file).toString().replace('/', '-'), file))
                        .forEach(captures::add);
            }
        }
        captures.sort(Comparator.comparing(Capture::name));
        return captures;
    }
}
