package io.loadmonitor.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.stream.Stream;

/** A host whose time passes when it is told to, and whose wall clock is set as the test wants. It boots at noon. */
final class TestHost extends Clock {
    private final Path file;
    private Duration passed = Duration.ZERO;
    private Duration booted = Duration.ZERO;
    private int boot = 1;
    /** What the wall clock is ahead of the true time. */
    private Duration offset = Duration.ZERO;

    TestHost(Path file) {
        this.file = file;
    }

    /** A folder to be deleted by {@link #delete}: hours of a host are thousands of transactions, which need no disk. */
    static Path folder() throws IOException {
        Path memory = Path.of("/dev/shm");
        return Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "load-monitor-test")
                : Files.createTempDirectory("load-monitor-test");
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    Archive open(CaptureLimits limits) throws ArchiveException {
        return open(limits, Retention.DEFAULT);
    }

    Archive open(CaptureLimits limits, Retention retention) throws ArchiveException {
        return Archive.open(
                new ArchiveSettings(file, "vm", retention, limits),
                this,
                () -> Long.MAX_VALUE,
                DumpReading::of,
                () -> passed.minus(booted).toNanos(),
                new Uptime("boot " + boot, () -> passed.minus(booted).toNanos()));
    }

    /** Since noon, as a stopwatch would have it. */
    Duration passed() {
        return passed;
    }

    void pass(Duration time) {
        passed = passed.plus(time);
    }

    /** The wall clock is set so far ahead of the true time; back where it is negative. */
    void ahead(Duration time) {
        offset = time;
    }

    /** The wall clock is set to this. */
    void set(Instant wall) {
        offset = Duration.between(DumpTexts.NOON.plus(passed), wall);
    }

    /** The machine is off for so long; whoever had the archive open must have closed it. */
    void reboot(Duration off) {
        passed = passed.plus(off);
        booted = passed;
        boot++;
    }

    @Override
    public Instant instant() {
        return DumpTexts.NOON.plus(passed).plus(offset);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
