package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.loadmonitor.log.Log;
import io.loadmonitor.log.LogFormat;
import io.loadmonitor.log.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class ReloadSignalTest {
    /** A real signal from outside: were it not heard, it would end this JVM. */
    @Test
    void aHangupReadsTheConfigurationAgainAndTellsTheLog() throws Exception {
        // A JVM that was started by nohup stays deaf to it, as its user wants; ExporterIT starts one that hears.
        assumeFalse(ignoresHangups(), "these tests were started with SIGHUP ignored");
        Semaphore heard = new Semaphore(0);
        ByteArrayOutputStream log = new ByteArrayOutputStream() {
            @Override
            public synchronized void write(byte[] bytes, int from, int length) {
                super.write(bytes, from, length);
                heard.release();
            }
        };
        AtomicReference<Optional<String>> answer = new AtomicReference<>(Optional.empty());
        Log.send(LogLevel.INFO, LogFormat.LOGFMT, new PrintStream(log, true, StandardCharsets.UTF_8));
        ReloadSignal signal = ReloadSignal.heard(answer::get);
        try {
            hangUp();
            assertTrue(heard.tryAcquire(30, TimeUnit.SECONDS), "not heard");
            answer.set(Optional.of("c.yml:1: no"));
            hangUp();
            assertTrue(heard.tryAcquire(30, TimeUnit.SECONDS), "not heard a second time");
        } finally {
            signal.close();
            Log.send(LogLevel.INFO, LogFormat.LOGFMT, System.err);
        }
        assertEquals(
                List.of(
                        "level=info logger=app.ReloadSignal msg=\"the configuration was read again\" signal=SIGHUP",
                        "level=warn logger=app.ReloadSignal msg=\"the new configuration is refused, the old one stays"
                                + " in force\" signal=SIGHUP refused=\"c.yml:1: no\""),
                log.toString(StandardCharsets.UTF_8)
                        .lines()
                        .map(line -> line.substring(line.indexOf("level=")))
                        .toList());
    }

    /** Bit 0 of SigIgn in /proc/self/status: SIGHUP is signal 1. */
    private static boolean ignoresHangups() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Character.digit(line.charAt(line.length() - 1), 16) & 1) == 1);
    }

    private static void hangUp() throws Exception {
        assertEquals(
                0,
                new ProcessBuilder(
                                "kill",
                                "-HUP",
                                Long.toString(ProcessHandle.current().pid()))
                        .start()
                        .waitFor());
    }
}
