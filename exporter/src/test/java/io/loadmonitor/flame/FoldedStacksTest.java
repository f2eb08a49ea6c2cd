package io.loadmonitor.flame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.RawDump;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class FoldedStacksTest {
    private static String fold(String text) {
        return FoldedStacks.write(DumpParser.parse(RawDump.of(text.getBytes(StandardCharsets.US_ASCII))));
    }

    @Test
    void writesTheOutermostFrameFirst() {
        assertEquals("vf;__do_sys_vfork;kernel_clone 2\nxfs;submit [xfs] 1\n", fold("""
                stack id=1 tasks=2
                  kernel_clone+0x1af/0x3e0
                  __do_sys_vfork+0x43/0x70
                stack id=2 tasks=1
                  submit+0x1/0x2 [xfs]
                task pid=2 state=D on=sleep stack=2 comm="xfs"
                task pid=1 state=D on=sleep stack=1 comm="vf"
                task pid=3 state=D on=sleep stack=1 comm="vf"
                """));
    }

    @Test
    void saysWhyThereIsNoStack() {
        assertEquals("""
                a;[on CPU, user mode] 2
                b;[on CPU, kernel] 1
                c;[waiting for a CPU] 1
                d;do_exit 1
                e;[no stack] 1
                f;[running or waiting for a CPU] 1
                g;[on CPU] 1
                h;[no stack] 1
                i;[no stack: no_room, unstable] 1
                """, fold("""
                stack id=1 tasks=1
                task pid=1 state=R on=cpu-user stack=0 comm="a"
                task pid=2 state=R on=cpu-user stack=0 comm="a"
                task pid=3 state=R on=cpu-kernel stack=0 comm="b"
                task pid=4 state=R on=queue stack=0 comm="c"
                task pid=5 state=D on=sleep stack=0 wchan=do_exit comm="d"
                task pid=6 state=D on=sleep stack=7 comm="e"
                task pid=7 state=R stack=0 comm="f"
                task pid=8 state=R on=cpu stack=0 comm="g"
                task pid=9 state=D on=sleep stack=1 comm="h"
                task pid=9 state=D on=sleep stack=0 flags=unstable|no_room comm="i"
                """));
    }

    @Test
    void letsNoNameForgeAFrameOrALine() {
        assertEquals(
                "[no name];[waiting for a CPU] 1\na\\x3bb\\n99 \\\"c;x\\x3by 1\n",
                fold("stack id=1\n  x;y\ntask pid=1 on=sleep stack=1 comm=\"a;b\\n99 \\\"c\"\n"
                        + "task pid=2 on=queue comm=\"\"\n"));
    }

    @Test
    void foldsThreadsByTheirProgram() {
        assertEquals("java;[waiting for a CPU] 2\n", FoldedStacks.write(DumpTexts.read("""
                task pid=11 tgid=10 state=R on=queue leader="java" comm="GC Thread#0"
                task pid=10 tgid=10 state=R on=queue comm="java"
                """)));
    }
}
