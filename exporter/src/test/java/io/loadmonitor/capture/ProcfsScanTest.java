package io.loadmonitor.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.capture.ProcfsScan.Sight;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ProcfsScanTest {
    @Test
    void keepsWhatTheFirstScanSawWhenTheSecondDidNotGetAsFar() {
        Sight first = sight(40, false);
        assertEquals(first, sight(0, false).after(first));
        assertEquals(first, sight(39, false).after(first));
    }

    @Test
    void takesTheSecondScanWhenItGotAsFar() {
        Sight first = sight(40, false);
        assertEquals(sight(40, false), sight(40, false).after(first));
        assertEquals(sight(38, true), sight(38, true).after(first), "complete: two tasks have ended since");
    }

    private static Sight sight(int scanned, boolean complete) {
        return new Sight(List.of(), scanned, 0, 0, 0, 0, Optional.empty(), complete, Optional.empty());
    }
}
