package io.loadmonitor.app;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The configuration file, or the one of causes, cannot be used. The message has one line for each problem, all at once.
 */
final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]");

    private final transient List<String> problems;

    /** @param problems may quote the file as it is: what is no text in it is shown as {@code \}{@code u001b} */
    ConfigException(List<String> problems) {
        super(problems.stream().map(ConfigException::printable).collect(Collectors.joining("\n")));
        this.problems = problems.stream().map(ConfigException::printable).toList();
    }

    List<String> problems() {
        return problems;
    }

    /** A name or a value in the file, or the YAML reader's own words of it, must not make a line or move a cursor. */
    private static String printable(String problem) {
        return CONTROL.matcher(problem)
                .replaceAll(match -> "\\\\u%04x".formatted((int) match.group().charAt(0)));
    }
}
