package io.loadmonitor.app;

import java.util.List;

/** The configuration file cannot be used. The message has one line for each problem, all at once. */
final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    ConfigException(List<String> problems) {
        super(String.join("\n", problems));
    }
}
