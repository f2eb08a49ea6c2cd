package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PressureStallTest {
    @Test
    void readsBothLines() throws Exception {
        assertEquals(
                new PressureStall(88.10, OptionalDouble.of(80.02)),
                PressureStall.parse(
                        "io",
                        "some avg10=88.10 avg60=40.07 avg300=9.54 total=88090445\n"
                                + "full avg10=80.02 avg60=30.00 avg300=7.00 total=5808650\n"));
    }

    /** That of CPUs has no second line before Linux 5.13. */
    @Test
    void readsOneLineAlone() throws Exception {
        assertEquals(
                new PressureStall(100, OptionalDouble.empty()),
                PressureStall.parse("cpu", "some avg10=100.00 avg60=40.07 avg300=9.54 total=88090445\n"));
    }

    @Test
    void quotesAnythingElse() {
        MalformedKernelText odd = assertThrows(MalformedKernelText.class, () -> PressureStall.parse("io", "none\n"));
        assertTrue(String.valueOf(odd.getMessage()).contains("none"), odd.getMessage());
    }

    @Test
    void isEmptyWhereTheKernelKeepsNoAccount(@TempDir Path proc) throws Exception {
        assertEquals(Optional.empty(), PressureStall.read(new ProcFs(proc), "io"));
    }
}
