package io.loadmonitor.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.log.Log;
import io.loadmonitor.log.LogFormat;
import io.loadmonitor.log.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The log is one for all tests, so nothing else runs beside these. */
@Isolated
final class AuditLogTest {
    private final AtomicLong now = new AtomicLong();
    private final AuditLog audit = new AuditLog(now::get);
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @BeforeEach
    void hear() {
        Log.send(LogLevel.INFO, LogFormat.LOGFMT, new PrintStream(written, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void hearNoMore() {
        Log.send(LogLevel.INFO, LogFormat.LOGFMT, System.err);
    }

    @Test
    void saysWhoDidWhatFromWhereAndWhatBecameOfIt() {
        audit.write(new AuditLog.Entry(
                AuditLog.Action.TRIGGER, true, "user:anna", "192.0.2.7", "looks slow, dump 7", "202"));
        audit.write(new AuditLog.Entry(AuditLog.Action.RELOAD, false, "anybody", "192.0.2.8", "", "403 role_missing"));
        List<String> lines = lines();
        assertTrue(
                lines.get(0)
                        .endsWith("level=info logger=audit msg=taken action=trigger who=user:anna address=192.0.2.7"
                                + " detail=\"looks slow, dump 7\" outcome=202"),
                lines.get(0));
        assertTrue(
                lines.get(1)
                        .endsWith("level=warn logger=audit msg=refused action=reload who=anybody address=192.0.2.8"
                                + " outcome=\"403 role_missing\""),
                lines.get(1));
    }

    @Test
    void aFloodIsCountedAndNotWritten() {
        int burst = AuditLog.SPACING.burst();
        for (int i = 0; i < 10_000; i++) {
            audit.write(entry(AuditLog.Action.ALERT, false));
        }
        assertEquals(burst, lines().size());
        // What is refused pushes nothing out that is taken, nor one kind another.
        audit.write(entry(AuditLog.Action.ALERT, true));
        audit.write(entry(AuditLog.Action.TRIGGER, false));
        assertEquals(burst + 2, lines().size());
        now.addAndGet(AuditLog.SPACING.interval().toNanos());
        audit.write(entry(AuditLog.Action.ALERT, false));
        assertTrue(lines().get(burst + 2).endsWith(" left_out=" + (10_000 - burst)), lines().get(burst + 2));
        audit.write(entry(AuditLog.Action.ALERT, false));
        audit.close();
        assertEquals(burst + 4, lines().size());
        assertTrue(lines().get(burst + 3).endsWith("action=alert left_out=1"), lines().get(burst + 3));
    }

    @Test
    void whatSomebodyWasAllowedIsNeverLeftOut() {
        int many = 3 * AuditLog.SPACING.burst();
        for (int i = 0; i < many; i++) {
            audit.write(entry(AuditLog.Action.TRIGGER, true));
            audit.write(entry(AuditLog.Action.RELOAD, true));
            audit.write(entry(AuditLog.Action.ACCESS, true));
        }
        audit.close();
        assertEquals(3 * many, lines().size());
    }

    @Test
    void aClientsWordsForgeNoLineAndAreBounded() {
        audit.write(new AuditLog.Entry(
                AuditLog.Action.ALERT,
                true,
                "anybody",
                "::1",
                "a\" who=root\nts=now logger=audit " + "x".repeat(9000),
                ""));
        List<String> lines = lines();
        assertEquals(1, lines.size());
        assertTrue(lines.get(0).length() < 600, lines.get(0));
        assertFalse(lines.get(0).contains("\" who=root") && !lines.get(0).contains("\\\" who=root"), lines.get(0));
    }

    private static AuditLog.Entry entry(AuditLog.Action action, boolean taken) {
        return new AuditLog.Entry(action, taken, "anybody", "192.0.2.8", "", "x");
    }

    private List<String> lines() {
        return written.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("logger=audit"))
                .toList();
    }
}
