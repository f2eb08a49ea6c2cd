package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class ProcStatTest {
    @Test
    void countsTheCpusThatAreOnlineButNotTheirSum() throws IOException {
        assertEquals(2, ProcStat.parse(Capture.read("stat")).cpusOnline());
    }

    @Test
    void readsCountsAndBootTime() throws IOException {
        String text = Capture.read("stat")
                .replaceFirst("procs_running \\d+", "procs_running 17")
                .replaceFirst("procs_blocked \\d+", "procs_blocked 5")
                .replaceFirst("btime \\d+", "btime 1795354838");
        assertEquals(new ProcStat(2, 17, 5, Instant.parse("2026-11-22T13:40:38Z")), ProcStat.parse(text));
    }

    @Test
    void saysWhichLineIsMissing() throws IOException {
        String text = Capture.read("stat").replace("procs_blocked", "procs_other");
        MalformedKernelText refused = assertThrows(MalformedKernelText.class, () -> ProcStat.parse(text));
        assertTrue(refused.getMessage().startsWith("stat: no line procs_blocked: "), refused.getMessage());
    }

    @Test
    void quotesAMalformedNumber() throws IOException {
        String text = Capture.read("stat").replaceFirst("btime \\d+", "btime soon");
        MalformedKernelText refused = assertThrows(MalformedKernelText.class, () -> ProcStat.parse(text));
        assertEquals("stat: a number is malformed: \"btime soon\"", refused.getMessage());
    }

    @Test
    void readsThisHost() throws IOException {
        ProcStat stat = ProcStat.read(ProcFs.ofThisHost());
        assertTrue(stat.cpusOnline() >= Runtime.getRuntime().availableProcessors(), stat.toString());
        assertTrue(stat.procsRunning() >= 1, stat.toString());
        assertTrue(stat.bootTime().isBefore(Instant.now()), stat.toString());
    }
}
