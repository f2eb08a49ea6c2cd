package io.loadmonitor.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process has of this host, by {@code /proc/PID/status} and {@code /proc/PID/fd}.
 *
 * @param resident MB now
 * @param peak MB at most so far
 */
record Footprint(double resident, double peak, int threads, int descriptors) {
    static Footprint of(Server server) throws IOException {
        Path process = Path.of("/proc/" + server.pid());
        List<String> status = Files.readAllLines(process.resolve("status"));
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            return new Footprint(
                    number(status, "VmRSS:") / 1024.0,
                    number(status, "VmHWM:") / 1024.0,
                    number(status, "Threads:"),
                    (int) descriptors.count());
        }
    }

    private static int number(List<String> status, String field) {
        return status.stream()
                .filter(line -> line.startsWith(field))
                .map(line -> Integer.parseInt(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public String toString() {
        return String.format(
                "%.0f MB resident (at most %.0f), %d threads, %d descriptors", resident, peak, threads, descriptors);
    }
}
