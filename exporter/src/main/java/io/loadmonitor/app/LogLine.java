package io.loadmonitor.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.regex.Pattern;

/**
 * Writes a log record as one line, whatever its message holds: control characters are escaped, so that text from
 * outside (an alert's labels, a task's name) forges no line and drives no terminal. Safe for use by several threads.
 */
final class LogLine extends Formatter {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:@%+,\\[\\]-]+");
    private static final int MAX_VALUE_LENGTH = 8_000;
    private static final int MAX_CAUSES = 5;

    private final LogFormat format;

    LogLine(LogFormat format) {
        this.format = format;
    }

    @Override
    public String format(LogRecord line) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("ts", TIME.format(Instant.ofEpochMilli(line.getMillis())));
        fields.put("level", LogLevel.nameOf(line.getLevel()));
        fields.put("logger", shortName(line.getLoggerName()));
        fields.put("msg", LogFields.in(line).isEmpty() ? formatMessage(line) : line.getMessage());
        fields.putAll(LogFields.in(line));
        Throwable thrown = line.getThrown();
        if (thrown != null) {
            fields.put("error", causes(thrown));
            if (line.getLevel().intValue() >= Level.SEVERE.intValue() || thrown instanceof RuntimeException) {
                fields.put("stack", stack(thrown));
            }
        }
        return format == LogFormat.JSON ? json(fields) : logfmt(fields);
    }

    /** {@code io.loadmonitor.web.WebServer} is {@code web.WebServer}; other libraries keep their whole name. */
    private static String shortName(String logger) {
        String own = "io.loadmonitor.";
        return logger != null && logger.startsWith(own) ? logger.substring(own.length()) : String.valueOf(logger);
    }

    private static String logfmt(Map<String, String> fields) {
        StringBuilder text = new StringBuilder(160);
        fields.forEach((key, value) -> {
            text.append(text.isEmpty() ? "" : " ").append(key).append('=');
            if (PLAIN.matcher(value).matches()) {
                text.append(value, 0, Math.min(value.length(), MAX_VALUE_LENGTH));
            } else {
                quote(text, value);
            }
        });
        return text.append('\n').toString();
    }

    private static String json(Map<String, String> fields) {
        StringBuilder text = new StringBuilder(200).append('{');
        fields.forEach((key, value) -> {
            text.append(text.length() == 1 ? "" : ",");
            quote(text, key);
            text.append(':');
            quote(text, value);
        });
        return text.append("}\n").toString();
    }

    /** In double quotes, with the escapes that JSON knows: they are good for logfmt too. */
    private static void quote(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            if (i == MAX_VALUE_LENGTH) {
                text.append("...");
                break;
            }
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (unsafe(c)) {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    /** Control characters of both sets, line separators, marks that turn the direction of writing, lone surrogates. */
    private static boolean unsafe(char c) {
        return Character.isISOControl(c)
                || Character.getType(c) == Character.FORMAT
                || c == '\u2028'
                || c == '\u2029'
                || Character.isSurrogate(c);
    }

    private static String causes(Throwable thrown) {
        StringBuilder text = new StringBuilder();
        Throwable cause = thrown;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            text.append(i == 0 ? "" : ": ").append(cause);
            cause = cause.getCause();
        }
        return text.toString();
    }

    private static String stack(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
