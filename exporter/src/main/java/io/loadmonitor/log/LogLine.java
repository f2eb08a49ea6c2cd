package io.loadmonitor.log;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * A record of the log. It becomes one line, whatever its message holds: control characters are escaped, so that text
 * from outside (an alert's labels, a task's name) forges no line and drives no terminal.
 *
 * @param fields keys and values beside the message, in the order in which they are written
 */
record LogLine(
        Instant at,
        Level level,
        String logger,
        String message,
        Map<String, String> fields,
        @Nullable Throwable thrown) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:@%+,\\[\\]-]+");
    private static final int MAX_VALUE_LENGTH = 8_000;
    private static final int MAX_CAUSES = 5;

    LogLine {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** The line with its line feed. */
    String text(LogFormat format) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("ts", TIME.format(at));
        all.put("level", level.toString().toLowerCase(Locale.ROOT));
        all.put("logger", shortName(logger));
        all.put("msg", message);
        all.putAll(fields);
        if (thrown != null) {
            all.put("error", causes(thrown));
            if (level == Level.ERROR || thrown instanceof RuntimeException) {
                all.put("stack", stack(thrown));
            }
        }
        return switch (format) {
            case LOGFMT -> logfmt(all);
            case JSON -> json(all);
        };
    }

    /** {@code io.loadmonitor.web.WebServer} is {@code web.WebServer}; other libraries keep their whole name. */
    private static String shortName(String logger) {
        String own = "io.loadmonitor.";
        return logger.startsWith(own) ? logger.substring(own.length()) : logger;
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
        @Nullable Throwable cause = thrown;
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
