package io.loadmonitor.app;

import java.util.List;

/**
 * The configuration file, or the one of causes, cannot be used. The message has one line for each problem, all at once.
 */
final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    List<String> problems() {
        return problems;
    }
}
