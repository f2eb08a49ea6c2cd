package io.loadmonitor.metrics;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Set;

/** What the exporter itself uses, by the names that every Prometheus client library gives to it. */
final class ProcessReader implements FamilyReader {
    /** Not the host's /proc that a container may be given: there this process has another number. */
    private static final Path SELF = Path.of("/proc/self");

    private static final String RESIDENT = "VmRSS:";

    @Override
    public String collector() {
        return "process";
    }

    @Override
    public Set<Family> families() {
        return Set.of(Family.PROCESS_CPU, Family.PROCESS_RESIDENT, Family.PROCESS_START, Family.PROCESS_OPEN_FDS);
    }

    @Override
    public void read(Samples samples) throws IOException {
        ProcessHandle.Info own = ProcessHandle.current().info();
        own.totalCpuDuration().ifPresent(cpu -> samples.add(Family.PROCESS_CPU, cpu.toNanos() / 1e9));
        own.startInstant().ifPresent(start -> samples.add(Family.PROCESS_START, start.toEpochMilli() / 1e3));
        samples.add(Family.PROCESS_RESIDENT, residentBytes(Files.readString(SELF.resolve("status"))));
        samples.add(Family.PROCESS_OPEN_FDS, openFiles());
    }

    /** Of a line {@code VmRSS:	   62344 kB} (6.1). */
    static double residentBytes(String status) throws IOException {
        String line = status.lines()
                .filter(candidate -> candidate.startsWith(RESIDENT) && candidate.endsWith(" kB"))
                .findFirst()
                .orElseThrow(() -> new IOException(SELF + "/status: there is no line " + RESIDENT));
        return 1024.0
                * Long.parseLong(line.substring(RESIDENT.length(), line.length() - " kB".length())
                        .strip());
    }

    private static int openFiles() throws IOException {
        int count = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(SELF.resolve("fd"))) {
            for (Iterator<Path> file = files.iterator(); file.hasNext(); file.next()) {
                count++;
            }
        }
        // One of them is the listing itself.
        return count - 1;
    }
}
