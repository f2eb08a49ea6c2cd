package io.loadmonitor.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.log.Log;
import io.loadmonitor.log.LogFormat;
import io.loadmonitor.log.LogLevel;
import io.loadmonitor.procfs.ActiveTasks;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StackAccessTest {

    @Test
    void tellsWhetherTheNextDumpHoldsStacksAndSaysEachChangeOnce(@TempDir Path root) throws Exception {
        FakeModule fake = new FakeModule(root);
        FakeProc proc = new FakeProc(Files.createDirectory(root.resolve("proc")));
        proc.self(812);
        Path refused = Files.createDirectory(root.resolve("proc/812/stack"));
        StackAccess access = new StackAccess(
                new SourceChoice(
                        SourcePreference.AUTO,
                        fake.module(),
                        fake.source(),
                        new BpfSource(
                                proc.procFs(),
                                root,
                                fake.deviceLook(),
                                new ActiveTasks(),
                                Clock.systemUTC(),
                                ProcfsLimits.DEFAULT),
                        new ProcfsSource(
                                proc.procFs(),
                                new CpuSampling(proc.procFs(), root),
                                fake.deviceLook(),
                                new ActiveTasks(),
                                Clock.systemUTC(),
                                ProcfsLimits.DEFAULT)),
                proc.procFs());
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        Log.send(LogLevel.INFO, LogFormat.LOGFMT, new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            assertFalse(access.readable());
            assertFalse(access.readable());
            fake.load();
            assertTrue(access.readable(), "the module reads them whoever asks");
            fake.unload();
            assertFalse(access.readable());
            Files.delete(refused);
            Files.writeString(refused, "");
            assertTrue(access.readable());
        } finally {
            Log.send(LogLevel.INFO, LogFormat.LOGFMT, System.err);
        }
        String no = "warn stacks cannot be read";
        assertEquals(
                List.of(no, "info stacks can be read again", no, "info stacks can be read again"),
                log.toString(StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.contains("StackAccess"))
                        .map(line -> line.replaceAll(".*level=(\\w+) .*msg=\"([^\"]*?)(,? so[^\"]*)?\".*", "$1 $2"))
                        .toList());
    }
}
