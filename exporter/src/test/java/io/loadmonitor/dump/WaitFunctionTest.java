package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class WaitFunctionTest {
    private static CallStack stack(String... frames) {
        return new CallStack(1, Arrays.stream(frames).map(Frame::parse).toList());
    }

    @Test
    void passesOverTheWaysToSleep() {
        assertEquals(
                Optional.of("ext4_rename"),
                WaitFunction.of(stack(
                        "__schedule+0x1/0x2", "schedule+0x1/0x2", "rwsem_down_write_slowpath+0x1/0x2",
                        "down_write_nested.constprop.0+0x1/0x2", "ext4_rename+0x1/0x2", "vfs_rename+0x1/0x2")));
    }

    @Test
    void leavesOutTheCompilersSuffix() {
        assertEquals(Optional.of("blkdev_put"), WaitFunction.of(stack("blkdev_put.part.0+0x1/0x2")));
        assertEquals(Optional.of(".hidden"), WaitFunction.of(stack(".hidden+0x1/0x2")));
    }

    @Test
    void takesTheOutermostWhereAllAreWaysToSleep() {
        assertEquals(
                Optional.of("folio_wait_bit"),
                WaitFunction.of(stack(
                        "io_schedule+0x1/0x2", "folio_wait_bit_common+0x1/0x2", "folio_wait_bit+0x1/0x2")));
    }

    @Test
    void knowsNothingWithoutASymbol() {
        assertEquals(Optional.empty(), WaitFunction.of(stack()));
        assertEquals(Optional.empty(), WaitFunction.of(stack("?", "?")));
        assertEquals(Optional.of("do_exit"), WaitFunction.of(stack("?", "do_exit+0x1/0x2")));
        assertEquals(Optional.of("schedule"), WaitFunction.innermost(stack("?", "schedule+0x1/0x2")));
    }
}
