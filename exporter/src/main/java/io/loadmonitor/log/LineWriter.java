package io.loadmonitor.log;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.event.Level;

/** Writes each line in one piece and at once: a log that waits in a buffer is lost with the process. Thread-safe. */
record LineWriter(LogLevel least, LogFormat format, PrintStream out) {
    boolean writes(Level level) {
        return level.toInt() >= least.level().toInt();
    }

    void write(LogLine line) {
        byte[] text = line.text(format).getBytes(StandardCharsets.UTF_8);
        synchronized (out) {
            out.write(text, 0, text.length);
            out.flush();
        }
    }
}
