package io.loadmonitor.app;

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
                        && Terminal.is(STANDARD_OUTPUT);
        };
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
