package io.loadmonitor.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class CpuListTest {
    @Test
    void readsRangesAndSingleCpus() throws IOException {
        assertEquals("{0, 1}", CpuList.parse("0-1\n").toString());
        assertEquals("{2, 4, 5, 6, 128}", CpuList.parse("2,4-6,128\n").toString());
        assertTrue(CpuList.parse("\n").isEmpty());
        assertTrue(CpuList.parse("(null)\n").isEmpty());
    }

    @Test
    void refusesWhatIsNoListAndQuotesIt() {
        for (String bad : new String[] {"x", "1-", "2-1", "1-2-3", "-1", "0-99999999", "1,,2"}) {
            IOException refused = assertThrows(IOException.class, () -> CpuList.parse(bad));
            assertEquals("not a list of CPUs: \"" + bad + '"', refused.getMessage());
        }
    }
}
