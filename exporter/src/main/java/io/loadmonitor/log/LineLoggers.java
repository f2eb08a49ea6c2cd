package io.loadmonitor.log;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/** Every logger there is, and the one writer that all of them share. Thread-safe. */
final class LineLoggers implements ILoggerFactory {
    /** They tell of every start step and request at info. */
    private static final List<String> TALKATIVE = List.of("io.javalin", "org.eclipse.jetty", "org.sqlite");

    /** It says "failed to start" beside the exception that it throws, and the exception is told where it is caught. */
    private static final String DOUBLED = "io.javalin.Javalin";

    private final Map<String, LineLogger> loggers = new ConcurrentHashMap<>();
    private volatile LineWriter writer = new LineWriter(LogLevel.INFO, LogFormat.LOGFMT, System.err);

    @Override
    public Logger getLogger(String name) {
        return loggers.computeIfAbsent(name, asked -> new LineLogger(asked, this));
    }

    void send(LineWriter next) {
        writer = next;
    }

    LineWriter writer() {
        return writer;
    }

    boolean writes(String logger, Level level) {
        return writer.writes(level)
                && !logger.equals(DOUBLED)
                && (level.toInt() >= Level.WARN.toInt() || TALKATIVE.stream().noneMatch(name -> within(logger, name)));
    }

    private static boolean within(String logger, String name) {
        return logger.startsWith(name) && (logger.length() == name.length() || logger.charAt(name.length()) == '.');
    }
}
