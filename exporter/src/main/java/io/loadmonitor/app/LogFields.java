package io.loadmonitor.app;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Keys and values beside the message of a log line. They ride as the parameter of a log record, because the SLF4J
 * backend drops the key-value pairs of SLF4J's fluent calls.
 *
 * @param values in the order in which they are written
 */
record LogFields(Map<String, String> values) {
    LogFields {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    static LogFields of(String key, Object value) {
        return new LogFields(Map.of(key, value.toString()));
    }

    LogFields and(String key, Object value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(key, value.toString());
        return new LogFields(more);
    }

    /** Writes a line at level info. */
    void info(Logger logger, String message) {
        write(logger, Level.INFO, message);
    }

    /** Writes a line at level warn. */
    void warn(Logger logger, String message) {
        write(logger, Level.WARNING, message);
    }

    private void write(Logger logger, Level level, String message) {
        LogRecord line = new LogRecord(level, message);
        line.setLoggerName(logger.getName());
        line.setParameters(new Object[] {this});
        logger.log(line);
    }

    /** The fields of a record; none when it carries none. */
    static Map<String, String> in(LogRecord line) {
        Object[] parameters = line.getParameters();
        if (parameters != null && parameters.length == 1 && parameters[0] instanceof LogFields fields) {
            return fields.values;
        }
        return Map.of();
    }
}
