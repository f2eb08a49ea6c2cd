package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

final class ReloadSignalTest {
    /** A real signal from outside: were it not heard, it would end this JVM. */
    @Test
    void aHangupReadsTheConfigurationAgainAndTellsTheLog() throws Exception {
        Semaphore heard = new Semaphore(0);
        List<String> log = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                log.add(line.getLevel() + " " + line.getMessage() + " " + LogFields.in(line));
                heard.release();
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(ReloadSignal.class.getName());
        logger.addHandler(handler);
        AtomicReference<Optional<String>> answer = new AtomicReference<>(Optional.empty());
        ReloadSignal signal = ReloadSignal.heard(answer::get);
        try {
            hangUp();
            assertTrue(heard.tryAcquire(30, TimeUnit.SECONDS), "not heard");
            answer.set(Optional.of("c.yml:1: no"));
            hangUp();
            assertTrue(heard.tryAcquire(30, TimeUnit.SECONDS), "not heard a second time");
        } finally {
            signal.close();
            logger.removeHandler(handler);
        }
        assertEquals(
                List.of(
                        "INFO the configuration was read again {signal=SIGHUP}",
                        "WARNING the new configuration is refused, the old one stays in force {signal=SIGHUP,"
                                + " refused=c.yml:1: no}"),
                log);
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
