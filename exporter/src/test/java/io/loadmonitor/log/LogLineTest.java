package io.loadmonitor.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

final class LogLineTest {
    private static final Instant TIME = Instant.parse("2026-11-22T12:04:10.123456Z");

    @Test
    void writesLogfmt() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("id", "17");
        fields.put("reason", "alert LoadHigh");
        fields.put("path", "/a/b");
        assertEquals(
                "ts=2026-11-22T12:04:10.123Z level=info logger=web.WebServer msg=\"dump taken\" id=17"
                        + " reason=\"alert LoadHigh\" path=/a/b\n",
                line(Level.INFO, "dump taken", fields).text(LogFormat.LOGFMT));
    }

    @Test
    void forgesNoLineAndDrivesNoTerminal() {
        LogLine line = line(
                Level.WARN, "task \"x\"\nts=0 level=info msg=forged\r\u001b[2J\u202e\u2028\ud800 \u00e4", Map.of());
        assertEquals(
                "ts=2026-11-22T12:04:10.123Z level=warn logger=web.WebServer msg=\"task \\\"x\\\"\\nts=0 level=info"
                        + " msg=forged\\r\\u001b[2J\\u202e\\u2028\\ud800 \u00e4\"\n",
                line.text(LogFormat.LOGFMT));
    }

    @Test
    void emptyAndEqualsSignsAreQuoted() {
        assertTrue(line(Level.ERROR, "", Map.of("query", "a=b"))
                .text(LogFormat.LOGFMT)
                .endsWith("level=error logger=web.WebServer msg=\"\" query=\"a=b\"\n"));
    }

    @Test
    void writesJson() throws Exception {
        String text = line(Level.DEBUG, "a \"b\"\n\u0000\u007f\ud83d\ude00", Map.of("id", "17"))
                .text(LogFormat.JSON);
        assertEquals(1, text.lines().count());
        JsonNode json = new ObjectMapper().readTree(text);
        assertEquals("debug", json.get("level").asText());
        assertEquals("a \"b\"\n\u0000\u007f\ud83d\ude00", json.get("msg").asText());
        assertEquals("17", json.get("id").asText());
    }

    @Test
    void tellsCausesAndTheStackOfBugsOnly() {
        String text = thrown(Level.WARN, new IOException("outer", new IOException("inner")));
        assertTrue(text.contains(" error=\"java.io.IOException: outer: java.io.IOException: inner\""), text);
        assertFalse(text.contains(" stack="), text);
        String bug = " stack=\"java.lang.IllegalStateException: x\\n\\tat ";
        assertTrue(thrown(Level.WARN, new IllegalStateException("x")).contains(bug));
        assertTrue(thrown(Level.ERROR, new IOException("x")).contains(" stack=\"java.io.IOException: x\\n\\tat "));
    }

    @Test
    void cutsWhatHasNoEnd() {
        assertTrue(line(Level.INFO, "\u0001".repeat(1_000_000), Map.of())
                        .text(LogFormat.JSON)
                        .length()
                < 100_000);
    }

    private static String thrown(Level level, Throwable thrown) {
        return new LogLine(TIME, level, "io.loadmonitor.web.WebServer", "cannot read", Map.of(), thrown)
                .text(LogFormat.LOGFMT);
    }

    private static LogLine line(Level level, String message, Map<String, String> fields) {
        return new LogLine(TIME, level, "io.loadmonitor.web.WebServer", message, fields, null);
    }
}
