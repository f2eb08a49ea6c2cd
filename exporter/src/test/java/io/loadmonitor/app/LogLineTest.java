package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

final class LogLineTest {
    private static final Instant TIME = Instant.parse("2026-11-22T12:04:10.123456Z");

    @Test
    void writesLogfmt() {
        LogRecord line = line(Level.INFO, "dump taken");
        line.setParameters(new Object[] {
            LogFields.of("id", 17).and("reason", "alert LoadHigh").and("path", "/a/b")
        });
        assertEquals(
                "ts=2026-11-22T12:04:10.123Z level=info logger=web.WebServer msg=\"dump taken\" id=17"
                        + " reason=\"alert LoadHigh\" path=/a/b\n",
                new LogLine(LogFormat.LOGFMT).format(line));
    }

    @Test
    void forgesNoLineAndDrivesNoTerminal() {
        LogRecord line =
                line(Level.WARNING, "task \"x\"\nts=0 level=info msg=forged\r\u001b[2J\u202e\u2028\ud800 \u00e4");
        String text = new LogLine(LogFormat.LOGFMT).format(line);
        assertEquals(
                "ts=2026-11-22T12:04:10.123Z level=warn logger=web.WebServer msg=\"task \\\"x\\\"\\nts=0 level=info"
                        + " msg=forged\\r\\u001b[2J\\u202e\\u2028\\ud800 \u00e4\"\n",
                text);
    }

    @Test
    void emptyAndEqualsSignsAreQuoted() {
        LogRecord line = line(Level.SEVERE, "");
        line.setParameters(new Object[] {LogFields.of("query", "a=b")});
        assertTrue(new LogLine(LogFormat.LOGFMT)
                .format(line)
                .endsWith("level=error logger=web.WebServer msg=\"\" query=\"a=b\"\n"));
    }

    @Test
    void writesJson() throws Exception {
        LogRecord line = line(Level.FINE, "a \"b\"\n\u0000\u007f\ud83d\ude00");
        line.setParameters(new Object[] {LogFields.of("id", 17)});
        String text = new LogLine(LogFormat.JSON).format(line);
        assertEquals(1, text.lines().count());
        JsonNode json = new ObjectMapper().readTree(text);
        assertEquals("debug", json.get("level").asText());
        assertEquals("a \"b\"\n\u0000\u007f\ud83d\ude00", json.get("msg").asText());
        assertEquals("17", json.get("id").asText());
    }

    @Test
    void tellsCausesAndTheStackOfBugsOnly() {
        LogRecord expected = line(Level.WARNING, "cannot read");
        expected.setThrown(new IOException("outer", new IOException("inner")));
        String text = new LogLine(LogFormat.LOGFMT).format(expected);
        assertTrue(text.contains(" error=\"java.io.IOException: outer: java.io.IOException: inner\""), text);
        assertFalse(text.contains(" stack="), text);
        LogRecord bug = line(Level.WARNING, "cannot read");
        bug.setThrown(new IllegalStateException("x"));
        assertTrue(new LogLine(LogFormat.LOGFMT)
                .format(bug)
                .contains(" stack=\"java.lang.IllegalStateException: x\\n\\tat "));
    }

    @Test
    void cutsWhatHasNoEnd() {
        assertTrue(new LogLine(LogFormat.JSON)
                        .format(line(Level.INFO, "\u0001".repeat(1_000_000)))
                        .length()
                < 100_000);
    }

    private static LogRecord line(Level level, String message) {
        LogRecord line = new LogRecord(level, message);
        line.setInstant(TIME);
        line.setLoggerName("io.loadmonitor.web.WebServer");
        return line;
    }
}
