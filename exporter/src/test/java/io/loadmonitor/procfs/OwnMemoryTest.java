package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class OwnMemoryTest {
    @Test
    void readsItsTwoLines() {
        // 6.18.44, x86-64
        assertEquals(
                Optional.of(new OwnMemory(2497132L << 10, 86144L << 10)),
                OwnMemory.parse("Name:\tjava\nVmPeak:\t 2497999 kB\nVmSize:\t 2497132 kB\nVmRSS:\t   86144 kB\n"));
    }

    @Test
    void isEmptyWhereALineLacksOrIsNoNumber() {
        assertEquals(Optional.empty(), OwnMemory.parse("Name:\tkthreadd\n"));
        assertEquals(Optional.empty(), OwnMemory.parse("Name:\tx\nVmSize:\t many kB\nVmRSS:\t 1 kB\n"));
        assertEquals(Optional.empty(), OwnMemory.read(new ProcFs(Path.of("/nowhere"))));
    }

    @Test
    void isOfThisProcess() {
        OwnMemory memory = OwnMemory.read(ProcFs.ofThisHost()).orElseThrow();
        assertTrue(memory.residentBytes() > 10 << 20, memory.toString());
        assertTrue(memory.virtualBytes() > memory.residentBytes(), memory.toString());
    }
}
