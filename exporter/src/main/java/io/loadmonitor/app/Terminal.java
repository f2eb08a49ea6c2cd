package io.loadmonitor.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether a standard stream is a terminal. System.console() wants terminals at standard input and output both, and
 * since Java 22 always exists.
 */
final class Terminal {
    private Terminal() {}

    /** @param stream {@code /proc/self/fd/N} */
    static boolean is(Path stream) {
        try {
            String target = Files.readSymbolicLink(stream).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }
}
