package io.loadmonitor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KernelLogTailTest {
    @Test
    void takesTheLastLines() {
        assertEquals(List.of("<6>b", "<6>c"), KernelLogTail.last("<6>a\n<6>b\n\n<6>c\n", 2));
        assertEquals(List.of(), KernelLogTail.last("", 2));
    }

    /** As root, or where kernel.dmesg_restrict is 0; else the kernel says no, and that is told. */
    @Test
    void readsThisKernelsLogWhereItIsAllowed() throws IOException {
        try {
            List<String> lines = KernelLogTail.lines(5);
            assertTrue(lines.size() <= 5, lines.toString());
            assertTrue(lines.stream().allMatch(line -> line.startsWith("<")), lines.toString());
        } catch (SystemCallException refused) {
            assertTrue(String.valueOf(refused.getMessage()).contains("syslog"), refused.getMessage());
        }
    }
}
