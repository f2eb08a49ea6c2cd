package io.loadmonitor.report;

import io.loadmonitor.sample.LoadTickParts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the load consisted of over a time, oldest first. Immutable.
 *
 * @param seen load ticks of which it is known; those that are not in {@code ticks} were left out
 * @param ticks at most {@value LoadTimeline#MOST_TICKS}
 */
public record PartsTimeline(int seen, List<LoadTickParts> ticks) {
    /** Nothing is known. */
    public static final PartsTimeline NONE = new PartsTimeline(0, List.of());

    private static final Comparator<LoadTickParts> BY_LOAD = Comparator.comparingDouble(LoadTickParts::load1)
            .thenComparingInt(tick -> tick.active().orElse(-1));

    public PartsTimeline {
        ticks = List.copyOf(ticks);
        if (ticks.size() > LoadTimeline.MOST_TICKS || ticks.size() > seen) {
            throw new IllegalArgumentException(ticks.size() + " ticks of " + seen);
        }
    }

    /**
     * When there are too many, the time is cut into equal pieces, and of each the tick with the highest load stays.
     *
     * @param ticks in any order; of two of the same time the later one is taken
     */
    public static PartsTimeline of(Collection<LoadTickParts> ticks) {
        TreeMap<Instant, LoadTickParts> all = new TreeMap<>();
        ticks.forEach(tick -> all.put(tick.at(), tick));
        List<LoadTickParts> sorted = List.copyOf(all.values());
        return new PartsTimeline(sorted.size(), sorted.size() <= LoadTimeline.MOST_TICKS ? sorted : highest(sorted));
    }

    private static List<LoadTickParts> highest(List<LoadTickParts> ticks) {
        Instant start = ticks.get(0).at();
        double whole = Duration.between(start, ticks.get(ticks.size() - 1).at()).toMillis() + 1.0;
        Map<Integer, LoadTickParts> byPiece = new TreeMap<>();
        for (LoadTickParts tick : ticks) {
            int piece = (int) (Duration.between(start, tick.at()).toMillis() / whole * LoadTimeline.MOST_TICKS);
            byPiece.merge(piece, tick, (one, other) -> BY_LOAD.compare(other, one) > 0 ? other : one);
        }
        return new ArrayList<>(byPiece.values());
    }
}
