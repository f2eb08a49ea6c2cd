package io.loadmonitor.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** For a fuzzer: what holds for any file of who may do what. */
public final class AccessFileFuzz {
    private static final Path FILE = place();

    private AccessFileFuzz() {}

    /** Called by its name. */
    public static void fuzzerTestOneInput(byte[] text) throws IOException {
        Files.write(FILE, text);
        try {
            new AccessFile(FILE).read();
        } catch (ConfigException e) {
            ConfigFuzz.complaints(FILE.toString(), e);
        }
    }

    private static Path place() {
        try {
            Path file = Files.createTempFile(Path.of("/dev/shm"), "access", ".yml");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
