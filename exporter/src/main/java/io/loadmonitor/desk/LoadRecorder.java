package io.loadmonitor.desk;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.dump.LoadSample;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The load as the exporter sees it, two hours of it in memory; what lies around an incident goes to the archive. Safe
 * for use by several threads.
 */
public final class LoadRecorder {
    /** Two hours of load ticks, 5 s apart; some 100 kB. */
    static final int CAPACITY = 1440;

    /** Samples come every 5 s; one that is late on a busy host is no gap. */
    private static final Duration FRESH = Duration.ofSeconds(30);

    private final Archive archive;

    /** Oldest first. Guarded by this. */
    private final Deque<LoadSample> ring = new ArrayDeque<>();

    /** Of the ring, what is in the archive. Guarded by this. */
    private final Set<Instant> kept = new HashSet<>();

    public LoadRecorder(Archive archive) {
        this.archive = archive;
    }

    /**
     * Notes one sample. One that is not later than the newest is from before the clock was set back, and is dropped.
     */
    public synchronized void add(LoadSample seen) {
        // As the archive keeps times, so that what is in both is the same.
        LoadSample sample = new LoadSample(
                seen.at().truncatedTo(ChronoUnit.MICROS),
                seen.active(),
                seen.load1(),
                seen.running(),
                seen.uninterruptible());
        if (!ring.isEmpty() && !sample.at().isAfter(ring.getLast().at())) {
            if (ring.getLast().at().isAfter(sample.at().plusSeconds(60))) {
                // The clock was set back: what was seen by the other one has times that will come again.
                ring.clear();
                kept.clear();
            } else {
                return;
            }
        }
        ring.addLast(sample);
        if (ring.size() > CAPACITY) {
            kept.remove(ring.removeFirst().at());
        }
    }

    /** Gives the archive what lies around its incidents. To be called about every minute, and at the end. */
    public void keep() throws ArchiveException {
        List<LoadSample> fresh;
        synchronized (this) {
            fresh = ring.stream().filter(sample -> !kept.contains(sample.at())).toList();
        }
        List<LoadSample> stored = archive.keepSamples(fresh);
        synchronized (this) {
            Set<Instant> there = new HashSet<>();
            ring.forEach(sample -> there.add(sample.at()));
            stored.stream().map(LoadSample::at).filter(there::contains).forEach(kept::add);
        }
    }

    /** The newest sample, if it is of the last {@link #FRESH}. */
    synchronized Optional<LoadSample> newest(Instant now) {
        return ring.isEmpty() || ring.getLast().at().isBefore(now.minus(FRESH))
                ? Optional.empty()
                : Optional.of(ring.getLast());
    }

    /**
     * Since when the load has been low: its 1-minute average and the number of active tasks below the level, and no
     * task in uninterruptible sleep where that is known. Empty while it is not low, and where there is a gap in what is
     * known.
     */
    synchronized Optional<Instant> quietSince(double level, Instant now) {
        Instant after = now;
        Optional<Instant> since = Optional.empty();
        for (Iterator<LoadSample> newestFirst = ring.descendingIterator(); newestFirst.hasNext(); ) {
            LoadSample sample = newestFirst.next();
            boolean low = sample.load1().isPresent()
                    && sample.load1().getAsDouble() < level
                    && sample.active().orElse(0) < level
                    && sample.uninterruptible().orElse(0) == 0;
            if (!low || sample.at().isBefore(after.minus(FRESH))) {
                return since;
            }
            after = sample.at();
            since = Optional.of(sample.at());
        }
        return since;
    }

    /** What it remembers of a time, both ends included, oldest first. */
    public synchronized List<LoadSample> between(Instant from, Instant to) {
        return ring.stream()
                .filter(sample -> !sample.at().isBefore(from) && !sample.at().isAfter(to))
                .toList();
    }
}
