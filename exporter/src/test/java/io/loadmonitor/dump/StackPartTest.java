package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class StackPartTest {
    private static final String DUMP = """
            load_monitor dump version=1 id=1 source=kmod boot_id=b release=6.1.0
            trigger kind=manual cause=present
            time wall=2026-11-22T12:04:10Z monotonic_ns=1
            load avg1=4.42 avg5=1.10 avg15=0.37 active=5 cpus=2
            stack id=1 tasks=4
              nfs_wait_bit_killable+0x1/0x2
              nfs_getattr+0x1/0x2
            task pid=1 tgid=1 state=D on=sleep since_ms=900 stack=1 cgroup="/a" comm="tar"
            task pid=2 tgid=2 state=D on=sleep since_ms=40000 stack=1 cgroup="/a" comm="tar"
            task pid=3 tgid=3 state=D on=sleep since_ms=5 stack=1 cgroup="/b" comm="tar"
            task pid=4 tgid=4 state=D on=sleep stack=1 cgroup="/" comm="kworker/3:1-nfs"
            task pid=5 tgid=5 state=R on=cpu-user stack=0 cgroup="/a" comm="cc1"
            end id=1 tasks=5
            """;

    @Test
    void groupsByPlaceCauseProgramAndControlGroupAndSumsToTheTasks() {
        StackDump dump = DumpParser.parse(RawDump.of(DUMP.getBytes(StandardCharsets.UTF_8)));
        List<StackPart> parts = StackPart.of(dump, CauseCatalogue.standard());
        assertEquals(5, parts.stream().mapToInt(StackPart::tasks).sum());
        assertEquals(4, parts.size(), parts.toString());
        StackPart first = parts.get(0);
        assertEquals("nfs_wait_bit_killable", first.signature().frames().get(0));
        assertEquals("tar", first.program());
        assertEquals(Optional.of("/a"), first.cgroup());
        assertEquals(2, first.tasks());
        assertEquals(2, first.uninterruptible());
        assertEquals(OptionalLong.of(40000), first.oldestMillis());
        assertEquals(
                1,
                parts.stream().filter(part -> part.program().equals("kworker")).count());
        assertEquals(
                0,
                parts.stream()
                        .filter(part -> part.program().equals("cc1"))
                        .mapToInt(StackPart::uninterruptible)
                        .sum());
    }
}
