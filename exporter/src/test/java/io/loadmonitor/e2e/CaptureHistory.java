package io.loadmonitor.e2e;

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

/**
 * Incidents three hours apart, up to now, each with a dump from before, one for the alert and one after it. The dumps
 * are captures of real kernels, with other times and boots.
 */
final class CaptureHistory {
    private final List<String> captures;
    private final int incidents;
    private final Instant first;

    private CaptureHistory(List<String> captures, int incidents) {
        this.captures = captures;
        this.incidents = incidents;
        this.first = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(3L * incidents));
    }

    static CaptureHistory of(int incidents) throws IOException {
        return new CaptureHistory(captures(), incidents);
    }

    void fill(Archive archive) throws Exception {
        for (int i = 0; i < incidents; i++) {
            add(archive, i);
        }
    }

    private void add(Archive archive, int number) throws Exception {
        Instant start = first.plus(Duration.ofHours(3L * number));
        String boot = UUID.nameUUIDFromBytes(new byte[] {(byte) (number / 50)}).toString();
        archive.storeFound(capture(3 * number, boot, start.minusSeconds(30), "threshold"));
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
        archive.store(opened.dumpId().getAsLong(), capture(3 * number + 1, boot, start.plusSeconds(31), "manual"));
        archive.storeFound(capture(3 * number + 2, boot, start.plusSeconds(60), "active"));
        // The newest is still open.
        if (number < incidents - 1) {
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
    private RawDump capture(int number, String boot, Instant at, String kind) {
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
