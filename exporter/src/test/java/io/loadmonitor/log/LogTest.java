package io.loadmonitor.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class LogTest {
    private final Logger own = LoggerFactory.getLogger("io.loadmonitor.web.WebServer");
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @AfterEach
    void toStandardError() {
        Log.send(LogLevel.INFO, LogFormat.LOGFMT, System.err);
    }

    @Test
    void writesPlainCallsWithTheirArguments() {
        send(LogLevel.INFO);
        own.info("took {} of {}", 1, "a b");
        own.warn("not {}", "read", new IOException("gone"));
        own.info("as it stands: {}");
        assertEquals(
                List.of(
                        "level=info logger=web.WebServer msg=\"took 1 of a b\"",
                        "level=warn logger=web.WebServer msg=\"not read\" error=\"java.io.IOException: gone\"",
                        "level=info logger=web.WebServer msg=\"as it stands: {}\""),
                lines());
    }

    @Test
    void writesKeysAndValuesAsFieldsInTheirOrder() {
        send(LogLevel.INFO);
        own.atWarn()
                .addKeyValue("zone", "b")
                .addKeyValue("archive", 17)
                .addKeyValue("none", (Object) null)
                .addArgument("ready")
                .setCause(new IOException("gone"))
                .log("is {}");
        assertEquals(
                List.of("level=warn logger=web.WebServer msg=\"is ready\" zone=b archive=17 none=null"
                        + " error=\"java.io.IOException: gone\""),
                lines());
    }

    @Test
    void writesNothingBelowTheLevel() {
        for (LogLevel least : LogLevel.values()) {
            written.reset();
            send(least);
            own.trace("0");
            own.debug("1");
            own.atDebug().addKeyValue("a", "b").log("1");
            own.info("2");
            own.warn("3");
            own.error("4");
            List<String> lines = lines();
            assertEquals(5 - least.ordinal() - (least == LogLevel.DEBUG ? 0 : 1), lines.size(), lines.toString());
            assertFalse(own.isTraceEnabled());
            assertEquals(least == LogLevel.DEBUG, own.isDebugEnabled());
            assertEquals(least.ordinal() < 2, own.isInfoEnabled());
            assertEquals(least.ordinal() < 3, own.isWarnEnabled());
            assertTrue(own.isErrorEnabled());
        }
    }

    @Test
    void librariesThatTalkAtEachRequestAreHeardFromWarnOn() {
        send(LogLevel.DEBUG);
        for (String name : List.of("org.eclipse.jetty", "org.eclipse.jetty.server.Server", "org.sqlite.core.DB")) {
            Logger logger = LoggerFactory.getLogger(name);
            logger.debug("no");
            logger.info("no");
            logger.warn("yes");
        }
        LoggerFactory.getLogger("org.sqliteother.X").info("yes");
        LoggerFactory.getLogger("io.javalin.Javalin").error("its exception is told where it is caught");
        assertEquals(4, lines().size(), lines().toString());
    }

    @Test
    void whatJavaItselfSaysIsALineLikeAnyOther() {
        send(LogLevel.INFO);
        java.util.logging.Logger foreign = java.util.logging.Logger.getLogger("sun.thing");
        foreign.log(java.util.logging.Level.WARNING, "two\nlines of {0}", "one");
        foreign.fine("no");
        assertEquals(List.of("level=warn logger=sun.thing msg=\"two\\nlines of one\""), lines());
    }

    @Test
    void linesOfSeveralThreadsStayWhole() {
        send(LogLevel.INFO);
        String text = "x".repeat(500);
        IntStream.range(0, 400).parallel().forEach(i -> own.info(text));
        assertEquals(
                List.of("level=info logger=web.WebServer msg=" + text),
                lines().stream().distinct().toList());
        assertEquals(400, lines().size());
    }

    private void send(LogLevel least) {
        Log.send(least, LogFormat.LOGFMT, new PrintStream(written, false, StandardCharsets.UTF_8));
    }

    /** Without their times. */
    private List<String> lines() {
        return written.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceFirst("^ts=\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z ", ""))
                .toList();
    }
}
