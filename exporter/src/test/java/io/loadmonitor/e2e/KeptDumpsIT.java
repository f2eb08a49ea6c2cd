package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many dumps are kept, and four people look at anything of it: the memory that the service has by its unit
 * ({@code MemoryMax}) is enough. In short; {@code -Dkept=20000 -Dkept.seconds=300} is what {@code make check-all} runs.
 */
final class KeptDumpsIT {
    private static final int DUMPS = Integer.getInteger("kept", 1_500);
    private static final Duration LASTS = Duration.ofSeconds(Integer.getInteger("kept.seconds", 15));
    private static final int VISITORS = 4;

    /** MB: {@code MemoryMax=} of the unit. */
    private static final int MEMORY = 256;

    @Test
    void anythingIsShownWithinTheMemoryOfTheUnit(@TempDir Path folder) throws Exception {
        int incidents = DUMPS / 3;
        try (Exporter.OnHost host = BrowsedExporter.exporter(folder, CaptureHistory.of(incidents)::fill)) {
            Footprint before = Footprint.of(host.server());
            Visitors visitors = new Visitors(
                    VISITORS, 7, host.exporter().address(), () -> 3L * incidents, () -> incidents, Duration.ZERO);
            Thread.sleep(LASTS.toMillis());
            visitors.stop();
            Footprint after = Footprint.of(host.server());
            System.out.println("KeptDumpsIT: " + 3 * incidents + " dumps, " + VISITORS + " visitors for "
                    + LASTS.toSeconds() + " s, answers " + visitors.answers() + ": before " + before + ", after "
                    + after);
            assertEquals("[]", visitors.faults().toString());
            assertTrue(visitors.answers().get("200") > VISITORS, visitors.answers()::toString);
            assertTrue(after.peak() < MEMORY, after.toString());
        }
    }
}
