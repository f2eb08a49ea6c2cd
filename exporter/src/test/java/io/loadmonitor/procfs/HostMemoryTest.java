package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class HostMemoryTest {
    @Test
    void readsWhatIsThere() throws Exception {
        HostMemory memory = HostMemory.parse("""
                MemTotal:       24683620 kB
                MemFree:        18000000 kB
                MemAvailable:   20104732 kB
                SwapCached:            0 kB
                SwapTotal:             7 kB
                SwapFree:              6 kB
                Dirty:              2712 kB
                Writeback:             3 kB
                WritebackTmp:         99 kB
                HugePages_Total:       0
                """);
        assertEquals(
                new HostMemory(
                        24683620,
                        OptionalLong.of(20104732),
                        OptionalLong.of(2712),
                        OptionalLong.of(3),
                        OptionalLong.of(7),
                        OptionalLong.of(6)),
                memory);
    }

    /** MemAvailable came with Linux 3.14. */
    @Test
    void leavesOutWhatTheKernelDoesNotSay() throws Exception {
        assertEquals(
                new HostMemory(
                        8,
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty()),
                HostMemory.parse("MemTotal: 8 kB\n"));
    }

    @Test
    void quotesATextWithoutATotal() {
        MalformedKernelText odd = assertThrows(MalformedKernelText.class, () -> HostMemory.parse("MemFree: 8 kB\n"));
        assertTrue(String.valueOf(odd.getMessage()).contains("MemFree: 8 kB"), odd.getMessage());
    }

    @Test
    void readsThisHost() throws Exception {
        HostMemory memory = HostMemory.read(ProcFs.ofThisHost());
        assertTrue(memory.available().getAsLong() <= memory.total(), memory.toString());
    }
}
