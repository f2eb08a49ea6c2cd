package io.loadmonitor.report;

import io.loadmonitor.dump.LoadSample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The load over a time, oldest first. Immutable.
 *
 * @param seen load ticks that are known of the time; those that are not in {@code ticks} were left out
 * @param ticks at most {@value #MOST_TICKS}
 */
public record LoadTimeline(int seen, List<LoadSample> ticks) {
    /** So many points fit the width of a page; a table of them stays below 100 kB. */
    public static final int MOST_TICKS = 720;

    /** An own sample is up to a second and the time of a look later than its tick. */
    private static final Duration SAME_TICK = Duration.ofSeconds(2);

    private static final Comparator<LoadSample> BY_ACTIVE =
            Comparator.comparingInt(sample -> sample.active().orElse(-1));
    private static final Comparator<LoadSample> BY_LOAD =
            Comparator.comparingDouble(sample -> sample.load1().orElse(-1));

    public LoadTimeline {
        ticks = List.copyOf(ticks);
        if (ticks.size() > MOST_TICKS || ticks.size() > seen) {
            throw new IllegalArgumentException(ticks.size() + " ticks of " + seen);
        }
    }

    /**
     * One time line of what the module's dumps tell and what the exporter saw itself. A tick that both know is one: its
     * time and number of active tasks are the module's, the rest is what either knows. When there are too many, the
     * time is cut into equal pieces, and of each piece the tick with the most active tasks and the one with the highest
     * average stay: maxima are never lost.
     *
     * @param ofModule in any order; where two are of one tick, both are taken
     * @param own in any order; what is there twice counts once
     */
    public static LoadTimeline of(Collection<LoadSample> ofModule, Collection<LoadSample> own) {
        NavigableMap<Instant, LoadSample> all = new TreeMap<>();
        ofModule.forEach(sample -> all.merge(sample.at(), sample, LoadTimeline::both));
        NavigableSet<Instant> ticks = new TreeSet<>(all.keySet());
        NavigableMap<Instant, LoadSample> others = new TreeMap<>();
        own.forEach(sample -> others.merge(sample.at(), sample, LoadTimeline::both));
        for (LoadSample sample : others.values()) {
            Instant at = tickOf(sample.at(), ticks).orElse(sample.at());
            all.merge(at, sample, LoadTimeline::both);
        }
        List<LoadSample> samples = List.copyOf(all.values());
        return new LoadTimeline(samples.size(), samples.size() <= MOST_TICKS ? samples : maxima(samples));
    }

    /** A sample is never earlier than its tick, but for a moment by which times reckoned back are wrong. */
    private static Optional<Instant> tickOf(Instant at, NavigableSet<Instant> ticks) {
        return Optional.ofNullable(ticks.floor(at.plusMillis(500)))
                .filter(tick -> Duration.between(tick, at).compareTo(SAME_TICK) <= 0);
    }

    /** What the first knows counts before what the second knows. */
    private static LoadSample both(LoadSample first, LoadSample second) {
        return new LoadSample(
                first.at(),
                first.active().isPresent() ? first.active() : second.active(),
                first.load1().isPresent() ? first.load1() : second.load1(),
                first.running().isPresent() ? first.running() : second.running(),
                first.uninterruptible().isPresent() ? first.uninterruptible() : second.uninterruptible());
    }

    private static List<LoadSample> maxima(List<LoadSample> samples) {
        Instant start = samples.get(0).at();
        double whole =
                Duration.between(start, samples.get(samples.size() - 1).at()).toMillis() + 1.0;
        int pieces = MOST_TICKS / 2;
        TreeMap<Integer, List<LoadSample>> byPiece = new TreeMap<>();
        for (LoadSample sample : samples) {
            int piece = (int) (Duration.between(start, sample.at()).toMillis() / whole * pieces);
            byPiece.computeIfAbsent(piece, empty -> new ArrayList<>()).add(sample);
        }
        TreeSet<Instant> stay = new TreeSet<>();
        byPiece.values().forEach(piece -> {
            stay.add(piece.stream().max(BY_ACTIVE).orElseThrow().at());
            stay.add(piece.stream().max(BY_LOAD).orElseThrow().at());
        });
        return samples.stream().filter(sample -> stay.contains(sample.at())).toList();
    }

    /** The most active tasks; empty where no tick tells. */
    public OptionalInt mostActive() {
        return ticks.stream()
                .filter(tick -> tick.active().isPresent())
                .mapToInt(tick -> tick.active().getAsInt())
                .max();
    }

    /** The highest average; empty where no tick tells. */
    public OptionalDouble highestLoad() {
        return ticks.stream()
                .filter(tick -> tick.load1().isPresent())
                .mapToDouble(tick -> tick.load1().getAsDouble())
                .max();
    }
}
