package io.loadmonitor.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.procfs.ActiveTasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StackAccessTest {
    private static final Logger LOG = Logger.getLogger(StackAccess.class.getName());

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
                        new ProcfsSource(
                                proc.procFs(),
                                fake.deviceLook(),
                                new ActiveTasks(),
                                Clock.systemUTC(),
                                ProcfsLimits.DEFAULT)),
                proc.procFs());
        List<String> said = new ArrayList<>();
        Handler listener = new Handler() {
            @Override
            public void publish(LogRecord line) {
                said.add(line.getLevel() + " " + line.getMessage().replaceAll(",? so.*", ""));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        LOG.addHandler(listener);
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
            LOG.removeHandler(listener);
        }
        String no = "WARNING stacks may not be read in " + proc.procFs().root();
        assertEquals(List.of(no, "INFO stacks can be read again", no, "INFO stacks can be read again"), said);
    }
}
