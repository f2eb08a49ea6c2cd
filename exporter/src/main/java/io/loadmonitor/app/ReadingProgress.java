package io.loadmonitor.app;

import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** One line on a terminal that says how far the reading has come, once it has taken a second. Not thread-safe. */
final class ReadingProgress {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final double MEGABYTE = 1e6;
    private static final String CLEAR = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean terminal;
    private final Clock clock;
    private Instant due;
    private boolean shown;

    ReadingProgress(PrintWriter err, boolean terminal, Clock clock) {
        this.err = err;
        this.terminal = terminal;
        this.clock = clock;
        this.due = clock.instant().plus(PATIENCE);
    }

    void at(long bytes, int lines) {
        if (!terminal || clock.instant().isBefore(due)) {
            return;
        }
        due = clock.instant().plus(PATIENCE);
        shown = true;
        err.printf(Locale.ROOT, "%sread %.0f MB, %,d lines", CLEAR, bytes / MEGABYTE, lines);
        err.flush();
    }

    /** Takes the line away again. */
    void end() {
        if (shown) {
            err.print(CLEAR);
            err.flush();
        }
    }
}
