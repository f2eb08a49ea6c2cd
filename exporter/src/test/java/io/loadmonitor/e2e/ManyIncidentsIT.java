package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.IntakeOutcome;
import io.loadmonitor.archive.RoutedAlert;
import io.loadmonitor.dump.RawDump;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
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

    /** Three hours apart. */
    private static final Instant FIRST =
            Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(3L * INCIDENTS));

    private BrowsedExporter pages;

    @BeforeAll
    void fills(@TempDir Path folder) throws Exception {
        List<String> captures = captures();
        long start = System.nanoTime();
        pages = BrowsedExporter.start(folder, archive -> {
            for (int i = 0; i < INCIDENTS; i++) {
                add(archive, i, captures);
            }
        });
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

    private static void add(Archive archive, int number, List<String> captures) throws Exception {
        Instant start = FIRST.plus(Duration.ofHours(3L * number));
        String boot = UUID.nameUUIDFromBytes(new byte[] {(byte) (number / 50)}).toString();
        archive.storeFound(capture(captures, 3 * number, boot, start.minusSeconds(30), "threshold"));
        RoutedAlert.Route route = new RoutedAlert.Route("load", Duration.ZERO);
        Map<String, String> labels =
                Map.of("alertname", "LoadHigh", "instance", "web-" + number % 7 + ".example.com:9817");
        String fingerprint = String.format("%016x", number + 1);
        IntakeOutcome opened = archive.takeIn(List.of(new RoutedAlert(
                        new Alert(
                                fingerprint,
                                Alert.Status.FIRING,
                                labels,
                                Map.of("summary", "Load is high"),
                                start,
                                Optional.empty(),
                                Optional.empty()),
                        Optional.of(route))))
                .get(0);
        archive.beginNext();
        archive.store(
                opened.dumpId().getAsLong(), capture(captures, 3 * number + 1, boot, start.plusSeconds(31), "manual"));
        archive.storeFound(capture(captures, 3 * number + 2, boot, start.plusSeconds(60), "active"));
        // The newest is still open.
        if (number < INCIDENTS - 1) {
            archive.takeIn(List.of(new RoutedAlert(
                    new Alert(
                            fingerprint,
                            Alert.Status.RESOLVED,
                            labels,
                            Map.of(),
                            start,
                            Optional.of(start.plusSeconds(600)),
                            Optional.empty()),
                    Optional.of(route))));
        }
    }

    /** A capture as if it had been taken then. */
    private static RawDump capture(List<String> captures, int number, String boot, Instant at, String kind) {
        String text = captures.get(number % captures.size())
                .replaceFirst(" id=\\d+ ", " id=" + (number + 1) + " ")
                .replaceFirst("boot_id=[0-9a-f-]+", "boot_id=" + boot)
                .replaceFirst("kind=[a-z]+", "kind=" + kind)
                .replaceFirst(
                        "wall=\\S+ monotonic_ns=\\d+", "wall=" + at + " monotonic_ns=" + (number + 1) * 1_000_000_000L);
        return RawDump.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static List<String> captures() throws IOException {
        try (Stream<Path> files = Files.walk(Tree.root().resolve("kmod/tests/captures"))) {
            List<String> captures = new ArrayList<>();
            for (Path file : files.filter(path -> path.toString().endsWith(".dump"))
                    .sorted()
                    .toList()) {
                String text = Files.readString(file, StandardCharsets.US_ASCII);
                if (text.split("(?m)^load_monitor dump ", -1).length == 2) {
                    captures.add(text);
                }
            }
            assertTrue(captures.size() >= 10, "captures: " + captures.size());
            return captures;
        }
    }
}
