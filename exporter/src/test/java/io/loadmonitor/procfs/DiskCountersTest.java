package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class DiskCountersTest {
    /** Linux 6.18.44, and the shorter lines of 4.17 and older. */
    private static final String TEXT = """
               7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
             254       0 vda 9731 2603 712034 4180 3310 4402 98344 91042 34 8456 95222 0 0 0 0 811 2301
             254       1 vda1 9600 2603 712034 4100 3310 4402 98344 91042 0 8400 95142 0 0 0 0 0 0
             259       0 nvme0n1 1 0 8 2 3 0 24 4 5 6 6 0 0 0 0 0 0
             259       1 nvme0n1p1 1 0 8 2 3 0 24 4 5 6 6 0 0 0 0 0 0
               9     127 md127 5 0 40 0 6 0 48 0 0 0 0
             253       0 dm-0 5 0 40 10 6 0 48 20 1 30 30
            """;

    @Test
    void readsDisksWithoutTheirPartitions() throws Exception {
        List<DiskCounters> disks = DiskCounters.parse(TEXT);
        assertEquals(
                List.of("loop0", "vda", "nvme0n1", "md127", "dm-0"),
                disks.stream().map(DiskCounters::name).toList());
        assertEquals(new DiskCounters("vda", 9731, 4180, 3310, 91042, 34, 8456), disks.get(1));
        assertEquals(new DiskCounters("dm-0", 5, 10, 6, 20, 1, 30), disks.get(4));
    }

    @Test
    void readsNoneWhereThereIsNone() throws Exception {
        assertEquals(List.of(), DiskCounters.parse(""));
    }

    @Test
    void quotesALineThatIsNoDisk() {
        MalformedKernelText odd =
                assertThrows(MalformedKernelText.class, () -> DiskCounters.parse("   8       0 sda 1 2 3\n"));
        assertTrue(String.valueOf(odd.getMessage()).contains("sda 1 2 3"), odd.getMessage());
    }

    @Test
    void readsThisHost() throws Exception {
        assertFalse(DiskCounters.read(ProcFs.ofThisHost()).isEmpty());
    }
}
