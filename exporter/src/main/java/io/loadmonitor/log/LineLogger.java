package io.loadmonitor.log;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.Level;
import org.slf4j.event.LoggingEvent;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NormalizedParameters;
import org.slf4j.spi.LoggingEventAware;

/** A logger whose lines go where all go; markers are not written. Thread-safe. */
final class LineLogger extends LegacyAbstractLogger implements LoggingEventAware {
    private static final long serialVersionUID = 1L;

    /** SLF4J puts a logger that was read from a stream in the place of the one of this process. */
    private final transient LineLoggers loggers;

    LineLogger(String name, LineLoggers loggers) {
        this.name = name;
        this.loggers = loggers;
    }

    @Override
    public boolean isTraceEnabled() {
        return false;
    }

    @Override
    public boolean isDebugEnabled() {
        return loggers.writes(name, Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return loggers.writes(name, Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return loggers.writes(name, Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return loggers.writes(name, Level.ERROR);
    }

    /** The fluent calls, whose keys and values are fields of the line. SLF4J asks for the level before. */
    @Override
    public void log(LoggingEvent event) {
        Map<String, String> fields = new LinkedHashMap<>();
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            pairs.forEach(pair -> fields.put(pair.key, String.valueOf(pair.value)));
        }
        NormalizedParameters given = NormalizedParameters.normalize(event);
        write(event.getLevel(), given.getMessage(), given.getArguments(), fields, given.getThrowable());
    }

    /** The plain calls; whoever calls this has asked for the level. */
    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            @Nullable String message,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        write(level, message, arguments, Map.of(), thrown);
    }

    private void write(
            Level level,
            @Nullable String message,
            Object @Nullable [] arguments,
            Map<String, String> fields,
            @Nullable Throwable thrown) {
        String text = String.valueOf(MessageFormatter.basicArrayFormat(message, arguments));
        loggers.writer().write(new LogLine(Instant.now(), level, name, text, fields, thrown));
    }

    /** Only for loggers that look for the place of a call in the stack, which this does not. */
    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }
}
