package io.loadmonitor.log;

import java.io.PrintStream;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Where the log goes, and how. */
public final class Log {
    private Log() {}

    /**
     * Sends the log of every package and library to a stream from now on, one line a record, written in one piece and
     * at once. Until the first call it goes to standard error, at level info, as logfmt. Safe for use by several
     * threads.
     *
     * @param least lines below it are not written; lines of level trace never are
     * @param out each line is one call of its {@code write}, under its lock
     */
    public static void send(LogLevel least, LogFormat format, PrintStream out) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LineLoggers loggers)) {
            throw new IllegalStateException("another provider of SLF4J is on the class path");
        }
        loggers.send(new LineWriter(least, format, out));
        // Of Java itself and of libraries that know nothing else.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }
}
