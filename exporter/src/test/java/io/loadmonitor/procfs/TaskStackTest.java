package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TaskStackTest {
    @Test
    void listsFramesInnermostFirst() throws IOException {
        assertEquals(
                List.of(
                        "kernel_clone+0x1af/0x3e0",
                        "__do_sys_clone+0x65/0xa0",
                        "do_syscall_64+0x71/0x280",
                        "entry_SYSCALL_64_after_hwframe+0x76/0x7e"),
                TaskStack.parse(Capture.read("vfork-parent/stack")).frames());
    }

    @Test
    void isEmptyForATaskThatRuns() throws IOException {
        assertEquals(List.of(), TaskStack.parse(Capture.read("busy/stack")).frames());
    }

    @Test
    void keepsALineWithoutTheAddress() {
        assertEquals(
                List.of("0xffffffffc0123456"),
                TaskStack.parse("0xffffffffc0123456\n\n").frames());
    }
}
