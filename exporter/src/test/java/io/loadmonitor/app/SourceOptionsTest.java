package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.capture.DumpOrder;
import io.loadmonitor.capture.ProcfsLimits;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.procfs.ActiveTasks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SourceOptionsTest {
    /** As a container has the host's: {@code --path.sysfs=/host/sys}, with {@code /host/dev} beside it. */
    @Test
    void readsTheNamesOfDevicesBesideSysfs(@TempDir Path host) throws Exception {
        Files.writeString(
                Files.createDirectories(host.resolve("sys/block/dm-3/dm")).resolve("suspended"), "1\n");
        Files.createSymbolicLink(
                Files.createDirectories(host.resolve("dev/mapper")).resolve("data"), Path.of("../dm-3"));
        SourceOptions options = new SourceOptions();
        options.sysfs = host.resolve("sys");
        RawDump dump = options.procfs(options.deviceLook(), new ActiveTasks(), Clock.systemUTC(), ProcfsLimits.DEFAULT)
                .take(DumpOrder.manual(new Reason("test")));
        String text = new String(dump.toByteArray(), StandardCharsets.US_ASCII);
        assertTrue(
                text.contains(" mapped=1 suspended=1\ndevice dev=\"dm-3\" name=\"data\" suspended=1\nend id="), text);
    }
}
