package io.loadmonitor.dump;

import java.util.List;

/** A file of causes cannot be used. */
public final class CauseFileException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    CauseFileException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** All of them, each as {@code file:line: what is wrong}, with the value in quotes. */
    public List<String> problems() {
        return problems;
    }
}
