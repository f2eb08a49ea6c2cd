package io.loadmonitor.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** When to colour: {@code --color}. */
enum Colour {
    AUTO,
    ALWAYS,
    NEVER;

    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

    /** @param environment NO_COLOR (https://no-color.org) counts unless it is empty; so does {@code TERM=dumb} */
    boolean wanted(Map<String, String> environment) {
        return switch (this) {
            case ALWAYS -> true;
            case NEVER -> false;
            case AUTO ->
                environment.getOrDefault("NO_COLOR", "").isEmpty()
                        && !environment.getOrDefault("TERM", "dumb").equals("dumb")
                        && terminal();
        };
    }

    /**
     * System.console() wants a terminal at standard input as well, where a pipe may be, and since Java 22 always
     * exists.
     */
    private static boolean terminal() {
        try {
            String target = Files.readSymbolicLink(STANDARD_OUTPUT).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** As it is written on the command line. */
    @Override
    public String toString() {
        return switch (this) {
            case AUTO -> "auto";
            case ALWAYS -> "always";
            case NEVER -> "never";
        };
    }
}
