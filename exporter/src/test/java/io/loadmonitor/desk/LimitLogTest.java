package io.loadmonitor.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.archive.LimitKind;
import io.loadmonitor.archive.Refusal;
import io.loadmonitor.log.Log;
import io.loadmonitor.log.LogFormat;
import io.loadmonitor.log.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LimitLogTest {
    private static final Instant NEXT = Instant.parse("2026-11-22T13:00:00Z");

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final LimitLog limits = new LimitLog();

    @BeforeEach
    void listen() {
        Log.send(LogLevel.INFO, LogFormat.LOGFMT, new PrintStream(written, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void toStandardError() {
        Log.send(LogLevel.INFO, LogFormat.LOGFMT, System.err);
    }

    private static Refusal refusal(LimitKind kind, String subject) {
        return new Refusal(
                kind,
                subject,
                subject + " had its 2 dumps within 1 h",
                Optional.of(NEXT),
                OptionalLong.empty(),
                Duration.ofHours(1));
    }

    private List<String> said() {
        List<String> lines = written.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceFirst(".* msg=", ""))
                .toList();
        written.reset();
        return lines;
    }

    @Test
    void saysOnceThatALimitRefusesAndOnceThatItAllows() {
        for (int i = 0; i < 1000; i++) {
            limits.refused(refusal(LimitKind.HOST, "this host"));
        }
        assertEquals(
                List.of("\"No dump: this host had its 2 dumps within 1 h; the next may be taken at"
                        + " 2026-11-22T13:00:00Z; said once until there is one\""),
                said());
        limits.granted("rule load", true);
        assertEquals(List.of(), said(), "another limit");
        for (int i = 0; i < 1000; i++) {
            limits.granted("this host", true);
        }
        assertEquals(List.of("\"Dumps are taken again: this host\""), said());
        limits.refused(refusal(LimitKind.HOST, "this host"));
        assertEquals(1, said().size(), "again");
    }

    @Test
    void aFirstDumpSaysNothingOfFurtherOnes() {
        limits.refused(refusal(LimitKind.HOST, "this host" + Refusal.FURTHER));
        assertEquals(1, said().size());
        limits.granted("this host", true);
        limits.refused(refusal(LimitKind.HOST, "this host" + Refusal.FURTHER));
        assertEquals(List.of(), said());
        limits.granted("this host", false);
        assertEquals(List.of("\"Dumps are taken again: this host\""), said());
    }

    @Test
    void saysNothingOfWhatIsOfEveryDay() {
        for (LimitKind kind : List.of(LimitKind.COOLDOWN, LimitKind.SPACING, LimitKind.PEOPLE)) {
            limits.refused(refusal(kind, "rule load"));
            limits.granted("rule load", false);
        }
        assertEquals(List.of(), said());
    }
}
