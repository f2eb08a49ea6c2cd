package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * An archive with 500 incidents, each with a dump from before, one for the alert and one after it: lists, searches and
 * pages are there within a second. The dumps are captures of real kernels, with other times and boots.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ManyIncidentsIT {
    private static final int INCIDENTS = 500;
    private static final double LIMIT_MILLIS = 1000;

    private BrowsedExporter pages;

    @BeforeAll
    void fills(@TempDir Path folder) throws Exception {
        CaptureHistory history = CaptureHistory.of(INCIDENTS);
        long start = System.nanoTime();
        pages = BrowsedExporter.start(folder, history::fill);
        System.out.println("filled and started in " + (System.nanoTime() - start) / 1_000_000 + " ms");
        // The first request of all warms the program up; no reader's page is that one.
        pages.open("/");
    }

    @AfterAll
    void ends() {
        if (pages != null) {
            pages.close();
        }
    }

    @AfterEach
    void noPageComplainsOrAsksOtherHosts() {
        pages.assertQuiet();
    }

    @Test
    void listsIncidentsWithinASecond() {
        assertQuick("/incidents");
        assertEquals(50, pages.all(".row").size());
        assertQuick("/incidents?limit=500");
        assertEquals(INCIDENTS, pages.all(".row").size());
        assertQuick("/dumps?limit=500");
    }

    @Test
    void searchesThemWithinASecond() {
        assertQuick("/incidents?limit=500&cause=vfork");
        assertTrue(pages.all(".row").size() > INCIDENTS / 4, pages.text());
        assertQuick("/incidents?cause=vfork&function=kernel_clone&comm=vf&cgroup=/");
        assertQuick("/incidents?comm=nobody");
        assertEquals(0, pages.all(".row").size());
    }

    @Test
    void showsAnIncidentWithinASecond() {
        assertQuick("/incidents/" + INCIDENTS);
        assertQuick("/incidents/" + INCIDENTS / 2);
        assertQuick("/incidents/1");
    }

    private void assertQuick(String path) {
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            pages.open(path);
            times.add(((Number) pages.browser()
                            .ask("(() => { const page = performance.getEntriesByType('navigation')[0];"
                                    + " return page.loadEventEnd - page.startTime; })()"))
                    .doubleValue());
        }
        double best = times.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        long kilobytes = (Long)
                pages.browser().ask("Math.round(performance.getEntriesByType('navigation')[0].decodedBodySize / 1000)");
        System.out.printf(
                "%s: %.0f ms (%s), %d kB%n",
                path,
                best,
                times.stream().map(time -> String.format("%.0f", time)).toList(),
                kilobytes);
        assertTrue(best > 0 && best < LIMIT_MILLIS, path + " took " + times + " ms");
    }
}
