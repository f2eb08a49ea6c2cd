package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TaskCgroupTest {
    @Test
    void takesTheLineOfVersion2() throws IOException {
        assertEquals(Optional.of("/"), TaskCgroup.parse(Capture.read("vfork-parent/cgroup")));
        assertEquals(
                Optional.of("/system.slice/a:b.service"),
                TaskCgroup.parse("2:cpu:/other\n0::/system.slice/a:b.service\n"));
    }

    @Test
    void isAbsentWithVersion1Alone() {
        assertEquals(Optional.empty(), TaskCgroup.parse("10:cpu:/\n1:name=systemd:/0::/x\n"));
    }
}
