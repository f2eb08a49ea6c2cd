package io.loadmonitor.fleet;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.CaptureLimits;
import io.loadmonitor.archive.DumpTexts;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.sample.LoadTickParts;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** An archive that a test fills, and what ships it. */
final class FleetArchive implements AutoCloseable {
    static final Supplier<List<LoadTickParts>> NO_TICKS = List::of;

    final Archive archive;
    final String host;
    private final FleetAddress address;
    private final Optional<UUID> machine;
    private Optional<Shipper> shipper = Optional.empty();

    private FleetArchive(Archive archive, String host, FleetAddress address, Optional<UUID> machine) {
        this.archive = archive;
        this.host = host;
        this.address = address;
        this.machine = machine;
    }

    static FleetArchive open(Path file, String host, FleetAddress address) throws ArchiveException {
        return open(file, host, address, Optional.empty(), Clock.systemUTC());
    }

    static FleetArchive open(Path file, String host, FleetAddress address, Optional<UUID> machine, Clock clock)
            throws ArchiveException {
        Archive archive = Archive.open(
                new ArchiveSettings(file, host, Retention.DEFAULT, CaptureLimits.DEFAULT.withDumps(Optional.empty())),
                clock);
        archive.outbox().open();
        return new FleetArchive(archive, host, address, machine);
    }

    /** Dumps with numbers from here on, a second apart, ending now; each in two parts. */
    FleetArchive fill(int from, int count) throws ArchiveException {
        return fill(from, count, Instant.now());
    }

    FleetArchive fill(int from, int count, Instant upto) throws ArchiveException {
        Instant end = upto.truncatedTo(ChronoUnit.MICROS);
        for (int i = from; i < from + count; i++) {
            archive.storeFound(DumpTexts.automatic(i, end.minusSeconds(from + count - i)));
        }
        return this;
    }

    Shipper ship() {
        return ship(NO_TICKS, false, Clock.systemUTC());
    }

    Shipper ship(Supplier<List<LoadTickParts>> ticks, boolean withTexts, Clock clock) {
        Shipper begun = Shipper.start(
                address,
                new FleetHost(
                        host, machine, Optional.of("http://" + host + ":9817"), Optional.of("6.1.0-56-amd64"), "test"),
                archive.outbox(),
                ticks,
                CauseCatalogue::standard,
                withTexts,
                clock,
                Duration.ofMillis(100),
                Duration.ofMillis(100));
        shipper = Optional.of(begun);
        return begun;
    }

    /** Until nothing waits in the outbox. */
    FleetArchive shipAll() throws ArchiveException {
        Shipper running = shipper.orElseGet(this::ship);
        await(
                () -> archive.outbox().state().waiting() == 0
                        && archive.outbox().minutes(1).isEmpty(),
                () -> "waits: " + running.state());
        return this;
    }

    interface Condition {
        boolean holds() throws ArchiveException;
    }

    static void await(Condition condition, Supplier<String> evidence) throws ArchiveException {
        await(Duration.ofSeconds(40), condition, evidence);
    }

    static void await(Duration most, Condition condition, Supplier<String> evidence) throws ArchiveException {
        long deadline = System.nanoTime() + most.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + most + " in vain; " + evidence.get());
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        shipper.ifPresent(Shipper::close);
        archive.close();
    }
}
