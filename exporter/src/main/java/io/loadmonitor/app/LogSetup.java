package io.loadmonitor.app;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Sends the log of every package and library to standard error, one line a record. */
final class LogSetup {
    /** They tell of every start step and request at info. Held here: java.util.logging forgets loggers nobody holds. */
    private static final List<Logger> TALKATIVE = List.of(
            Logger.getLogger("io.javalin"), Logger.getLogger("org.eclipse.jetty"), Logger.getLogger("org.sqlite"));

    /** It says "failed to start" beside the exception that it throws, and the exception is told where it is caught. */
    private static final Logger DOUBLED = Logger.getLogger("io.javalin.Javalin");

    private LogSetup() {}

    static void install(LogLevel level, LogFormat format, PrintStream out) {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.setLevel(level.level());
        root.addHandler(new LineWriter(out, new LogLine(format)));
        for (Logger logger : TALKATIVE) {
            logger.setLevel(level == LogLevel.ERROR ? Level.SEVERE : Level.WARNING);
        }
        DOUBLED.setLevel(Level.OFF);
    }

    /** Writes each line in one piece and at once: a log that waits in a buffer is lost with the process. */
    private static final class LineWriter extends Handler {
        private final PrintStream out;

        LineWriter(PrintStream out, LogLine line) {
            this.out = out;
            setFormatter(line);
            setLevel(Level.ALL);
        }

        @Override
        public void publish(LogRecord line) {
            if (isLoggable(line)) {
                byte[] text = getFormatter().format(line).getBytes(StandardCharsets.UTF_8);
                synchronized (out) {
                    out.write(text, 0, text.length);
                    out.flush();
                }
            }
        }

        @Override
        public void flush() {
            out.flush();
        }

        @Override
        public void close() {
            out.flush();
        }
    }
}
