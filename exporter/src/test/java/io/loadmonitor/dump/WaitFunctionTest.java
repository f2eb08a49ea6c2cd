package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WaitFunctionTest {
    private static CallStack stack(String... frames) {
        return new CallStack(1, Arrays.stream(frames).map(Frame::parse).toList());
    }

    private static String of(CallStack stack) {
        List<String> functions = WaitFunction.functions(stack);
        return functions.get(WaitFunction.indexOf(functions));
    }

    @Test
    void passesOverTheWaysToSleep() {
        assertEquals(
                "ext4_rename",
                of(stack(
                        "__schedule+0x1/0x2",
                        "schedule+0x1/0x2",
                        "rwsem_down_write_slowpath+0x1/0x2",
                        "down_write_nested.constprop.0+0x1/0x2",
                        "ext4_rename+0x1/0x2",
                        "vfs_rename+0x1/0x2")));
    }

    @Test
    void leavesOutTheCompilersSuffix() {
        assertEquals("blkdev_put", of(stack("blkdev_put.part.0+0x1/0x2")));
        assertEquals(".hidden", of(stack(".hidden+0x1/0x2")));
    }

    @Test
    void takesTheOutermostWhereAllAreWaysToSleep() {
        assertEquals(
                "folio_wait_bit",
                of(stack("io_schedule+0x1/0x2", "folio_wait_bit_common+0x1/0x2", "folio_wait_bit+0x1/0x2")));
    }

    @Test
    void knowsNothingWithoutASymbol() {
        assertEquals(List.of(), WaitFunction.functions(stack()));
        assertEquals(List.of(), WaitFunction.functions(stack("?", "?")));
        assertEquals(0, WaitFunction.indexOf(List.of()));
        assertEquals("do_exit", of(stack("?", "do_exit+0x1/0x2")));
    }
}
