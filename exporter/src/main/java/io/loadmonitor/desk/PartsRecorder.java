package io.loadmonitor.desk;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.sample.LoadTickParts;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what the load consisted of around an incident to the archive. What the archive does not take waits where it
 * is: in the two hours of ticks that the sampling remembers, and that it never waits for the archive with. Safe for use
 * by several threads.
 */
public final class PartsRecorder {
    /** Load ticks are 5 s apart. */
    private static final Duration GAP = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(PartsRecorder.class);

    private final Archive archive;
    private final Supplier<List<LoadTickParts>> remembered;

    /** Of what is remembered, what is in the archive. Guarded by this. */
    private Set<Instant> kept = new HashSet<>();

    /** The newest tick that the archive was asked about and answered; empty before the first. Guarded by this. */
    private Optional<Instant> told = Optional.empty();

    /** @param remembered the ticks of the last two hours, the oldest first; answers at once */
    public PartsRecorder(Archive archive, Supplier<List<LoadTickParts>> remembered) {
        this.archive = archive;
        this.remembered = remembered;
    }

    /**
     * Gives the archive what lies around its incidents. To be called about every half minute, and at the end, by
     * somebody who may wait for the disk.
     */
    public void keep() throws ArchiveException {
        List<LoadTickParts> ticks = ticks();
        List<LoadTickParts> fresh;
        synchronized (this) {
            fresh = ticks.stream().filter(tick -> !kept.contains(tick.at())).toList();
        }
        List<LoadTickParts> stored = archive.keepParts(fresh);
        if (ticks.isEmpty()) {
            return;
        }
        tellLost(ticks.get(0).at());
        synchronized (this) {
            Set<Instant> there = new HashSet<>();
            ticks.forEach(tick -> there.add(tick.at()));
            kept.retainAll(there);
            stored.forEach(tick -> kept.add(tick.at()));
            told = Optional.of(ticks.get(ticks.size() - 1).at());
        }
    }

    /** What was forgotten before the archive answered. */
    private synchronized void tellLost(Instant oldest) {
        if (told.isPresent() && oldest.isAfter(told.get().plus(GAP))) {
            LOG.warn(
                    "What the load consisted of from {} to {} is not stored with any incident: the archive took nothing"
                            + " for longer than that is remembered",
                    told.get(),
                    oldest);
        }
    }

    /** What is remembered of a time, both ends included, oldest first. */
    public List<LoadTickParts> between(Instant from, Instant to) {
        return ticks().stream()
                .filter(tick -> !tick.at().isBefore(from) && !tick.at().isAfter(to))
                .toList();
    }

    /** As the archive keeps times, so that what is in both is the same. */
    private List<LoadTickParts> ticks() {
        return remembered.get().stream()
                .map(tick -> new LoadTickParts(
                        tick.at().truncatedTo(ChronoUnit.MICROS),
                        tick.active(),
                        tick.load1(),
                        tick.tasks(),
                        tick.load1ByCause(),
                        tick.looked()))
                .toList();
    }
}
